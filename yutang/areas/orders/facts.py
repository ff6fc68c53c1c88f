"""What orders put into the lake: sale lines, and each person's purchase statistics."""

from __future__ import annotations

from django.utils.translation import gettext_noop, ngettext

from yutang.areas.merchants import queries as merchants
from yutang.areas.orders.models import SaleLine, SalesChannel
from yutang.areas.segments import registry as segments
from yutang.areas.segments.registry import Attribute, Choice, Kind, Unit
from yutang.lake.tables import REGISTRY, Column, FactTable, SnapshotPart, Type

LINE = FactTable(
    name="orders.line",
    label=gettext_noop("Purchase"),
    source="orders_saleline",
    columns=(
        Column("id", Type.INT),
        Column("order_id", Type.INT),
        Column("is_reversal", Type.BOOL),  # takes an earlier row back; rows of old files have none and are none
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
    segments.REGISTRY.add_area("orders", gettext_noop("Purchases"))
    segments.REGISTRY.add_attributes(
        Attribute("orders.purchases", gettext_noop("Number of purchases"), Kind.INT, is_shown=True),
        Attribute("orders.purchase_days", gettext_noop("Days with a purchase"), Kind.INT),
        Attribute("orders.net_amount", gettext_noop("Net amount"), Kind.MONEY, is_shown=True),
        Attribute("orders.first_purchase_on", gettext_noop("First purchase"), Kind.DATE),
        Attribute("orders.last_purchase_on", gettext_noop("Last purchase"), Kind.DATE, is_shown=True),
        Attribute(
            "orders.days_since_last_purchase", gettext_noop("Days since last purchase"), Kind.INT,
            "DATE_DIFF('DAY', last_purchase_on, :today)",
        ),
    )  # fmt: skip
    segments.REGISTRY.add_fact(
        segments.Fact(
            key="orders.line",
            label=gettext_noop("Bought"),
            columns=(
                Attribute("title", gettext_noop("Product"), Kind.TEXT),
                Attribute("product_code", gettext_noop("Product code"), Kind.TEXT),
                Attribute("sku_code", gettext_noop("SKU code"), Kind.TEXT),
                Attribute("kind", gettext_noop("Kind"), Kind.CHOICE, choices=_kinds),
                Attribute("channel_id", gettext_noop("Channel"), Kind.CHOICE, choices=_channels, is_numbered=True),
                Attribute("node_id", gettext_noop("Store"), Kind.CHOICE, choices=_nodes, is_numbered=True),
                Attribute("quantity", gettext_noop("Quantity"), Kind.INT, is_signed=True),
                Attribute("amount", gettext_noop("Amount"), Kind.MONEY, is_signed=True),
            ),
            sums=("amount", "quantity"),
            distinct=(
                Unit("order_id", lambda number: ngettext("order", "orders", number)),
                Unit("occurred_on", lambda number: ngettext("day", "different days", number)),
                Unit("product_code", lambda number: ngettext("product", "different products", number)),
            ),
            day="occurred_on",
            reversal="is_reversal",
        )
    )


def _kinds() -> list[Choice]:
    return [Choice(value, str(label)) for value, label in SaleLine.Kind.choices]


def _channels() -> list[Choice]:
    return [Choice(channel.pk, str(channel)) for channel in SalesChannel.objects.order_by("source", "shop")]


def _nodes() -> list[Choice]:
    return [Choice(node.pk, node.name, node.pk) for node in merchants.tree()]
