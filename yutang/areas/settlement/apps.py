from __future__ import annotations

from django.apps import AppConfig


class SettlementConfig(AppConfig):
    name = "yutang.areas.settlement"
    label = "settlement"

    def ready(self) -> None:
        from yutang.core.ledger.kinds import register_kind

        register_kind("settlement.party", holder="node", may_be_negative=True)
        register_kind("settlement.supplier", holder="supplier", may_be_negative=True)
        register_kind("settlement.clearing", holder="merchant", may_be_negative=True)
        register_kind("settlement.paid", holder="merchant", may_be_negative=True)
