"""What every row needs: a database of its own and the shape of a result."""

from __future__ import annotations

import itertools
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yutang.core.access import Actor

_numbers = itertools.count(int(time.time()))


@dataclass(frozen=True)
class Row:
    """A measured value beside its goal and its reference, both measured in the same run."""

    row: str
    value: float
    unit: str
    goal: float | None = None
    higher_is_better: bool = True
    reference: str = ""
    reference_value: float | None = None
    most_ratio: float | None = None  # the value may be at most this many times the reference
    least_ratio: float | None = None  # and must be at least so many times

    @property
    def ratio(self) -> float | None:
        """Value ÷ reference."""
        return self.value / self.reference_value if self.reference_value else None

    @property
    def holds(self) -> bool:
        if self.most_ratio is not None and self.ratio is not None and self.ratio > self.most_ratio:
            return False
        if self.least_ratio is not None and self.ratio is not None and self.ratio < self.least_ratio:
            return False
        if self.goal is None:
            return True
        return self.value >= self.goal if self.higher_is_better else self.value <= self.goal

    @property
    def goal_text(self) -> str:
        return "–" if self.goal is None else f"{'≥' if self.higher_is_better else '≤'} {self.goal:,g} {self.unit}"


@contextmanager
def database() -> Iterator[None]:
    """An embedded PostgreSQL as an installation runs it: durable, default configuration."""
    from yutang.cli import shared

    with shared.running():
        yield


def make_merchant(currency: str = "CNY", timezone: str = "Asia/Shanghai") -> Actor:
    from yutang.areas.merchants import services
    from yutang.core import access

    number = next(_numbers)
    made = services.create_merchant(
        slug=f"bench-{number}", name="Bench", currency=currency, timezone=timezone, phone_region="GB",
        owner_email=f"bench-{number}@example.com", owner_password="correct horse battery",
    )  # fmt: skip
    return access.system(made.pk)
