"""What coupons put into the lake: who got one, who used one; both can be asked in segments."""

from __future__ import annotations

from django.utils.translation import gettext_noop, ngettext

from yutang.areas.coupons.models import Coupon, Template
from yutang.areas.segments import registry as segments
from yutang.areas.segments.registry import Attribute, Choice, Kind, Unit
from yutang.lake.tables import REGISTRY, Column, FactTable, Type

ISSUED = FactTable(
    name="coupons.issued",
    label=gettext_noop("Coupon received"),
    source="coupons_coupon",
    columns=(
        Column("id", Type.INT),
        Column("template_id", Type.INT, label=gettext_noop("Coupon")),
        Column("via", Type.TEXT, label=gettext_noop("How")),
        Column("occurred_at", Type.TIME, "s.issued_at", gettext_noop("Time")),
        Column("occurred_on", Type.DATE, "(s.issued_at AT TIME ZONE {timezone})::date", gettext_noop("Day")),
        Column("home_customer_id", Type.INT),
        Column("identity_id", Type.INT, "NULL::bigint"),  # nobody is split away from a coupon
    ),
)
USED = FactTable(
    name="coupons.used",
    label=gettext_noop("Coupon used"),
    source="coupons_use",
    columns=(
        Column("id", Type.INT),
        Column("coupon_id", Type.INT),
        Column("template_id", Type.INT, label=gettext_noop("Coupon")),
        Column("order_id", Type.INT),
        Column("is_reversal", Type.BOOL),
        Column("amount", Type.INT, label=gettext_noop("Amount")),
        Column("occurred_at", Type.TIME, "s.at", gettext_noop("Time")),
        Column("occurred_on", Type.DATE, "(s.at AT TIME ZONE {timezone})::date", gettext_noop("Day")),
        Column("home_customer_id", Type.INT),
        Column("identity_id", Type.INT, "NULL::bigint"),  # nobody is split away from a coupon
    ),
)


def register() -> None:
    REGISTRY.add_fact(ISSUED)
    REGISTRY.add_fact(USED)
    segments.REGISTRY.add_area("coupons", gettext_noop("Coupons"))
    template = Attribute("template_id", gettext_noop("Coupon"), Kind.CHOICE, choices=_templates, is_numbered=True)
    segments.REGISTRY.add_fact(
        segments.Fact(
            key="coupons.issued",
            label=gettext_noop("Got a coupon"),
            columns=(template, Attribute("via", gettext_noop("How"), Kind.CHOICE, choices=_ways)),
            sums=(),
            distinct=(Unit("occurred_on", lambda number: ngettext("day", "different days", number)),),
            day="occurred_on",
        )
    )
    segments.REGISTRY.add_fact(
        segments.Fact(
            key="coupons.used",
            label=gettext_noop("Used a coupon"),
            columns=(template, Attribute("amount", gettext_noop("Amount"), Kind.MONEY, is_signed=True)),
            sums=("amount",),
            distinct=(
                Unit("order_id", lambda number: ngettext("order", "orders", number)),
                Unit("occurred_on", lambda number: ngettext("day", "different days", number)),
            ),
            day="occurred_on",
            reversal="is_reversal",
        )
    )


def _templates() -> list[Choice]:
    return [Choice(pk, name) for pk, name in Template.objects.order_by("-pk").values_list("pk", "name")[:500]]


def _ways() -> list[Choice]:
    return [Choice(value, str(label)) for value, label in Coupon.Via.choices]
