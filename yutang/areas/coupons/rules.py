"""Pure rules: when a coupon is valid, codes, who is held out, what an experiment says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from yutang.core import clock

CODE_LETTERS = 16  # of 5 bits each
MOST_OFF = 10**12
_LETTERS = frozenset("0123456789ABCDEFGHJKMNPQRSTVWXYZ")  # no I, L, O, U
_PLAIN = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
_TYPED = str.maketrans("ILO", "110")  # as people read them


def validity(
    *, issued_at: datetime, timezone: str, valid_days: int | None, starts_after: int, valid_from: datetime | None,
    valid_until: datetime | None,
) -> tuple[datetime, datetime]:  # fmt: skip
    """[from, until). Relative: `valid_days` whole days of the merchant's calendar after a start `starts_after` days on;
    what begins at once also counts for the rest of the day of issue."""
    if valid_days is None:
        if valid_from is None or valid_until is None:
            raise ValueError("neither relative nor fixed")
        return valid_from, valid_until
    day = issued_at.astimezone(ZoneInfo(timezone)).date()
    if not starts_after:
        return issued_at, clock.end_of_day(day + timedelta(days=valid_days), timezone)
    first = day + timedelta(days=starts_after)
    return clock.start_of_day(first, timezone), clock.end_of_day(first + timedelta(days=valid_days - 1), timezone)


def code(seed: bytes, number: int) -> str:
    """The n-th code of a batch: 80 bits that nobody guesses without the seed (HMAC-SHA256, RFC 2104)."""
    made = hmac.digest(seed, str(number).encode(), "sha256")[:10]
    return base64.b32encode(made).decode().translate(_PLAIN)


def shown(text: str) -> str:
    """ABCD-EFGH-…"""
    return "-".join(text[n : n + 4] for n in range(0, len(text), 4))


def plain(text: str) -> str:
    """A code as people type it: case, spaces and dashes do not count, I and L are 1, O is 0."""
    return "".join(letter for letter in text.upper() if letter.isalnum()).translate(_TYPED)


def digest(text: str) -> bytes:
    """Of a code as people type it."""
    return hashlib.sha256(plain(text).encode()).digest()


def is_code(text: str) -> bool:
    """Whether it looks like one."""
    typed = plain(text)
    return len(typed) == CODE_LETTERS and set(typed) <= _LETTERS


def held_out(action: str, people: np.ndarray[Any, np.dtype[np.int64]], share: float) -> np.ndarray[Any, Any]:
    """bool per person: whether the action leaves them out, to compare with. A hash of action and person alone, so it
    can be worked out again; splitmix64 (Steele, Lea, Flood 2014) spreads it evenly."""
    salt = np.uint64(int.from_bytes(hashlib.sha256(action.encode()).digest()[:8], "big"))
    with np.errstate(over="ignore"):
        mixed = people.astype(np.uint64) ^ salt
        mixed = mixed + np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed = mixed ^ (mixed >> np.uint64(31))
    return mixed < np.uint64(int(share * 2**64)) if share > 0 else np.zeros(len(people), dtype=bool)


@dataclass(frozen=True, slots=True)
class Group:
    """People with what they bought meanwhile: `total` = Σ amounts, `squares` = Σ amounts²; most bought nothing."""

    people: int
    buyers: int
    total: int
    squares: int

    @property
    def mean(self) -> float:
        return self.total / self.people if self.people else 0.0

    @property
    def mean_amount(self) -> int:
        """Rounded for people."""
        return round(self.mean)

    @property
    def variance(self) -> float:
        """Of one person, unbiased."""
        if self.people < 2:
            return 0.0
        return max(self.squares - self.total * self.mean, 0.0) / (self.people - 1)


@dataclass(frozen=True, slots=True)
class Difference:
    """Treated less held-out per person, minor units, with its 95 % interval (Welch)."""

    mean: float
    low: float
    high: float

    @property
    def mean_amount(self) -> int:
        return round(self.mean)

    @property
    def low_amount(self) -> int:
        return round(self.low)

    @property
    def high_amount(self) -> int:
        return round(self.high)

    @property
    def is_conclusive(self) -> bool:
        return self.low > 0 or self.high < 0


def difference(treated: Group, held: Group) -> Difference | None:
    """None where one of the groups has fewer than two people."""
    if treated.people < 2 or held.people < 2:
        return None
    mean = treated.mean - held.mean
    spread = 1.959964 * math.sqrt(treated.variance / treated.people + held.variance / held.people)
    return Difference(mean, mean - spread, mean + spread)
