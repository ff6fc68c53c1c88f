"""What an address of the ledger asks: a day, an account kind and its unit, a span of days, a source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from yutang.core import clock
from yutang.core.errors import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest

VIEW = "ledger.view"
LONGEST = 60


def require_everything(request: HttpRequest) -> None:
    """The books belong to the whole company: who sees one store sees its settlement."""
    if request.actor.nodes(VIEW) is not None:
        raise NotAllowed(permission=VIEW)


@dataclass(frozen=True)
class Wanted:
    kind: str
    unit: str
    entry_kind: str
    source_type: str
    source_id: int | None
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

    def query(self, **other: object) -> str:
        """The address' parameters, with some exchanged."""
        values = {
            "kind": self.kind, "unit": self.unit, "entry": self.entry_kind, "source": self.source_type,
            "source_id": "" if self.source_id is None else self.source_id, "since": self.since, "until": self.until,
            **other,
        }  # fmt: skip
        return urlencode({key: value for key, value in values.items() if value not in ("", None)})


def wanted(request: HttpRequest) -> Wanted:
    """What cannot be read counts as not said; without days it is this month."""
    zone = request.merchant.timezone
    today = clock.today(zone)
    texts = {
        key: request.GET.get(key, "").strip()[:LONGEST] for key in ("kind", "unit", "entry", "source", "source_id")
    }
    since = day(request.GET.get("since", "")) or today.replace(day=1)
    until = day(request.GET.get("until", "")) or max(today, since)
    number = texts["source_id"]
    return Wanted(
        texts["kind"], texts["unit"], texts["entry"], texts["source"],
        int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else None, since, until, zone,
    )  # fmt: skip


def day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.year in clock.YEARS else None
