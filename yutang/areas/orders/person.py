"""Everything a person bought, read once: the lines of their orders, what they like, where they buy, how strongly they
are tied to the brand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import OuterRef, Subquery

from yutang.areas.orders.models import SaleLine, SalesChannel
from yutang.areas.orders.queries import _within
from yutang.areas.orders.rules import HALF_LIFE, WINDOW, Counted, Deed, Line, Strength, strengths
from yutang.core import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from yutang.core.access import Actor

MOST_LINES = 5_000  # the newest; who has more is no single person
PRODUCTS = 5


@dataclass(frozen=True)
class Favourite:
    title: str
    orders: int
    last_at: datetime


@dataclass(frozen=True)
class ChannelShare:
    source: str
    orders: int


@dataclass(frozen=True)
class Strengths:
    brand: Strength
    products: list[Strength]  # the strongest


class Bought:
    """A person's newest sale lines as far as the actor sees them; one query. The caller has fetched the person through
    the checked door."""

    def __init__(self, customer_id: int, *, actor: Actor) -> None:
        source = SalesChannel.objects.filter(pk=OuterRef("channel_id")).values("source")
        lines = _within(actor, SaleLine.objects).filter(customer_id=customer_id).annotate(source=Subquery(source))
        self._lines = list(lines.order_by("-occurred_at", "-id")[:MOST_LINES])
        self.is_cut = len(self._lines) == MOST_LINES

    def lines_of(self, order_ids: Iterable[int]) -> dict[int, list[SaleLine]]:
        """The lines of orders as they stand today, corrections applied."""
        wanted = set(order_ids)
        newest: dict[tuple[int, str], SaleLine] = {}
        for line in self._lines:
            known = newest.get((line.order_id, line.line_key))
            if line.order_id in wanted and (known is None or _version(line) > _version(known)):
                newest[line.order_id, line.line_key] = line
        found: dict[int, list[SaleLine]] = {}
        for (order_id, _), kept in sorted(newest.items(), key=lambda one: one[0]):
            if not kept.is_reversal:
                found.setdefault(order_id, []).append(kept)
        return found

    def favourites(self, limit: int = 3) -> list[Favourite]:
        """What they bought in most orders."""
        orders: dict[str, set[int]] = {}
        last: dict[str, datetime] = {}
        for line in self._lines:
            if line.kind == SaleLine.Kind.GOODS and not line.is_reversal and line.title:
                orders.setdefault(line.title, set()).add(line.order_id)
                last[line.title] = max(line.occurred_at, last.get(line.title, line.occurred_at))
        found = [Favourite(title, len(of), last[title]) for title, of in orders.items()]
        return sorted(found, key=lambda one: (one.orders, one.last_at), reverse=True)[:limit]

    def channels(self) -> list[ChannelShare]:
        """Where they buy, most purchases first."""
        sold: Counter[int] = Counter()
        sources: dict[int, str] = {}
        for line in self._lines:
            sources[line.order_id] = line.source
            if line.kind != SaleLine.Kind.REFUND:
                sold[line.order_id] += line.amount
        counted = Counter(sources[order_id] for order_id, amount in sold.items() if amount > 0)
        return [ChannelShare(*one) for one in sorted(counted.items(), key=lambda one: (-one[1], one[0]))]

    def strengths(self, deeds: Sequence[Deed]) -> Strengths:
        """To the brand and to the strongest products, with what they also did."""
        now = clock.now()
        since = now - timedelta(days=WINDOW)
        brand, products = strengths(
            (_line(line) for line in self._lines if line.occurred_at >= since),
            (deed for deed in deeds if deed.at >= since),
            now=now,
        )
        return Strengths(brand, products[:PRODUCTS])


def _line(line: SaleLine) -> Line:
    """A product is known by its code, or by its title where it has none."""
    return Line(
        line.order_id, line.kind, line.is_reversal, line.product_code or line.title, line.title, line.amount,
        line.occurred_at,
    )  # fmt: skip


def _version(line: SaleLine) -> tuple[int, bool]:
    return line.version, line.is_reversal


__all__ = ["HALF_LIFE", "Bought", "ChannelShare", "Counted", "Deed", "Favourite", "Strength", "Strengths"]
