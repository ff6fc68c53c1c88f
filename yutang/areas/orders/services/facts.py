"""What a shop order leaves in the facts (SaleLine)."""

from __future__ import annotations

from datetime import datetime

from yutang.areas.orders.models import Order, OrderItem, SaleLine


def sale_line(
    order: Order, key: str, kind: SaleLine.Kind, amount: int, at: datetime, *,
    item: OrderItem | None = None, quantity: int = 0,
) -> SaleLine:  # fmt: skip
    """A fact that is not yet written. `key` is unique within the order; `item` names the goods it is about."""
    goods = {} if item is None else {
        "product_code": item.product_code, "sku_code": item.sku_code, "title": item.title, "spec": item.spec,
    }  # fmt: skip
    return SaleLine(
        merchant_id=order.merchant_id, order_id=order.pk, line_key=key, kind=kind, quantity=quantity, amount=amount,
        occurred_at=at, identity_id=order.identity_id,
        home_customer_id=order.identity.home_customer_id if order.identity else None, customer_id=order.customer_id,
        channel_id=order.channel_id, node_id=order.node_id, **goods,
    )  # fmt: skip
