"""Types that every address shares: ids as text, instants in UTC, money in minor units."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from django.utils.translation import gettext_noop
from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema

from yutang.api import problems

BIGINT = 2**63 - 1
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")


def _bigint(text: str) -> int:
    if int(text) > BIGINT:
        raise problems.invalid("yutang.id", gettext_noop("This is no id."))
    return int(text)


def _digits(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r"[1-9][0-9]{0,18}", value):
        raise problems.invalid("yutang.id", gettext_noop("This is no id."))
    return value


def _instant(value: Any) -> datetime:
    bad = problems.invalid("yutang.instant", gettext_noop("Write a time as 2026-03-01T08:00:00Z, with its offset."))
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise bad
    try:
        found = datetime.fromisoformat(value.upper())
        if not 1900 <= found.year <= 9000:
            raise bad
        return found.astimezone(UTC)
    except ValueError as error:
        raise bad from error


def _day(value: Any) -> date:
    bad = problems.invalid("yutang.day", gettext_noop("Write a day as 2026-03-01."))
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise bad
    try:
        found = date.fromisoformat(value)
    except ValueError as error:
        raise bad from error
    if not 1900 <= found.year <= 9000:
        raise bad
    return found


# An id coming in: text of digits, at most a bigint. JavaScript would round larger numbers.
Id = Annotated[
    str,
    BeforeValidator(_digits),
    AfterValidator(_bigint),
    WithJsonSchema({"type": "string", "pattern": r"^[1-9][0-9]{0,18}$"}),
]
# An id going out.
Ref = Annotated[str, BeforeValidator(str)]
Instant = Annotated[
    datetime, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"}, mode="validation")
]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"}, mode="validation")]


class Input(Schema):
    """A body: fields we do not know are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")


class Money(Schema):
    amount: int = Field(description="Minor units: fen, pence; JPY has none below one yen.")
    currency: str = Field(description="ISO 4217.")


class Paging(Schema):
    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=500, description="`next_cursor` of the page before.")
