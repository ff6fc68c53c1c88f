"""Writes about orders: one file per use case."""

from __future__ import annotations

from yutang.areas.orders.services.channels import channels
from yutang.areas.orders.services.fulfilling import complete, pick_up, ship
from yutang.areas.orders.services.paying import close, close_expired
from yutang.areas.orders.services.placing import Recipient, Wish, place, quote
from yutang.areas.orders.services.recording import LINES, Recorded, record_lines, sold
from yutang.areas.orders.services.refunding import Back, preview, refund
from yutang.areas.orders.services.statistics import recompute_next_statistics, recompute_statistics

__all__ = [
    "LINES", "Back", "Recipient", "Recorded", "Wish", "channels", "close", "close_expired", "complete", "pick_up",
    "place", "preview", "quote", "recompute_next_statistics", "recompute_statistics", "record_lines", "refund", "ship",
    "sold",
]  # fmt: skip
