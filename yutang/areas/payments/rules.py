"""What follows from nothing but its arguments and chance."""

from __future__ import annotations

import secrets
from datetime import datetime


def new_no(at: datetime) -> str:
    """A number that no other tender or refund has, by day: 20 digits and letters, which every provider accepts."""
    return f"{at:%y%m%d}{secrets.token_hex(7)}"
