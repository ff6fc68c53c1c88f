"""What was sent is forgotten: with an erased person, and by itself after a while."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from yutang.areas.messaging.models import OneTimeCode


def forget_phones(keys: Iterable[bytes]) -> int:
    """Deletes every code sent to accounts with these blind indexes."""
    return OneTimeCode.objects.filter(phone_key__in=list(keys)).delete()[0]


def remove_codes_before(before: datetime) -> int:
    """Deletes older ones, for the retention of the privacy area."""
    return OneTimeCode.objects.filter(sent_at__lt=before).delete()[0]
