"""What tags and life facts look like from outside."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from yutang.api.shapes import Day, Id, Input, Instant, Ref

Colour = Literal["blue", "cyan", "teal", "green", "yellow", "orange", "red", "pink", "purple", "indigo"]


class GroupOut(Schema):
    id: Ref
    name: str
    kind: str = Field(description="local or wecom")
    colour: str
    is_exclusive: bool = Field(description="A person has one tag of it at a time.")


class GroupsOut(Schema):
    items: list[GroupOut]
    next_cursor: str | None


class GroupIn(Input):
    name: str = Field(min_length=1, max_length=60)
    kind: Literal["local", "wecom"] = "local"
    colour: Colour = "blue"
    is_exclusive: bool = False


class TagOut(Schema):
    id: Ref
    group_id: Ref
    name: str
    description: str
    keep_days: int | None
    rule: dict[str, Any] | None = Field(description="Of a rule tag: people get it and lose it by themselves.")
    rule_error: str
    recomputed_at: datetime | None


class TagsOut(Schema):
    items: list[TagOut]
    next_cursor: str | None


class TagIn(Input):
    group_id: Id
    name: str = Field(min_length=1, max_length=60)
    description: str = Field("", max_length=300)
    keep_days: int | None = Field(None, ge=1, le=3650)
    rule: Any = Field(None, description="See docs/segments.md.")


class TaggingOut(Schema):
    tag_id: Ref
    name: str
    group: str
    source: str = Field(description="manual, bulk, rule, import or api")
    evidence: str
    given_at: datetime
    given_by: str
    expires_at: datetime | None


class TaggingsOut(Schema):
    customer_id: Ref
    items: list[TaggingOut]
    next_cursor: str | None = None


class TaggingIn(Input):
    tag_id: Id
    evidence: str = Field("", max_length=300)
    expires_at: Instant | None = None


class LifeOut(Schema):
    id: Ref
    kind: str
    name: str
    detail: str
    calendar: str = Field(description="solar, lunar or empty")
    year: int | None
    month: int | None
    day: int | None
    is_leap: bool
    born_on: date | None = Field(description="The day in the solar calendar, where its year is known.")
    source: str
    evidence: str
    valid_until: date | None
    recorded_at: datetime
    recorded_by: str


class LivesOut(Schema):
    customer_id: Ref
    items: list[LifeOut]
    next_cursor: str | None = None


class LifeIn(Input):
    kind: str = Field(max_length=20, description="child, pet, diet, birthday, anniversary, travel, home, health")
    name: str = Field("", max_length=200)
    detail: str = Field("", max_length=20)
    calendar: Literal["solar", "lunar"] = "solar"
    year: int | None = Field(None, ge=1900, le=2099)
    month: int | None = Field(None, ge=1, le=12)
    day: int | None = Field(None, ge=1, le=31)
    is_leap: bool = False
    has_consent: bool = Field(False, description="Health notes are kept only with it.")
    valid_until: Day | None = None
    evidence: str = Field("", max_length=300)
