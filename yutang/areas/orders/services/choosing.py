"""What of the buyer counts at a till: coupons, points, and with a payment code the balance.

Coupons count once somebody is in the basket, the cheapest set by itself. Points and balance are money: they take the
code that only the buyer can show, and for a basket it is good for a few minutes (TillBasket.is_shown)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.coupons import services as coupons
from yutang.areas.coupons.errors import WrongCode
from yutang.areas.coupons.models import Coupon
from yutang.areas.orders.errors import BuyerNeeded, CodeNeeded
from yutang.areas.orders.pricing import coupons as step
from yutang.areas.orders.services import baskets, selling
from yutang.areas.orders.services.quoting import quote
from yutang.areas.wallet import services as wallet
from yutang.areas.wallet.errors import WrongPerson
from yutang.core import clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yutang.areas.orders.models import TillBasket
    from yutang.core.access import Actor

AUTO, NONE = step.AUTO, ""
MOST_CHOSEN = 6  # of each kind one is used, and their numbers fit into the basket's field


@transaction.atomic
def choose_coupons(*, key: str, choice: str, actor: Actor) -> TillBasket:
    """AUTO: the cheapest set; NONE. BasketGone."""
    basket = baskets.locked(key, actor)
    return _keep(basket, AUTO if choice == AUTO else NONE)


@transaction.atomic
def switch_coupon(*, key: str, coupon_id: int, is_on: bool, currency: str, actor: Actor) -> TillBasket:
    """From here on it is an own choice: what is used now, with this coupon or without. It takes the place of one that
    it does not go together with, or of all; what does not count changes nothing. BasketGone, what `quote` raises."""
    basket = baskets.locked(key, actor)
    used = _used(basket, currency)
    if not is_on:
        return _keep(basket, _chosen([one for one in used if one != coupon_id]))
    before = basket.coupons
    without_one = ([one for one in used if one != left_out] for left_out in reversed(used))
    for others in (used, *without_one, []):
        basket.coupons = _chosen([coupon_id, *others])
        if coupon_id in _used(basket, currency):
            return _keep(basket, basket.coupons)
    return _keep(basket, before)


@transaction.atomic
def use_points(*, key: str, is_on: bool, actor: Actor) -> TillBasket:
    """As many as the terms let in, or none. BasketGone, CodeNeeded."""
    basket = baskets.locked(key, actor)
    if is_on and not basket.is_shown:
        raise CodeNeeded(field="points")
    basket.uses_points = is_on
    basket.save(update_fields=["uses_points"])
    return basket


@transaction.atomic
def meet(*, key: str, code: str, actor: Actor) -> TillBasket:
    """Whoever shows this payment code buys. It is used up: a code opens the points and the balance of one person for
    one basket. BasketGone, CodeInvalid, WrongPerson where the basket is somebody else's."""
    basket = baskets.locked(key, actor)
    person = wallet.codes.use(code=code, actor=actor)
    if basket.identity is None:
        basket.identity, basket.coupons = person, AUTO
    elif basket.identity.customer_id != person.customer_id:
        raise WrongPerson(field="code")
    basket.shown_at = clock.now()
    basket.save(update_fields=["identity", "coupons", "shown_at"])
    return basket


def redeem(*, key: str, text: str, actor: Actor) -> tuple[TillBasket, Coupon]:
    """The coupon of a code on paper becomes the buyer's and is among those that may count. Again: the same coupon,
    while it is not used. In a transaction; the try counts whatever becomes of it. BasketGone, BuyerNeeded, and what
    `coupons.redeem_code` raises."""
    basket = baskets.locked(key, actor)
    if basket.identity is None:
        raise BuyerNeeded(field="code")
    coupon = coupons.redeem_code(text=text, customer_id=basket.identity.customer_id, actor=actor)
    if coupon.state != Coupon.State.USABLE or coupon.valid_until <= clock.now():
        raise WrongCode(field="code")
    if basket.coupons != AUTO:
        basket = _keep(basket, _chosen([coupon.pk, *step.numbers(basket.coupons)]))
    return basket, coupon


def _used(basket: TillBasket, currency: str) -> list[int]:
    """Coupons that the price of the basket counts on."""
    if basket.identity is None or not basket.lines:
        return []
    quoted = quote(wish=selling.wish(basket), customer_id=basket.identity.customer_id, currency=currency)
    used = [int(reason.source_id) for reason in quoted.reasons if reason.source_type == step.SOURCE]
    if quoted.gift is not None:
        used.append(quoted.gift.coupon_id)
    return list(dict.fromkeys(used))


def _chosen(coupon_ids: Sequence[int]) -> str:
    return ",".join(str(one) for one in list(dict.fromkeys(coupon_ids))[:MOST_CHOSEN])


def _keep(basket: TillBasket, choice: str) -> TillBasket:
    basket.coupons = choice
    basket.save(update_fields=["coupons"])
    return basket
