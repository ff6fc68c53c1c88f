"""What follows from nothing but its arguments and chance."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import ngettext

DIGITS = 6
# Numbers of the mainland that get messages; of other countries all that their numbering allows.
MAINLAND_MOBILE = re.compile(r"\+861[3-9]\d{9}")


def new_code() -> str:
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def typed(code: str) -> str:
    """A code as people type or paste it; empty where it can be none."""
    code = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", code))
    return code if re.fullmatch(rf"[0-9]{{{DIGITS}}}", code) else ""


def wait(times: Sequence[datetime], most: int, window: timedelta, now: datetime) -> timedelta | None:
    """How long until another one is allowed, where `most` are within any `window`; None: at once. `times`: the newest
    first, those within the window."""
    return times[most - 1] + window - now if len(times) >= most else None


def in_words(span: timedelta) -> str:
    """Rounded up, in the reader's language: whoever comes back then is not too early."""
    seconds = max(1, -(-span // timedelta(seconds=1)))
    if seconds < 120:
        return ngettext("%(count)s second", "%(count)s seconds", seconds) % {"count": seconds}
    minutes = -(-seconds // 60)
    if minutes < 120:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    hours = -(-minutes // 60)
    return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
