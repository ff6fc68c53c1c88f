"""What stored value tells segments: the two balances of a person, as of the last refresh of the snapshot."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.areas.segments import registry as segments
from yutang.areas.segments.registry import Attribute, Kind
from yutang.lake.tables import REGISTRY, Column, SnapshotPart, Type

BALANCES = SnapshotPart(
    columns=(
        Column("wallet_principal", Type.INT, "COALESCE(wb.principal, 0)", gettext_noop("Principal of the balance")),
        Column("wallet_gift", Type.INT, "COALESCE(wb.gift, 0)", gettext_noop("Gift balance")),
    ),
    join="""
        LEFT JOIN (
            SELECT holder_id, sum(balance) FILTER (WHERE kind = 'wallet.principal')::bigint AS principal,
                   sum(balance) FILTER (WHERE kind = 'wallet.gift')::bigint AS gift
              FROM ledger_account WHERE merchant_id = %(merchant_id)s AND holder_type = 'customer'
               AND kind IN ('wallet.principal', 'wallet.gift') GROUP BY holder_id
        ) wb ON wb.holder_id = c.id""",
)


def register() -> None:
    REGISTRY.add_person_columns("wallet", BALANCES)
    segments.REGISTRY.add_area("wallet", gettext_noop("Stored value"))
    segments.REGISTRY.add_attributes(
        Attribute("wallet.principal", gettext_noop("Principal of the balance"), Kind.MONEY, "wallet_principal"),
        Attribute("wallet.gift", gettext_noop("Gift balance"), Kind.MONEY, "wallet_gift"),
    )
