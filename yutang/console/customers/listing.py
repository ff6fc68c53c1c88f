"""The customer list as a screen composes it: people, their phones, what they bought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yutang.areas.customers import queries as customers
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import queries as orders
from yutang.areas.relations import queries as relations
from yutang.areas.relations.models import PersonRole
from yutang.areas.tags import queries as tags
from yutang.console.staff.forms import id_of
from yutang.console.tags.forms import tag_choices
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from yutang.areas.customers.models import Customer
    from yutang.areas.orders.models import CustomerStatistic
    from yutang.ui.paging import Page

FILTERS = (
    "q", "source", "province", "node", "purchased", "marketing", "tag", "role", "guide", "brought_by", "sort",
)  # fmt: skip
# Figures of purchases are sorted by their own index, which holds only people who have ordered.
SORTS = {"": ("-id",), "last": ("-by_last", "-customer_id"), "net": ("-by_net", "-customer_id")}


@dataclass(frozen=True)
class Row:
    """One person on the list."""

    id: int
    customer: Customer
    phone: str
    statistic: CustomerStatistic

    @property
    def pk(self) -> int:
        return self.id


def filters(request: HttpRequest) -> dict[str, str]:
    """What the address asks for; unknown values count as empty."""
    found = {name: request.GET.get(name, "").strip()[:200] for name in FILTERS}
    known = {"sort": SORTS, "purchased": ("yes", "no"), "marketing": ("yes", "no", "unknown")}
    return {name: value if value in known.get(name, (value,)) else "" for name, value in found.items()}


def people(request: HttpRequest, wanted: dict[str, str], permission: str = "customers.view") -> QuerySet[Customer]:
    """The people these filters let through, as far as the actor may see them."""
    node = wanted["node"]
    nodes = merchants.descendants(frozenset({int(node)})) if node.isdecimal() and len(node) < 19 else None
    by_order = request.actor.may("orders.view") and wanted["q"]
    search = customers.Search(
        text=wanted["q"], source=wanted["source"], province=wanted["province"], nodes=nodes,
        accepts_marketing=wanted["marketing"],
        also=orders.buyers_by_order_no(request.actor, wanted["q"]) if by_order else frozenset(),
    )  # fmt: skip
    found = customers.people(
        request.actor, search, namespaces=orders.sources() if wanted["q"] else (), region=request.merchant.phone_region,
        permission=permission,
    )  # fmt: skip
    for ids in chosen(wanted):
        found = found.filter(pk__in=ids)
    if wanted["purchased"] and request.actor.may("orders.view"):
        return orders.purchased(request.actor, found, yes=wanted["purchased"] == "yes")
    return found


def chosen(wanted: dict[str, str]) -> list[QuerySet[Any, int]]:
    """The ids of the people that each filter lets through which only few pass."""
    by_number: dict[str, Callable[[int], QuerySet[Any, int]]] = {
        "tag": tags.people_with, "role": relations.people_in_role, "guide": relations.people_of_guide,
        "brought_by": relations.people_brought_by,
    }  # fmt: skip
    numbers = {name: id_of(wanted[name]) for name in by_number}
    return [by_number[name](number) for name, number in numbers.items() if number is not None]


def page(request: HttpRequest, wanted: dict[str, str]) -> Page:
    found = people(request, wanted)
    order = SORTS[wanted["sort"]]
    if wanted["sort"]:
        shown = page_of(orders.ranked(found, among=chosen(wanted)), request, order=order, nullable={"by_last"})
        shown.rows = rows(request, [statistic.customer for statistic in shown.rows])
    else:
        shown = page_of(found.select_related("home_node"), request, order=order)
        shown.rows = rows(request, shown.rows)
    return shown


def rows(request: HttpRequest, found: list[Customer]) -> list[Row]:
    """Adds phones and statistics: two queries for any number of people."""
    ids = [person.pk for person in found]
    phones, statistics = customers.phones(ids), orders.statistics(request.actor, ids)
    return [Row(person.pk, person, phones.get(person.pk, ""), statistics[person.pk]) for person in found]


def choices(request: HttpRequest) -> dict[str, Any]:
    """What the filters offer; stores only as far as the actor sees them."""
    nodes = request.actor.nodes("customers.view")
    return {
        "tags": tag_choices(),
        "sources": customers.sources(request.actor),
        "provinces": customers.provinces(request.actor),
        "roles": PersonRole.Role.choices,
        "guides": [
            (member.pk, str(member.user)) for member in relations.possible_guides(request.actor, "customers.view")
        ],
        "nodes": [node for node in merchants.tree() if nodes is None or node.pk in nodes],
    }
