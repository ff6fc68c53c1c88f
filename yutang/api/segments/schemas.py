"""What segments look like from outside."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from yutang.api.shapes import Id, Input, Ref


class SegmentOut(Schema):
    id: Ref
    name: str
    description: str
    kind: str
    node_id: Ref = Field(description="Whose it is; it holds only people at home there or below.")
    people: int | None = Field(description="When it was last counted; of a key of a node, only its own people.")
    refreshed_at: datetime | None
    created_at: datetime
    updated_at: datetime


class SegmentDetailOut(SegmentOut):
    rule: dict[str, Any]
    refresh_error: str = Field(description="Why it could not be counted anew; usually empty.")


class SegmentsOut(Schema):
    items: list[SegmentOut]
    next_cursor: str | None


class MemberOut(Schema):
    customer_id: Ref


class MembersOut(Schema):
    items: list[MemberOut]
    next_cursor: str | None


class CountIn(Input):
    rule: Any = Field(description="See docs/segments.md.")


class CountOut(Schema):
    people: int
    as_of: datetime | None = Field(description="Up to when the pool was complete; null before its first figures.")
    milliseconds: float


class SegmentIn(Input):
    name: str = Field(min_length=1, max_length=120)
    description: str = Field("", max_length=500)
    rule: Any = Field(description="See docs/segments.md.")
    node_id: Id | None = Field(None, description="The key's own node, or the whole company, when it is left out.")
