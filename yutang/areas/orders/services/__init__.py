"""Writes about orders: one file per use case."""

from __future__ import annotations

from yutang.areas.orders.services.recording import LINES, Recorded, record_lines, sold
from yutang.areas.orders.services.statistics import recompute_statistics

__all__ = ["LINES", "Recorded", "recompute_statistics", "record_lines", "sold"]
