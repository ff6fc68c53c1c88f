"""Writes about check-in and tasks."""

from __future__ import annotations

from yutang.areas.missions.services.doing import check_in, complete_profile, happened, share, undone
from yutang.areas.missions.services.setting import save_plan, save_task

__all__ = ["check_in", "complete_profile", "happened", "save_plan", "save_task", "share", "undone"]
