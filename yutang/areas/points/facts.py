"""What points put into the lake: each person's balance."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.areas.points import accounts
from yutang.areas.segments import registry as segments
from yutang.areas.segments.registry import Attribute, Kind
from yutang.lake.tables import REGISTRY, Column, SnapshotPart, Type

BALANCE = SnapshotPart(
    columns=(Column("points_balance", Type.INT, "COALESCE(pb.balance, 0)", gettext_noop("Points")),),
    join=(
        "LEFT JOIN ledger_account pb ON pb.merchant_id = c.merchant_id AND pb.holder_type = 'customer'"
        f" AND pb.holder_id = c.id AND pb.kind = '{accounts.POINTS}' AND pb.unit = '{accounts.UNIT}' AND pb.stripe = 0"
    ),
)


def register() -> None:
    REGISTRY.add_person_columns("points", BALANCE)
    segments.REGISTRY.add_area("points", gettext_noop("Points"))
    segments.REGISTRY.add_attributes(
        Attribute("points.balance", gettext_noop("Points balance"), Kind.INT, "points_balance")
    )
