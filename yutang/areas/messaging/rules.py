"""What follows from nothing but its arguments and chance."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from django.utils.translation import ngettext

DIGITS = 6
# Numbers of the mainland that get messages; of other countries all that their numbering allows.
MAINLAND_MOBILE = re.compile(r"\+861[3-9]\d{9}")
_SITE_BITS = 64  # one household or one machine has at least so much of IPv6 to itself


def new_code() -> str:
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def typed(code: str) -> str:
    """A code as people type or paste it; empty where it can be none."""
    code = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", code))
    return code if re.fullmatch(rf"[0-9]{{{DIGITS}}}", code) else ""


def place_of(ip: str | None) -> str:
    """What a visitor's address counts as: itself, of IPv6 the network that one visitor has to choose from."""
    try:
        address = ip_address(ip or "")
    except ValueError:
        return "?"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(IPv6Address(int(address) >> (128 - _SITE_BITS) << (128 - _SITE_BITS)))
    return str(address)


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
