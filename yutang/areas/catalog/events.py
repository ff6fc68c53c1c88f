from __future__ import annotations

from dataclasses import dataclass

from yutang.core.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class ReviewWritten(DomainEvent):
    """A buyer said how it was."""

    name = "catalog.review_written"
    review_id: int
    customer_id: int
