"""A small random brand: visitors of whom some become people, people who are merged, what they did and bought."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.areas.analytics.behaviour.plain import Row
from tests.factories.customers import make_customer
from tests.factories.interactions import event, link, record
from tests.factories.merchants import make_merchant
from tests.factories.orders import line
from tests.factories.orders import record as record_lines
from yutang.areas.customers import services as customers
from yutang.areas.customers.models import Customer, Identity
from yutang.areas.interactions.models import Interaction, Visitor
from yutang.areas.orders.models import Order
from yutang.core import access, tenancy
from yutang.lake import writer

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
KINDS = ("view", "view", "view", "search", "click", "cart", "share", "follow", "payment", "identify", "impression")
PROPERTIES = {"search": {"query": "tea"}, "payment": {"amount": 1}, "menu": {"key": "a"}, "scan": {"code": "x"}}
PAGES = ("/", "/tea", "/tea/green", "/cake", "")


@dataclass
class World:
    merchant: object
    actor: access.Actor
    rows: list[Row] = field(default_factory=list)
    known: set[int] = field(default_factory=set)


def make_world(seed: int, *, timezone: str = "Asia/Shanghai", events: int = 70, people: int = 4) -> World:
    """Everything lies in the three weeks before NOW, many of it at the same instants."""
    chance = random.Random(seed)
    merchant = make_merchant(timezone=timezone)
    zone = ZoneInfo(timezone)
    world = World(merchant, access.system(merchant.pk))
    with tenancy.scope(merchant.pk):
        phones = [f"+86138001380{n:02d}" for n in range(people)]
        owners = [make_customer(phone=phone).pk for phone in phones]
        # Visitors 0 … people - 1 are recognised one day, some of the others too; the last ones never.
        visitors = [f"browser-{n}" for n in range(people + 3)]
        belongs = {v: n if n < people else chance.choice([None, 0]) for n, v in enumerate(visitors)}
        belongs[visitors[-1]] = None
        instants = [NOW - timedelta(minutes=chance.choice([7, 31, 30, 600, 1440]) * n + 5) for n in range(1, 20)]
        given = {}
        for number in range(events):
            kind, visitor = chance.choice(KINDS), chance.choice(visitors)
            values = {
                "visitor": visitor, "kind": kind, "page": chance.choice(PAGES),
                "item": chance.choice(["", "", "sku-1"]),
                "occurred_at": chance.choice(instants).isoformat(), "channel": chance.choice(["", "web", "app"]),
                "source": chance.choice(["", "", "code:a", "code:b", "mail"]), "properties": PROPERTIES.get(kind, {}),
                "id": f"e{number}",
            }  # fmt: skip
            given[f"e{number}"] = values
        made = [event(**values) for values in given.values()]
        logins = [
            event(id=f"login-{v}", kind="identify", visitor=v, occurred_at=chance.choice(instants).isoformat(),
                  identity={"kind": "phone", "value": phones[n]})
            for v, n in belongs.items() if n is not None
        ]  # fmt: skip
        record(*made)
        record(*logins)
        while link():
            pass
        orders = {}
        for number in range(12):
            owner, at = chance.randrange(people), chance.choice(instants)
            amount = chance.choice([0, 500, 1000])
            identity = Identity.objects.get(customer_id=owners[owner], kind="phone")
            record_lines(line(f"o{number}", amount=amount, ordered_at=at, paid_at=at, identity=identity))
            orders[f"o{number}"] = (owner, at, amount)
        merged = {n: n for n in range(people)}
        if chance.random() < 0.7:
            customers.merge(survivor_id=owners[0], absorbed_id=owners[1], evidence=[], actor=world.actor)
            merged[1] = 0
        strangers = dict(Visitor.objects.values_list("key", "pk"))
        ids = dict(Interaction.objects.values_list("key", "id"))

        def row(person, at, **values):
            return Row(person, at, day=at.astimezone(zone).date(), **values)

        for key, values in given.items():
            if values["kind"] == "identify":
                continue
            owner = belongs[values["visitor"]]
            person = strangers[values["visitor"]] if owner is None else owners[merged[owner]]
            kept = {name: values[name] for name in ("kind", "page", "item", "source", "channel")}
            at = datetime.fromisoformat(values["occurred_at"])
            world.rows.append(row(person, at, bought=False, number=ids[key], **kept))
        numbers = dict(Order.objects.values_list("order_no", "pk"))
        for order_no, (owner, at, amount) in orders.items():
            if amount:
                person = owners[merged[owner]]
                world.rows.append(row(person, at, bought=True, number=numbers[order_no], kind="PURCHASE"))
        world.known = set(
            Customer.objects.filter(pk__in=[owners[n] for n in merged.values()]).values_list("pk", flat=True)
        )
    writer.run()
    return world
