"""Writes about pages: one file per use case."""

from __future__ import annotations

from yutang.areas.decoration.services.drafts import change
from yutang.areas.decoration.services.pages import (
    MOST_VARIANTS,
    PageWords,
    add_variant,
    archive_page,
    change_page,
    create_topic,
    home,
    move_variant,
    remove_variant,
)
from yutang.areas.decoration.services.publishing import publish, publish_again, take_down, withdraw

__all__ = [
    "MOST_VARIANTS",
    "PageWords",
    "add_variant",
    "archive_page",
    "change",
    "change_page",
    "create_topic",
    "home",
    "move_variant",
    "publish",
    "publish_again",
    "remove_variant",
    "take_down",
    "withdraw",
]
