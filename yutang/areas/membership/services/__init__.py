"""Writes about levels, growth and cards: one file per topic."""

from __future__ import annotations

from yutang.areas.membership.services import carding, coding, gifting, growing, judging, leveling, using

__all__ = ["carding", "coding", "gifting", "growing", "judging", "leveling", "using"]
