"""What a merchant may set, and what the law says unless it is set stricter (单用途商业预付卡; legal defaults in 元)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bound:
    least: int
    most: int
    default: int


_YUAN = 100
PERSON_CEILING = Bound(1, 5_000 * _YUAN, 5_000 * _YUAN)  # what one person's balance may come to (记名)
BEARER_CEILING = Bound(1, 1_000 * _YUAN, 1_000 * _YUAN)  # the face of a gift card that names nobody (不记名)
REAL_NAME_FROM = Bound(0, 10_000 * _YUAN, 10_000 * _YUAN)  # recharged in all: from here on with a real name
REFUND_DAYS = Bound(7, 3_650, 7)  # principal goes back without a reason being asked
BEARER_DAYS = Bound(3 * 366, 36_600, 3 * 366)  # a card that names nobody is good for three years at least
GRACE_DAYS = Bound(0, 3_650, 7)  # gift that comes back after it expired can be used for so long again
MOST_CARDS = 10_000
