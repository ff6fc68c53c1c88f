"""What orders look like from outside."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from ninja import Schema
from pydantic import Field

from yutang.api.shapes import Id, Instant, Money, Paging, Ref
from yutang.areas.orders.models import Order

if TYPE_CHECKING:
    from collections.abc import Iterable


class ChannelOut(Schema):
    source: str
    shop: str


class OrderOut(Schema):
    id: Ref
    order_no: str
    channel: ChannelOut
    status: str
    raw_status: str = Field(description="The platform's own word.")
    customer_id: Ref | None
    node_id: Ref
    ordered_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    completed_at: datetime | None
    updated_at: datetime
    sold: Money
    refunded: Money = Field(description="Zero or below.")
    net: Money
    line_count: int


class OrdersOut(Schema):
    items: list[OrderOut]
    next_cursor: str | None


class LineOut(Schema):
    line_key: str
    kind: str
    product_code: str
    sku_code: str
    title: str
    spec: str
    quantity: int
    amount: Money
    occurred_at: datetime


class OrderDetailOut(OrderOut):
    lines: list[LineOut]


class OrderFilters(Paging):
    customer_id: Id | None = None
    order_no: str | None = Field(None, min_length=1, max_length=80)
    status: Order.Status | None = None
    source: str | None = Field(None, max_length=40, description="Platform or mapping: taobao, pos, …")
    ordered_since: Instant | None = None
    ordered_until: Instant | None = Field(None, description="Exclusive.")
    updated_since: Instant | None = None


def order_values(order: Order, currency: str) -> dict[str, Any]:
    plain = OrderOut.model_fields.keys() - {"channel", "sold", "refunded", "net"}
    return {
        **{name: getattr(order, name) for name in plain},
        "channel": {"source": order.channel.source, "shop": order.channel.shop},
        "sold": {"amount": order.sold_amount, "currency": currency},
        "refunded": {"amount": order.refunded_amount, "currency": currency},
        "net": {"amount": order.net_amount, "currency": currency},
    }


def orders_out(rows: Iterable[Order], next_cursor: str | None, currency: str) -> OrdersOut:
    return OrdersOut(items=[OrderOut(**order_values(row, currency)) for row in rows], next_cursor=next_cursor)
