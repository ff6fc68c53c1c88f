"""What a buyer uses at the checkout besides money: coupons, points. One file per perk.

A perk takes part in pricing (its step in `orders.pricing`, which reads `Basket.choices[key]`), is used up in the
transaction that writes the order, and comes back when the order is closed or pieces of it are returned. Which perks an
order used is seen from its adjustments: their `step` begins with the perk's key.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from yutang.areas.orders.models import Adjustment
from yutang.areas.orders.perks.base import GivenBack, Perk, Returned
from yutang.areas.orders.perks.card_freight import CardFreight
from yutang.areas.orders.perks.coupons import CouponPerk
from yutang.areas.orders.perks.points import PointsPerk
from yutang.areas.orders.pricing import Reason
from yutang.areas.orders.pricing.gifts import KEY as GIFT

if TYPE_CHECKING:
    from yutang.areas.orders.pricing import Quote
    from yutang.core.access import Actor


__all__ = ["PERKS", "GivenBack", "Perk", "Returned", "give_back", "preview", "release", "take"]

PERKS: tuple[Perk, ...] = (CardFreight(), CouponPerk(), PointsPerk())


def take(*, order_id: int, customer_id: int | None, quote: Quote, actor: Actor) -> None:
    used = {reason.step for reason in quote.reasons}
    if quote.gift is not None:
        used.add(GIFT)
    for perk in PERKS:
        if any(step.startswith(perk.key) for step in used):
            perk.take(order_id=order_id, customer_id=customer_id, quote=quote, actor=actor)


def release(*, order_id: int, actor: Actor) -> None:
    for perk, _ in _used(order_id):
        perk.release(order_id=order_id, actor=actor)


def preview(*, order_id: int, returned: Sequence[Returned], is_whole: bool) -> list[GivenBack]:
    return [
        said
        for perk, reasons in _used(order_id)
        for said in perk.preview(order_id=order_id, reasons=reasons, returned=returned, is_whole=is_whole)
    ]


def give_back(
    *, order_id: int, returned: Sequence[Returned], is_whole: bool, key: str, actor: Actor
) -> list[GivenBack]:  # fmt: skip
    return [
        said
        for perk, reasons in _used(order_id)
        for said in perk.give_back(
            order_id=order_id, reasons=reasons, returned=returned, is_whole=is_whole, key=key, actor=actor
        )
    ]


def _used(order_id: int) -> list[tuple[Perk, list[Reason]]]:
    """The perks that an order used, each with its adjustments; one query where there are perks at all."""
    if not PERKS:
        return []
    rows = [
        Reason(row.position, row.step, row.label, row.amount, row.source_type, row.source_id)
        for row in Adjustment.objects.filter(order_id=order_id).order_by("id")
    ]
    found = ((perk, [row for row in rows if row.step.startswith(perk.key)]) for perk in PERKS)
    return [(perk, own) for perk, own in found if own]
