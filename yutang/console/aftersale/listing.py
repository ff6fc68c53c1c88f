"""The list of cases as a screen composes it: cases, their goods, who asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yutang.areas.aftersale import queries
from yutang.areas.aftersale.models import Case
from yutang.areas.aftersale.queries import Search
from yutang.areas.customers import queries as customers
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import queries as orders
from yutang.areas.orders import queries_list
from yutang.console.aftersale import labels
from yutang.console.orders.listing import day_of
from yutang.console.staff.forms import id_of
from yutang.core import clock
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from yutang.ui.paging import Page

FILTERS = ("tab", "q", "kind", "reason", "node", "since", "until", "behind")
MOST_PEOPLE = 1_000  # whom a text may name


@dataclass(frozen=True)
class Row:
    case: Case
    state: str
    colour: str
    reason: str
    buyer: str
    goods: list[tuple[str, int]]
    left: str

    @property
    def pk(self) -> int:
        return self.case.pk


def filters(request: HttpRequest) -> dict[str, str]:
    """What the address asks for; unknown values count as empty."""
    found = {name: request.GET.get(name, "").strip()[:80] for name in FILTERS}
    known = {
        "tab": queries.TABS, "kind": Case.Kind.values, "reason": [row.code for row in queries.reasons()],
        "behind": queries.BEHIND,
    }  # fmt: skip
    return {name: value if value in known.get(name, (value,)) else "" for name, value in found.items()}


def page(request: HttpRequest, wanted: dict[str, str]) -> Page:
    found = page_of(
        queries.search(request.actor, _search(request, wanted)), request, order=queries.order_of(wanted["tab"]), size=30
    )
    found.rows = rows(request, found.rows)
    return found


def _search(request: HttpRequest, wanted: dict[str, str]) -> Search:
    node, zone, text = id_of(wanted["node"]), request.merchant.timezone, wanted["q"]
    since, until = day_of(wanted["since"]), day_of(wanted["until"])
    people: frozenset[int] = frozenset()
    if text and request.actor.may("customers.view"):
        named = customers.people(
            request.actor, customers.Search(text=text), namespaces=orders.sources(),
            region=request.merchant.phone_region,
        )  # fmt: skip
        people = frozenset(named.order_by("-id").values_list("pk", flat=True)[:MOST_PEOPLE])
    return Search(
        tab=wanted["tab"], text=text, customer_ids=people, kind=wanted["kind"], reason=wanted["reason"],
        order_ids=queries.orders_by_number(request.actor, text) if text else frozenset(),
        nodes=merchants.descendants(frozenset({node})) if node is not None else None,
        since=clock.start_of_day(since, zone) if since else None,
        until=clock.end_of_day(until, zone) if until else None, behind=wanted["behind"],
    )  # fmt: skip


def rows(request: HttpRequest, found: list[Case]) -> list[Row]:
    """Two queries for any number of cases."""
    items = queries_list.items_of({case.order_id for case in found})
    titles = {(item.order_id, item.position): item.title for of_order in items.values() for item in of_order}
    buyers = {case.order.customer_id for case in found if case.order.customer_id is not None}
    names = customers.named(request.actor, buyers) if buyers and request.actor.may("customers.view") else {}
    return [
        Row(
            case, case.get_state_display(), labels.COLOURS[Case.State(case.state)], labels.reason(case.reason),
            names.get(case.order.customer_id, ""),
            [(titles.get((case.order_id, line.position), "?"), line.pieces) for line in case.lines.all()],
            labels.left(case.deadline_at),
        )
        for case in found
    ]  # fmt: skip
