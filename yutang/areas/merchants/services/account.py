"""What belongs to a person's own log-in, whatever merchant they work for."""

from __future__ import annotations

from yutang.areas.merchants.models import User


def choose_language(*, user: User, language: str) -> None:
    user.language = language
    user.save(update_fields=["language"])
