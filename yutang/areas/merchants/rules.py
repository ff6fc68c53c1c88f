"""When a store is open: times of local days, made into instants. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MIDNIGHT = 24 * 60


@dataclass(frozen=True, order=True)
class Span:
    """From when until when, in minutes of the local day; `MIDNIGHT` is its end."""

    opens: int
    closes: int

    def __str__(self) -> str:
        return "–".join(f"{minutes // 60:02d}:{minutes % 60:02d}" for minutes in (self.opens, self.closes))


USUAL = (Span(9 * 60, 21 * 60),)  # of whoever has said nothing


@dataclass(frozen=True)
class Hours:
    """`week`: weekday (0 is Monday) → spans, none where it is closed; empty until somebody set it. `days`: days that
    differ."""

    week: Mapping[int, Sequence[Span]] = field(default_factory=dict)
    days: Mapping[date, Sequence[Span]] = field(default_factory=dict)

    def on_weekday(self, weekday: int) -> Sequence[Span]:
        return self.week.get(weekday, ()) if self.week else USUAL

    def on(self, day: date) -> Sequence[Span]:
        return self.days[day] if day in self.days else self.on_weekday(day.weekday())


@dataclass(frozen=True, order=True)
class Slot:
    """Two instants in UTC."""

    starts: datetime
    ends: datetime


def are_in_order(spans: Sequence[Span]) -> bool:
    """Each within the day, none reaching into the next."""
    edges = [edge for span in spans for edge in (span.opens, span.closes)]
    return edges == sorted(edges) and all(0 <= span.opens < span.closes <= MIDNIGHT for span in spans)


def open_on(hours: Hours, day: date, timezone: str) -> Iterator[Slot]:
    """The times when it is open that day. Clocks that are put forward or back make a span shorter or longer."""
    begins = datetime.combine(day, time(), ZoneInfo(timezone))
    for span in hours.on(day):
        # Adding to a local time is counted by its clock, whatever happens to it in between.
        starts, ends = (begins + timedelta(minutes=edge) for edge in (span.opens, span.closes))
        yield Slot(starts.astimezone(UTC), ends.astimezone(UTC))


def cut(whole: Slot, minutes: int) -> Iterator[Slot]:
    """Pieces of so many minutes, the last one maybe shorter."""
    starts = whole.starts
    while starts < whole.ends:
        ends = min(starts + timedelta(minutes=minutes), whole.ends)
        yield Slot(starts, ends)
        starts = ends
