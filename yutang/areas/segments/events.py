from __future__ import annotations

from dataclasses import dataclass

from yutang.core.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class SegmentRefreshed(DomainEvent):
    """A segment was counted anew; `entered` and `left` are against the snapshot before."""

    name = "segments.refreshed"
    segment_id: int
    snapshot_id: int
    size: int
    entered: int
    left: int

    def lock(self) -> str:
        return f"segment:{self.segment_id}"
