"""What the web server and the collector answer: one shape from two doors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ninja import Schema
from pydantic import Field

from yutang.api import problems
from yutang.areas.interactions.reading import EventIn

if TYPE_CHECKING:
    from django.http import HttpResponse

    from yutang.areas.interactions.reading import Read, Rejection


class FieldOut(Schema):
    field: str
    code: str
    message: str


class RejectedOut(Schema):
    index: int = Field(description="Place in the batch, from 0.")
    id: str
    errors: list[FieldOut]


class RecordedOut(Schema):
    accepted: int = Field(description="Events that are on disk now, those that were there before included.")
    rejected: list[RejectedOut]


ONE_BODY = {"required": True, "content": {"application/json": {"schema": EventIn.model_json_schema()}}}
MANY_BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": {"type": "array", "items": EventIn.model_json_schema()}},
        "application/x-ndjson": {"schema": {"type": "string"}},
    },
}


def recorded(read: Read) -> bytes:
    """The body of a 200."""
    if not read.rejected:
        return b'{"accepted": %d, "rejected": []}' % len(read.events)
    rejected = [{"index": r.index, "id": r.id, "errors": problems.fields(r.errors)} for r in read.rejected]
    return json.dumps({"accepted": len(read.events), "rejected": rejected}, ensure_ascii=False).encode()


def refused(rejected: Rejection) -> HttpResponse:
    """A single event that was not taken."""
    return problems.of_validation(rejected.errors)
