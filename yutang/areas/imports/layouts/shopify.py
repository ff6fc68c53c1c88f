"""Shopify `orders_export*.csv`: orders of several lines repeat Name and leave the order's own cells blank below."""

from __future__ import annotations

import pyarrow as pa

from ..mapping import Mapping
from ..schema import OrderStatus
from .base import AMOUNT, FREIGHT, Layout, Whole

ORDER_LEVEL = (
    "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at", "Accepts Marketing", "Total",
    "Shipping", "Created at", "Billing Name", "Billing Country", "Billing Province", "Billing City", "Billing Phone",
    "Billing Address1", "Shipping Name", "Shipping Country", "Shipping Province", "Shipping Province Name",
    "Shipping City", "Shipping Phone", "Shipping Address1", "Notes", "Cancelled at", "Phone", "Employee", "Location",
    "Refunded Amount",
)  # fmt: skip
_UNPAID = {"pending", "authorized", "expired", "unpaid"}
_SHIPPED = {
    "fulfilled": OrderStatus.SHIPPED,
    "partial": OrderStatus.PARTLY_SHIPPED,
    "partially fulfilled": OrderStatus.PARTLY_SHIPPED,
}


def prepare(whole: Whole, _: Whole | None) -> Whole:
    whole.fill_down(["Name"], ORDER_LEVEL)
    payments, deliveries = whole.text("Financial Status").to_pylist(), whole.text("Fulfillment Status").to_pylist()
    cancelled = whole.text("Cancelled at").to_pylist()
    words = [
        _word(payment, delivery, gone) for payment, delivery, gone in zip(payments, deliveries, cancelled, strict=True)
    ]
    whole.put("=status", pa.array(words, pa.string()), written="Financial Status")
    whole.spread_order_amount(LAYOUT.mapping)
    return whole


def _word(payment: str | None, delivery: str | None, cancelled: str | None) -> str | None:
    """Shopify's two states and the cancellation as one word; an unknown payment state is left as it is and reported."""
    paid = (payment or "").lower()
    if cancelled or paid in ("voided", "refunded"):
        return f"{paid or 'cancelled'} closed"
    if paid in _UNPAID:
        return f"{paid} unpaid"
    if paid in ("paid", "partially_paid", "partially_refunded"):
        return f"{paid} {_SHIPPED.get((delivery or '').lower(), OrderStatus.PAID)}"
    return payment


_PAYMENTS = (*sorted(_UNPAID), "paid", "partially_paid", "partially_refunded", "refunded", "voided", "cancelled")

LAYOUT = Layout(
    kind="shopify",
    source="shopify",
    label="Shopify: orders export",
    label_zh="Shopify：订单导出",
    mapping=Mapping(
        columns={
            "order_no": ("Name",),
            "status": ("=status",),
            "ordered_at": ("Created at",),
            "paid_at": ("Paid at",),
            "shipped_at": ("Fulfilled at",),
            "updated_at": ("Cancelled at",),
            "title": ("Lineitem name",),
            "sku_code": ("Lineitem sku",),
            "quantity": ("Lineitem quantity",),
            "price": ("Lineitem price",),
            "discount": ("Lineitem discount",),
            "order_amount": ("Total",),
            "amount": (AMOUNT,),
            "freight": (FREIGHT, "Shipping"),
            "order_refund": ("Refunded Amount",),
            "email": ("Email",),
            "phone": ("Phone", "Billing Phone", "Shipping Phone"),
            "name": ("Billing Name",),
            "receiver": ("Shipping Name",),
            "country": ("Shipping Country", "Billing Country"),
            "province": ("Shipping Province Name", "Shipping Province", "Billing Province"),
            "city": ("Shipping City", "Billing City"),
            "address": ("Shipping Address1", "Billing Address1"),
            "accepts_marketing": ("Accepts Marketing",),
            "store_code": ("Location",),
            "guide": ("Employee",),
            "note": ("Notes",),
        },
        statuses={f"{payment} {status}": status for payment in _PAYMENTS for status in OrderStatus},
        amount="order_amount",
    ),
    marks=(
        "Financial Status",
        "Fulfillment Status",
        "Lineitem quantity",
        "Lineitem name",
        "Lineitem price",
        "Lineitem sku",
        "Created at",
    ),
    also=ORDER_LEVEL,
    prepare=prepare,
)
