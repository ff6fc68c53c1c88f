"""From the bytes of a request to checked events. What is wrong with one loses none of the others.

The whole body is checked in one go; only when that fails is it looked at event by event.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from django.utils.translation import gettext_noop
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from yutang.areas.customers import queries as customers
from yutang.areas.interactions import kinds
from yutang.areas.interactions.errors import BatchTooLong, Malformed
from yutang.areas.interactions.partitions import ACCEPTED_DAYS

MOST_EVENTS = 5_000
MOST_BYTES = 2**20
MOST_PROPERTIES = 8_192  # bytes of JSON
AHEAD = timedelta(days=1)  # clocks of browsers are wrong

Strong = Literal["unionid", "external_userid", "buyer", "member_card", "openid", "phone", "email", "oaid"]


class AccountIn(BaseModel):
    """An account by which the person is known. Somebody has proved it: only keys of servers may say so."""

    model_config = ConfigDict(extra="forbid", strict=True)

    kind: Strong
    value: Annotated[str, Field(min_length=1, max_length=200)]
    namespace: Annotated[str, Field(max_length=60, description="Platform of a buyer id, app of an OpenID.")] = ""


class EventIn(BaseModel):
    """Something that was done, by whom as far as it is known."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: Annotated[
        str,
        Field(
            min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$",
            description="Yours, a UUID for instance. Sent again with the same time it is recorded once.",
        ),
    ]  # fmt: skip
    kind: Annotated[
        str,
        Field(max_length=40, pattern=r"^[a-z][a-z0-9_.]*$", description=f"{', '.join(kinds.KINDS)}, or your own."),
    ]
    occurred_at: Annotated[AwareDatetime, Field(description=f"RFC 3339; at most {ACCEPTED_DAYS} days ago.")]
    visitor: Annotated[
        str | None,
        Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$", description="Of the browser or the app."),
    ] = None
    identity: AccountIn | None = None
    channel: Annotated[str, Field(max_length=40)] = ""
    page: Annotated[str, Field(max_length=500)] = ""
    source: Annotated[str, Field(max_length=120, description="Where from: a campaign, a referrer.")] = ""
    item: Annotated[str, Field(max_length=120, description="What it was about: a product's code.")] = ""
    properties: dict[str, Any] = {}


@dataclass(frozen=True)
class Rejection:
    """An event that was not taken; `errors` as pydantic tells them, `loc` beginning with "body"."""

    index: int
    id: str
    errors: list[dict[str, Any]]


@dataclass(frozen=True)
class Read:
    events: list[EventIn] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)


_ONE = TypeAdapter(EventIn)
_MANY = TypeAdapter(list[EventIn])


class _Bad(Exception):
    def __init__(self, *loc: str, kind: str, message: str = "", **ctx: Any) -> None:
        self.error = {"loc": ("body", "event", *loc), "type": kind, "msg": message, "ctx": ctx}
        super().__init__(kind)


def one(body: bytes, *, now: datetime, region: str, may_identify: bool = True) -> Read:
    """A body that is one event."""
    return _checked([_parsed(body)], now, region, may_identify, is_suspicious=b"\\u0000" in body)


def many(body: bytes, *, now: datetime, region: str, may_identify: bool = True, is_lines: bool = False) -> Read:
    """A body that is a list of events, or with `is_lines` one event a line."""
    if is_lines:
        body = b"[" + b",".join(line for line in body.splitlines() if line.strip()) + b"]"
    suspicious = b"\\u0000" in body
    try:
        events: Sequence[Any] = _MANY.validate_json(body)
    except ValidationError:
        events = _parsed(body)
        if not isinstance(events, list):
            raise Malformed from None
    if len(events) > MOST_EVENTS:
        raise BatchTooLong(limit=MOST_EVENTS)
    return _checked(events, now, region, may_identify, is_suspicious=suspicious)


def _checked(events: Sequence[Any], now: datetime, region: str, may_identify: bool, *, is_suspicious: bool) -> Read:
    found = Read()
    oldest = (now - timedelta(days=ACCEPTED_DAYS)).replace(hour=0, minute=0, second=0, microsecond=0)
    newest = now + AHEAD
    for index, raw in enumerate(events):
        try:
            event = raw if isinstance(raw, EventIn) else _ONE.validate_json(to_json(raw))
            _check(event, oldest, newest, region, may_identify, is_suspicious)
        except _Bad as bad:
            found.rejected.append(Rejection(index, _id(raw), [bad.error]))
        except ValidationError as error:
            errors = [{**e, "loc": ("body", "event", *e["loc"])} for e in error.errors(include_url=False)]
            found.rejected.append(Rejection(index, _id(raw), errors))
        else:
            found.events.append(event)
    return found


def _check(
    event: EventIn, oldest: datetime, newest: datetime, region: str, may_identify: bool, is_suspicious: bool
) -> None:
    if event.occurred_at < oldest:
        # Its day may have left the pool, so nobody could tell whether it came before.
        raise _Bad(
            "occurred_at", kind="yutang.too_old", message=gettext_noop("This is too long ago to be told from a repeat.")
        )
    if event.occurred_at > newest:
        raise _Bad("occurred_at", kind="yutang.in_future", message=gettext_noop("This lies in the future."))
    if event.identity is not None:
        if not may_identify:
            raise _Bad(
                "identity", kind="yutang.identity_not_proven",
                message=gettext_noop("A site key is public: only a secret key may say whose account this is."),
            )  # fmt: skip
        normal = customers.normal_account(event.identity.kind, event.identity.value, region)
        if not normal:
            raise _Bad("identity", "value", kind="yutang.account", message=gettext_noop("This is no such account."))
        event.identity.value = normal
    _check_properties(event)
    if is_suspicious and b"\\u0000" in to_json(event):
        raise _Bad(kind="yutang.unstorable", message=gettext_noop("A character here cannot be stored."))


def _check_properties(event: EventIn) -> None:
    known = kinds.KINDS.get(event.kind)
    if known is not None:
        _typed(known[1], event.properties)
    if event.properties and len(to_json(event.properties)) > MOST_PROPERTIES:
        raise _Bad("properties", kind="yutang.too_large", message=gettext_noop("At most 8,192 bytes of JSON."))


def _typed(schema: type[kinds.Properties], properties: dict[str, Any]) -> None:
    try:
        schema.model_validate(properties)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        loc = [str(part) for part in first["loc"]]
        raise _Bad("properties", *loc, kind=first["type"], message=first["msg"], **first.get("ctx", {})) from error


def _id(raw: Any) -> str:
    shown = raw.id if isinstance(raw, EventIn) else raw.get("id") if isinstance(raw, dict) else None
    return shown[:64] if isinstance(shown, str) else ""


def _parsed(body: bytes) -> Any:
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise Malformed from error
