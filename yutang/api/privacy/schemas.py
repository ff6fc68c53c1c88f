from datetime import datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from yutang.api.shapes import Id, Input, Instant, Paging, Ref

Purpose = Literal["marketing", "profiling", "sharing", "sensitive", "minor"]
Channel = Literal["", "sms", "email", "phone", "wechat", "wecom"]


class ConsentIn(Input):
    purpose: Purpose
    channel: Channel = Field("", description="Empty: every channel.")
    given: bool = Field(description="false refuses, or withdraws what was given.")
    version: int | None = Field(None, ge=1, le=2**31 - 1, description="Of the text that the person saw.")
    at: Instant | None = Field(None, description="When it was said; now, when left out.")
    evidence: str = Field("", max_length=500)


class ConsentOut(Schema):
    id: Ref
    purpose: str
    channel: str
    given: bool = Field(validation_alias="is_given")
    at: datetime
    evidence: str


class StateOut(Schema):
    purpose: str
    channel: str
    given: bool | None = Field(validation_alias="is_given", description="null: never said anything.")
    allowed: bool = Field(validation_alias="is_allowed")
    at: datetime | None


class ConsentsOut(Schema):
    customer_id: Ref
    states: list[StateOut]


class RequestIn(Input):
    customer_id: Id
    kind: Literal["export", "erasure"]
    reason: str = Field("", max_length=500)
    despite_orders: bool = Field(False, description="Erase although orders are open.")


class RequestOut(Schema):
    id: Ref
    kind: str
    state: str
    customer_id: Ref
    created_at: datetime
    done_at: datetime | None
    proof: dict[str, Any] | None


class RequestsOut(Schema):
    items: list[RequestOut]
    next_cursor: str | None


class RequestFilters(Paging):
    state: Literal["queued", "running", "done", "failed"] | None = None
