"""What orders put into the lake: sale lines, and each person's purchase statistics."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.lake.tables import REGISTRY, Column, FactTable, SnapshotPart, Type

LINE = FactTable(
    name="orders.line",
    label=gettext_noop("Purchase"),
    source="orders_saleline",
    columns=(
        Column("id", Type.INT),
        Column("order_id", Type.INT),
        Column("kind", Type.TEXT, label=gettext_noop("Kind")),
        Column("product_code", Type.TEXT, label=gettext_noop("Product code")),
        Column("sku_code", Type.TEXT, label=gettext_noop("SKU code")),
        Column("title", Type.TEXT, label=gettext_noop("Product")),
        Column("quantity", Type.INT, label=gettext_noop("Quantity")),
        Column("amount", Type.INT, label=gettext_noop("Amount")),
        Column("occurred_at", Type.TIME, label=gettext_noop("Time")),
        Column("occurred_on", Type.DATE, "(s.occurred_at AT TIME ZONE {timezone})::date", gettext_noop("Day")),
        Column("identity_id", Type.INT),
        Column("home_customer_id", Type.INT),
        Column("channel_id", Type.INT, label=gettext_noop("Channel")),
        Column("node_id", Type.INT, label=gettext_noop("Store")),
    ),
)

STATISTICS = SnapshotPart(
    columns=(
        Column("purchases", Type.INT, "COALESCE(os.purchases, 0)", gettext_noop("Number of purchases")),
        Column("purchase_days", Type.INT, "COALESCE(os.purchase_days, 0)", gettext_noop("Days with a purchase")),
        Column("net_amount", Type.INT, "COALESCE(os.net_amount, 0)", gettext_noop("Net amount")),
        Column(
            "first_purchase_on", Type.DATE, "(os.first_purchase_at AT TIME ZONE {timezone})::date",
            gettext_noop("First purchase"),
        ),
        Column(
            "last_purchase_on", Type.DATE, "(os.last_purchase_at AT TIME ZONE {timezone})::date",
            gettext_noop("Last purchase"),
        ),
    ),
    join="LEFT JOIN orders_customerstatistic os ON os.merchant_id = c.merchant_id AND os.customer_id = c.id",
)  # fmt: skip


def register() -> None:
    REGISTRY.add_fact(LINE)
    REGISTRY.add_person_columns("orders", STATISTICS)
