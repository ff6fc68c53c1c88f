"""Writes about stored value: one file per use case. Called by their short names: `recharging.start`, `cards.redeem`."""

from __future__ import annotations

from yutang.areas.wallet.services import adjusting, cards, codes, naming, recharging, refunding, setting, spending

RECHARGE = recharging.PAYABLE
BALANCE = spending.PROVIDER

__all__ = [
    "BALANCE", "RECHARGE", "adjusting", "cards", "codes", "naming", "recharging", "refunding", "setting", "spending",
]  # fmt: skip
