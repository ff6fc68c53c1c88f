"""Writes about messages: one file per use case."""

from __future__ import annotations

from yutang.areas.messaging.services.accounts import save_account
from yutang.areas.messaging.services.checking import check_code
from yutang.areas.messaging.services.forgetting import forget_phones, remove_codes_before
from yutang.areas.messaging.services.notices import News, forget_people, notify, read_all, remove_before
from yutang.areas.messaging.services.reminding import remind_next, save_reminders
from yutang.areas.messaging.services.sending import Sent, send_code

__all__ = [
    "News", "Sent", "check_code", "forget_people", "forget_phones", "notify", "read_all", "remind_next",
    "remove_before", "remove_codes_before", "save_account", "save_reminders", "send_code",
]  # fmt: skip
