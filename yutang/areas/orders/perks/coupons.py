"""Coupons: used up with the order, back when it is closed or given back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from yutang.areas.coupons import queries as coupons
from yutang.areas.coupons import services
from yutang.areas.coupons.errors import CouponGone
from yutang.areas.coupons.models import Coupon
from yutang.areas.coupons.services import Taken
from yutang.areas.membership import queries_cards as cards
from yutang.areas.orders.perks.base import GivenBack
from yutang.areas.orders.pricing.coupons import FREIGHT_KEY, KEY
from yutang.areas.orders.pricing.gifts import KEY as GIFT
from yutang.core import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yutang.areas.orders.perks.base import Returned
    from yutang.areas.orders.pricing import Quote, Reason
    from yutang.core.access import Actor


class CouponPerk:
    key = KEY

    def take(self, *, order_id: int, customer_id: int | None, quote: Quote, actor: Actor) -> None:
        del actor  # stands with the order
        taken = [Taken(coupon_id, amount) for coupon_id, amount in _off(quote.reasons).items()]
        if quote.gift is not None:
            taken.append(Taken(quote.gift.coupon_id, quote.gift.worth))
        if not taken:
            return
        if customer_id is None:
            raise CouponGone(field="coupon", name=quote.gift.label if quote.gift else quote.reasons[0].label)
        services.take(order_id=order_id, customer_id=customer_id, taken=taken)

    def release(self, *, order_id: int, actor: Actor) -> None:
        _after_return(services.give_back(order_id=order_id, actor=actor), actor)

    def preview(
        self, *, order_id: int, reasons: Sequence[Reason], returned: Sequence[Returned], is_whole: bool
    ) -> list[GivenBack]:
        found = coupons.coupons_by_id(_coming_back(reasons, returned, is_whole))
        mine = [row for _, row in sorted(found.items()) if row.order_id == order_id]
        gone = _withdrawn(mine)
        return [_said(row, row.pk in gone) for row in mine]

    def give_back(
        self, *, order_id: int, reasons: Sequence[Reason], returned: Sequence[Returned], is_whole: bool, key: str,
        actor: Actor,
    ) -> list[GivenBack]:  # fmt: skip
        del key  # a coupon that came back is not the order's any more: again there is nothing to give
        said = self.preview(order_id=order_id, reasons=reasons, returned=returned, is_whole=is_whole)
        _after_return(
            services.give_back(order_id=order_id, only=_coming_back(reasons, returned, is_whole), actor=actor), actor
        )
        return said


def _after_return(back: Sequence[Coupon], actor: Actor) -> None:
    """What a card gave that was refunded meanwhile goes the way of the rest of its gifts."""
    for coupon_id in sorted(_withdrawn(back)):
        services.withdraw(coupon_id=coupon_id, actor=actor)


def _withdrawn(found: Sequence[Coupon]) -> set[int]:
    given = {coupon.pk: key for coupon in found if (key := coupon.occasion_key) is not None}
    gone = cards.withdrawn_with_card(given.values())
    return {pk for pk, key in given.items() if key in gone}


def _off(reasons: Iterable[Reason]) -> dict[int, int]:
    """Coupon → what it takes off, of those that take anything off: what takes nothing off is not used up."""
    off: dict[int, int] = {}
    for reason in reasons:
        if reason.step in (KEY, FREIGHT_KEY):
            off[int(reason.source_id)] = off.get(int(reason.source_id), 0) - reason.amount
    return {pk: amount for pk, amount in off.items() if amount > 0}


def _coming_back(reasons: Sequence[Reason], returned: Sequence[Returned], is_whole: bool) -> list[int]:
    """By their terms: with the whole order, with any piece of a line that they lowered, or never. What lowered the
    freight only comes back with the whole."""
    positions = {one.position for one in returned if one.after > one.before}
    lowered: dict[int, set[int | None]] = {}
    for reason in reasons:
        lines = lowered.setdefault(int(reason.source_id), set())
        if reason.step != GIFT:  # given once the whole order is kept, so it comes back with the whole only
            lines.add(reason.line)
    found = coupons.coupons_by_id(lowered)
    return [
        pk
        for pk, coupon in found.items()
        if (is_whole and coupon.terms.returns != coupon.terms.Returns.NEVER)
        or (coupon.terms.returns == coupon.terms.Returns.PART and lowered[pk] & positions)
    ]


def _said(coupon: Coupon, is_withdrawn: bool) -> GivenBack:
    name = coupon.template.name
    if is_withdrawn:
        return GivenBack(
            KEY, gettext("Coupon “%(name)s” is withdrawn: the card that gave it was refunded.") % {"name": name}
        )
    if coupon.valid_until > clock.now():
        return GivenBack(KEY, gettext("Coupon “%(name)s” can be used again.") % {"name": name})
    if coupon.terms.extend_days:
        days = coupon.terms.extend_days
        return GivenBack(
            KEY, gettext("Coupon “%(name)s” can be used again for %(days)s days.") % {"name": name, "days": days}
        )
    return GivenBack(KEY, gettext("Coupon “%(name)s” comes back, but has expired meanwhile.") % {"name": name})
