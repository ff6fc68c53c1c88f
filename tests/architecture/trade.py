"""A merchant's shop at work: orders with parcels, pickups, payments and refunds, for the tests of isolation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.factories import shop
from yutang.areas.inventory.models import StockItem
from yutang.areas.orders import services as orders
from yutang.areas.orders.services import Back, Recipient

if TYPE_CHECKING:
    from yutang.areas.customers.models import Customer
    from yutang.areas.merchants.models import OrgNode


def furnish(mark: str, person: Customer, node: OrgNode) -> dict[str, int]:
    """One order sent and partly refunded, one picked up, both of `node`; ids for addresses."""
    cake = shop.stocked(20, node_id=node.pk)
    identity = person.identities.first()
    assert identity is not None
    to = Recipient(f"Name {mark}", "+8613800138000", "浙江省", "杭州市", "西湖区", f"Street {mark}")
    sent = shop.paid((cake, 2), key=f"{mark}-1", identity=identity, recipient=to, note=mark, node_id=node.pk)
    orders.ship(order_id=sent.pk, carrier=mark, tracking_no=mark, key=f"{mark}-1", actor=shop.actor())
    orders.refund(order_id=sent.pk, back=[Back(0, 1)], reason=mark, key=mark, actor=shop.actor())
    fetched = shop.paid((cake, 1), key=f"{mark}-2", identity=identity, fulfilment="pickup", node_id=node.pk)
    orders.pick_up(code=fetched.shop.pickup_code, node_id=node.pk, key=f"{mark}-2", actor=shop.actor())
    stock = StockItem.objects.get(sku=cake, node=node)
    return {"shop_order_id": sent.pk, "stock_item_id": stock.pk}
