"""Writes about orders: one file per use case."""

from __future__ import annotations

from yutang.areas.orders.services.channels import channels
from yutang.areas.orders.services.recording import LINES, Recorded, record_lines, sold
from yutang.areas.orders.services.statistics import recompute_next_statistics, recompute_statistics

__all__ = [
    "LINES", "Recorded", "channels", "recompute_next_statistics", "recompute_statistics", "record_lines", "sold",
]  # fmt: skip
