"""Writes about points: one file per use case."""

from __future__ import annotations

from yutang.areas.points.services.adjusting import ask, decide
from yutang.areas.points.services.birthdays import give_birthdays
from yutang.areas.points.services.earning import earn
from yutang.areas.points.services.exchanging import exchange, save_offer
from yutang.areas.points.services.giving import forfeit, give
from yutang.areas.points.services.ordering import follow_order, give_back, release, spend
from yutang.areas.points.services.setting import save_rule, save_terms

__all__ = [
    "ask", "decide", "earn", "exchange", "follow_order", "forfeit", "give", "give_back", "give_birthdays", "release",
    "save_offer", "save_rule", "save_terms", "spend",
]  # fmt: skip
