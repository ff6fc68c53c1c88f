"""Writes: the vocabulary of tags, one person's tags, runs over many people, rule tags, expiry."""

from __future__ import annotations

from yutang.areas.tags.services.automatic import expire, preview, recompute, recompute_all, recompute_soon
from yutang.areas.tags.services.giving import give, take
from yutang.areas.tags.services.life import LifeValues, change_life, end_life, record_life, retire_life
from yutang.areas.tags.services.runs import execute, start, stop, undo
from yutang.areas.tags.services.vocabulary import (
    archive,
    archive_group,
    create,
    create_group,
    end_archived,
    update,
    update_group,
)

__all__ = [
    "LifeValues",
    "archive",
    "archive_group",
    "change_life",
    "create",
    "create_group",
    "end_archived",
    "end_life",
    "execute",
    "expire",
    "give",
    "preview",
    "recompute",
    "recompute_all",
    "recompute_soon",
    "record_life",
    "retire_life",
    "start",
    "stop",
    "take",
    "undo",
    "update",
    "update_group",
]  # fmt: skip
