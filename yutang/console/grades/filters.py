"""The day and the store that a page of grades is about, and the people behind a figure; all in the address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse

from yutang.areas.grades import queries
from yutang.areas.merchants import queries as merchants
from yutang.core import clock
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from django.http import HttpRequest, QueryDict

LONGEST = 18  # digits of a number that fits


@dataclass(frozen=True)
class Place:
    id: int
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Filters:
    day: date | None  # None: today
    today: date
    store: int | None
    places: tuple[Place, ...]

    @property
    def until(self) -> date:
        return self.day or self.today

    @property
    def nodes(self) -> frozenset[int] | None:
        return None if self.store is None else frozenset(merchants.descendants(frozenset({self.store})))

    @property
    def kept(self) -> dict[str, Any]:
        """What an address keeps of them."""
        found = {"day": self.day, "store": self.store}
        return {name: value for name, value in found.items() if value is not None}

    @property
    def query(self) -> str:
        return f"?{urlencode(self.kept)}" if self.kept else ""

    def people(self, kind: str, **values: Any) -> str:
        """The address of the people behind a figure."""
        return f"{reverse('console:grades_people')}?{urlencode({'show': kind, **values, **self.kept})}"


def read(values: QueryDict, request: HttpRequest, field: str = "day") -> Filters:
    """What the address says. Unreadable days are refused; a store out of reach does not exist."""
    today = clock.today(request.merchant.timezone)
    text = values.get(field, "")
    day = queries.day_from(text, field) if text else None
    reach = queries.visible(None, request.actor)
    nodes = [node for node in merchants.tree() if reach is None or node.pk in reach]
    wanted = values.get("store", "")
    if wanted and wanted not in {str(node.pk) for node in nodes}:
        raise NotFound(field="store")
    whole = {node.pk for node in nodes if node.parent_id is None}
    store = int(wanted) if wanted and int(wanted) not in whole else None
    places = tuple(
        Place(node.pk, ("\u2003" if node.kind == "store" and reach is None else "") + node.name, node.pk == store)
        for node in nodes
        if node.parent_id is not None
    )
    return Filters(day if day is not None and day < today else None, today, store, places)


def number(values: QueryDict, name: str, default: int, *, least: int = 1, most: int = 10**17) -> int:
    """A whole number within bounds; what is none counts as the default."""
    text = values.get(name, "")
    return min(max(int(text), least), most) if text.isdecimal() and len(text) <= LONGEST else default


def choice(values: QueryDict, filters: Filters) -> queries.Choice:
    """The people an address means; refuses what there is not."""
    since = values.get("since", "")
    return queries.Choice(
        kind=values.get("show", ""), group=values.get("group", ""), r=number(values, "r", 0), f=number(values, "f", 0),
        tier=values.get("tier", ""), least=number(values, "least", 0), quiet=number(values, "quiet", 0, most=36_500),
        by=values.get("by", ""), before=values.get("before", ""), after=values.get("after", ""),
        since=queries.day_from(since, "since") if since else None, day=filters.day, nodes=filters.nodes,
    )  # fmt: skip


def address(chosen: queries.Choice, filters: Filters) -> dict[str, Any]:
    """The other way round: the fields that make the choice again."""
    plain = replace(chosen, day=None, nodes=None)
    fields = {name: value for name, value in vars(plain).items() if value not in ("", 0, None)}
    return {"show": fields.pop("kind"), **fields, **filters.kept}
