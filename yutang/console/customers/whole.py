"""Everything about one person, for their page: each thing is read once and shared by the cards that show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yutang.areas.customers import queries
from yutang.areas.interactions import arrivals
from yutang.areas.interactions import queries as visits
from yutang.areas.orders import person as bought_by
from yutang.areas.orders import queries as order_queries
from yutang.console.customers import cards, interactions, labels, portrait, timeline
from yutang.console.grades import explained
from yutang.console.relations import card as relations
from yutang.console.tags import life as life_of_person
from yutang.console.tags import person as tags_of_person
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from yutang.areas.customers.models import Customer
    from yutang.areas.orders.person import Bought
    from yutang.ui.paging import Page

ORDERS_PER_PAGE = 10
NOTES = 50


def context(request: HttpRequest, person: Customer) -> dict[str, Any]:
    actor = request.actor
    merges = labels.reasons(queries.merges_of(actor, person))
    accounts = labels.explain(queries.evidence(person, merges))
    statistic = order_queries.statistics(actor, [person.pk])[person.pk]
    notes = list(queries.notes(person).order_by("-id")[:NOTES])
    sees_orders = actor.may("orders.view")
    bought = bought_by.Bought(person.pk, actor=actor) if sees_orders else None
    of_orders = orders(request, person, bought)
    visitors = visits.visitors(person.pk)
    did = visits.newest([one.pk for one in visitors])
    arrival = arrivals.of_visitors(visitors)
    shown = interactions.beginning(person, did, visitors)
    related = relations.context(request, person, statistic=statistic, arrival=arrival, bought=bought, did=did)
    sees_all_orders = sees_orders and actor.nodes("orders.view") is None
    moments = timeline.moments(
        of_orders.rows if of_orders else [], notes, merges, accounts, shown["interactions"], related["changes"]
    )
    wanted = request.GET.get("show", "")
    return {
        **shown, "person": person, "accounts": accounts, "merges": merges, "statistic": statistic, "notes": notes,
        "page": of_orders, "source_label": labels.source(person.source), "has_address": person.address is not None,
        "cards": cards.cards(person.pk, actor),
        "portrait": portrait.statements(person, accounts, statistic, bought, arrival),
        "grades": explained.card(
            person.pk, known=statistic if sees_all_orders else None, merchant=request.merchant, actor=actor
        ),
        "moments": timeline.shown(moments, wanted), "groups": timeline.groups(moments), "show": wanted,
        **related, **tags_of_person.card(request, person), **life_of_person.card(request, person),
    }  # fmt: skip


def orders(request: HttpRequest, person: Customer, bought: Bought | None = None) -> Page | None:
    """A page of the person's orders with their lines, out of what was read already as far as it goes; None for who may
    not see orders."""
    if not request.actor.may("orders.view"):
        return None
    found = page_of(
        order_queries.orders_of(request.actor, person.pk), request, order=("-ordered_at", "-id"), size=ORDERS_PER_PAGE
    )
    read = order_queries if bought is None or bought.is_cut else bought
    lines = read.lines_of(order.pk for order in found.rows)
    for order in found.rows:
        order.lines = lines.get(order.pk, [])
        order.source_label = labels.source(order.channel.source)
    return found
