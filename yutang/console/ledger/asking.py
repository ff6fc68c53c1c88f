"""What an address of the ledger asks: a day, an account kind and its unit, a span of days, a source, a holder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from yutang.core import clock
from yutang.core.errors import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest

    from yutang.core.access import Actor

VIEW = "ledger.view"
LONGEST = 60


def sees_books(actor: Actor) -> bool:
    """The books belong to the whole company: who sees one store sees its settlement."""
    return actor.may(VIEW) and actor.nodes(VIEW) is None


def require_everything(request: HttpRequest) -> None:
    if not sees_books(request.actor):
        raise NotAllowed(permission=VIEW)


@dataclass(frozen=True)
class Wanted:
    kind: str
    unit: str
    entry_kind: str
    source_type: str
    source_id: int | None
    holder: tuple[str, int] | None
    since: date
    until: date
    timezone: str

    @property
    def starts(self) -> datetime:
        return clock.start_of_day(self.since, self.timezone)

    @property
    def ends(self) -> datetime:
        return clock.end_of_day(self.until, self.timezone)

    @property
    def source(self) -> tuple[str, int | None] | None:
        return (self.source_type, self.source_id) if self.source_type else None

    @property
    def holder_text(self) -> str:
        return f"{self.holder[0]}:{self.holder[1]}" if self.holder else ""

    def query(self, **other: object) -> str:
        """The address' parameters, with some exchanged."""
        values = {
            "kind": self.kind, "unit": self.unit, "entry": self.entry_kind, "source": self.source_type,
            "source_id": "" if self.source_id is None else self.source_id, "holder": self.holder_text,
            "since": self.since, "until": self.until, **other,
        }  # fmt: skip
        return urlencode({key: value for key, value in values.items() if value not in ("", None)})


def wanted(request: HttpRequest) -> Wanted:
    """What cannot be read counts as not said; without days it is this month, of one holder since last year began."""
    zone = request.merchant.timezone
    today = clock.today(zone)
    texts = {
        key: request.GET.get(key, "").strip()[:LONGEST] for key in ("kind", "unit", "entry", "source", "source_id")
    }
    holder = _holder(request.GET.get("holder", ""))
    since = day(request.GET.get("since", "")) or (date(today.year - 1, 1, 1) if holder else today.replace(day=1))
    until = day(request.GET.get("until", "")) or max(today, since)
    return Wanted(
        texts["kind"], texts["unit"], texts["entry"], texts["source"],
        _number(texts["source_id"]), holder, since, until, zone,
    )  # fmt: skip


def _holder(text: str) -> tuple[str, int] | None:
    """`customer:12`."""
    type_, _, number = text.strip()[:LONGEST].partition(":")
    found = _number(number)
    return (type_, found) if type_ and found is not None else None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.year in clock.YEARS else None
