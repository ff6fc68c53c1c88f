"""Writes about bookings: one file per use case."""

from __future__ import annotations

from yutang.areas.bookings.rules import Begin
from yutang.areas.bookings.services.booking import PAYABLE, book, due, settle, take, wait
from yutang.areas.bookings.services.desk import check_in, miss, unmiss
from yutang.areas.bookings.services.ending import cancel, expire_due
from yutang.areas.bookings.services.setting import (
    Draft,
    end_invitation,
    invite,
    save_experience,
    save_hours,
    save_hub,
    save_resource,
    save_terms,
)

__all__ = [
    "PAYABLE", "Begin", "Draft", "book", "cancel", "check_in", "due", "end_invitation", "expire_due", "invite", "miss",
    "save_experience", "save_hours", "save_hub", "save_resource", "save_terms", "settle", "take", "unmiss", "wait",
]  # fmt: skip
