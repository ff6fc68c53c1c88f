"""Writes about money: one file per use case. Those of drawers go by their short names: `drawer.open_shift`."""

from __future__ import annotations

from yutang.areas.payments.services import drawer
from yutang.areas.payments.services.accounts import save_account
from yutang.areas.payments.services.asking import ask_about, ask_about_refunds, ask_about_tenders, close_tenders
from yutang.areas.payments.services.reconciling import reconcile, reconcile_due
from yutang.areas.payments.services.refunding import finish_refund, refund, refund_payable, send_refund
from yutang.areas.payments.services.starting import launch, launch_and_say, launch_soon, open_tender, take_cash
from yutang.areas.payments.services.taking import receive, take

__all__ = [
    "ask_about", "ask_about_refunds", "ask_about_tenders", "close_tenders", "drawer", "finish_refund", "launch",
    "launch_and_say", "launch_soon", "open_tender", "receive", "reconcile", "reconcile_due", "refund", "refund_payable",
    "save_account", "send_refund", "take", "take_cash",
]  # fmt: skip
