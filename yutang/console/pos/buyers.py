"""What a till shows of the person who buys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yutang.areas.customers import queries as customers
from yutang.areas.orders import queries as orders
from yutang.areas.tags import queries as tags

if TYPE_CHECKING:
    from django.http import HttpRequest

    from yutang.areas.customers.models import Customer
    from yutang.areas.orders.models import CustomerStatistic
    from yutang.areas.tags.models import Tag


@dataclass(frozen=True)
class Buyer:
    """Of people whose home is elsewhere a till shows that they are there, not what they did."""

    person: Customer
    name: str
    phone: str  # masked
    is_near: bool
    statistic: CustomerStatistic | None
    tags: Sequence[Tag]


def shown(request: HttpRequest, people: Sequence[Customer]) -> list[Buyer]:
    """Three queries for any number of people."""
    if not people:
        return []
    actor = request.actor
    nodes = actor.nodes("customers.view") if actor.may("customers.view") else frozenset()
    near = [person.pk for person in people if nodes is None or person.home_node_id in nodes]
    phones = customers.phones([person.pk for person in people])
    statistics = orders.statistics(actor, near) if near and actor.may("orders.view") else {}
    tagged = tags.tags_of(near) if near else {}
    return [
        Buyer(
            person, str(person) if person.pk in near else f"{person.name[:1]}**", phones.get(person.pk, ""),
            person.pk in near, statistics.get(person.pk), tagged.get(person.pk, [])[:6],
        )
        for person in people
    ]  # fmt: skip
