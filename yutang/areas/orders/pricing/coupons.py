"""The steps of coupons: which of the buyer's count (coupons.best), what they take off goods and freight, and what is
given beside them.

`Basket.choices["coupon"]`: "auto" for the cheapest set of all that the buyer has, or numbers ("12,15") of which the
cheapest set is taken. Without it nothing is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.areas.catalog import queries as catalog
from yutang.areas.coupons import best
from yutang.areas.coupons import queries as coupons
from yutang.areas.orders.models import ShopOrder
from yutang.areas.orders.pricing import steps, till
from yutang.areas.orders.pricing.gifts import gifts
from yutang.areas.orders.pricing.pipeline import Step, register

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yutang.areas.orders.pricing.basket import Basket
    from yutang.areas.orders.pricing.pipeline import Draft

KEY, FREIGHT_KEY = "coupon", "coupon-freight"
PLACE, FREIGHT_PLACE = 300, 950
AUTO = "auto"
SOURCE = "coupon"


def coupon(draft: Draft) -> None:
    chosen = draft.basket.choices.get(KEY)
    if not chosen or draft.basket.customer_id is None:
        return
    held = coupons.held_by(draft.basket.customer_id, None if chosen == AUTO else numbers(chosen))
    if not held:
        return
    goods, where = items(draft.basket, draft.amounts, held), place(draft.basket)
    found = gifts(draft.basket, held, goods, where)
    draft.coupons = best.choose(held, goods, where, steps.sent(draft), found.gone)
    if draft.coupons.gift is not None:
        draft.gift = found.given(draft.coupons.gift)
    for cut in draft.coupons.cuts:
        for line, amount in cut.lines:
            draft.change(line, -amount, step=KEY, label=cut.held.name, source=(SOURCE, cut.held.id))


def coupon_freight(draft: Draft) -> None:
    """What the set of goods and freight coupons was chosen for. The freight is asked anew: steps in between may have
    changed it."""
    for cut in draft.coupons.cuts if draft.coupons is not None else ():
        if cut.freight:
            most = draft.freight if cut.held.ceiling is None else cut.held.ceiling
            draft.change_freight(
                -min(draft.freight, most), step=FREIGHT_KEY, label=cut.held.name, source=(SOURCE, cut.held.id)
            )


def items(basket: Basket, amounts: Sequence[int], held: Sequence[best.Held]) -> list[best.Item]:
    """The tree of categories is read only where a coupon asks for it."""
    above = catalog.ways_up() if any(one.categories for one in held) else {}
    named = till.fixed(basket.choices, basket.lines)
    return [
        best.Item(
            0 if n in named else amount, line.quantity, line.offer.product_id,
            above.get(line.offer.category_id or 0, frozenset()),
        )
        for n, (line, amount) in enumerate(zip(basket.lines, amounts, strict=True))
    ]  # fmt: skip


def place(basket: Basket) -> best.Place:
    is_till = basket.fulfilment == ShopOrder.Fulfilment.COUNTER
    return best.Place(basket.at, "till" if is_till else "shop", basket.node_id, basket.terms.level)


def numbers(chosen: str) -> list[int]:
    return [int(text) for text in chosen.split(",")[:20] if text.isdecimal() and len(text) < 19]


def register_steps() -> None:
    register(Step(KEY, PLACE, coupon))
    register(Step(FREIGHT_KEY, FREIGHT_PLACE, coupon_freight))
