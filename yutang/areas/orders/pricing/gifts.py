"""Which gifts of coupons can be had beside a basket now. Read only where a coupon for a gift would count."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from yutang.areas.catalog import queries as catalog
from yutang.areas.coupons import best
from yutang.areas.inventory import queries as inventory
from yutang.areas.orders.pricing.basket import Gift, Line
from yutang.areas.orders.pricing.steps import BY_POST
from yutang.areas.orders.queries_cart import can_be_had

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from yutang.areas.catalog.queries import Offer
    from yutang.areas.orders.pricing.basket import Basket

KEY = "coupon-gift"  # the step of its adjustment


@dataclass(frozen=True, slots=True)
class Gifts:
    """`offers`: by SKU; `gone`: coupon → why its gift cannot be had (best.Gone)."""

    offers: Mapping[int, Offer] = field(default_factory=dict)
    gone: Mapping[int, str] = field(default_factory=dict)

    def given(self, held: best.Held) -> Gift:
        """What a coupon gives whose gift can be had."""
        assert held.gift_sku_id is not None
        return Gift(Line(self.offers[held.gift_sku_id], held.value), held.id, held.name, held.ceiling or 0)


def gifts(basket: Basket, held: Iterable[best.Held], items: Sequence[best.Item], place: best.Place) -> Gifts:
    """Two statements where a coupon for a gift may count, else none."""
    fitting = [
        one for one in held if one.kind == best.Kind.GIFT and one.gift_sku_id and not best.unfit(one, items, place)
    ]
    if not fitting:
        return Gifts()
    offers = catalog.offers(one.gift_sku_id for one in fitting if one.gift_sku_id)
    is_sent = basket.fulfilment in BY_POST and bool(basket.province)
    refused = catalog.not_offered(offers.values(), basket.province) if is_sent else set[int]()
    # A SKU that is bought, too, must be there for both.
    bought: dict[int, int] = {}
    for line in basket.lines:
        bought[line.offer.sku_id] = bought.get(line.offer.sku_id, 0) + line.quantity
    most = dict.fromkeys(offers, 0)
    for row in inventory.stock(offers, node_ids=None if basket.node_id is None else [basket.node_id]):
        most[row.sku_id] = max(most[row.sku_id], row.available - bought.get(row.sku_id, 0))
    gone: dict[int, str] = {}
    for one in fitting:
        offer = offers.get(one.gift_sku_id or 0)
        is_given = offer is not None and offer.is_on_sale and can_be_had(offer, basket.fulfilment)
        if offer is None or not is_given or offer.product_id in refused:
            gone[one.id] = "gift_over"
        elif most[offer.sku_id] < one.value:
            gone[one.id] = "gift_gone"
    return Gifts(offers, gone)
