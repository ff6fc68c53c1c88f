"""Writes about messages: one file per use case."""

from __future__ import annotations

from yutang.areas.messaging.services.accounts import save_account
from yutang.areas.messaging.services.checking import check_code
from yutang.areas.messaging.services.forgetting import forget_phones, remove_codes_before
from yutang.areas.messaging.services.sending import Sent, send_code

__all__ = ["Sent", "check_code", "forget_phones", "remove_codes_before", "save_account", "send_code"]
