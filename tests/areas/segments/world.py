"""A small random pool for rules to be tried on, and a naive evaluator that knows nothing of our SQL."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.areas.segments import world_traits
from tests.factories.merchants import make_merchant
from yutang.areas.customers.models import Customer, Identity
from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants import services as merchant_services
from yutang.areas.orders.models import CustomerStatistic, SaleLine, SalesChannel
from yutang.core import access, tenancy
from yutang.lake import writer

TODAY = date(2026, 3, 10)
CITIES = ["杭州", "杭州市", "上海", "", "O'Brien", "'; DROP TABLE x; --", 'a"b\\c', "%_"]
TITLES = ["蛋糕", "草莓蛋糕", "面包", "Croissant", "'; SELECT 1 --", "100%_ 酥"]


@dataclass
class Line:
    person: int | None  # of today
    order_id: int
    kind: str
    title: str
    quantity: int
    amount: int
    day: date
    is_reversal: bool
    node_id: int


@dataclass
class World:
    merchant: Any
    people: dict[int, dict[str, Any]] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    nodes: list[int] = field(default_factory=list)
    life: list[world_traits.Life] = field(default_factory=list)
    tags: list[int] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)
    issued: list[Any] = field(default_factory=list)  # coupons
    used: list[Any] = field(default_factory=list)

    @property
    def facts(self) -> dict[str, list[Any]]:
        return {
            "orders.line": self.lines, "tags.life": self.life, "interactions.event": self.events,
            "coupons.issued": self.issued, "coupons.used": self.used,
        }  # fmt: skip


def maybe(chance: random.Random, value: Any, nothing: Any = None, share: float = 0.25) -> Any:
    return nothing if chance.random() < share else value


def build(seed: int, size: int = 60, lines: int = 400, ladder: int = 0) -> World:
    """Written through the pool's tables and the lake's own writer; call outside transactions."""
    chance = random.Random(seed)
    world = World(make_merchant())
    merchant = world.merchant
    with tenancy.scope(merchant.pk):
        root = merchants.root_node()
        actor = access.system(merchant.pk)
        stores = [
            merchant_services.add_node(parent=root, kind="store", code=f"S{i}", name=f"Store {i}", actor=actor)
            for i in range(3)
        ]
        world.nodes = [root.pk, *(store.pk for store in stores)]
        channel = SalesChannel.objects.create(merchant=merchant, source="taobao", shop="旗舰店")
        people = [_person(chance, world, merchant) for _ in range(size)]
        Customer.objects.bulk_create(people)
        roots = {person.pk: person.pk for person in people}
        for person in chance.sample(people, size // 6):  # merged away, some of them twice over
            target = chance.choice(people)
            if roots[target.pk] != person.pk and target is not person:
                person.merged_into = target
                person.save()
                roots = {pk: roots[target.pk] if at == person.pk else at for pk, at in roots.items()}
        split = _split_identities(chance, merchant, people, roots)
        statistics = {pk: _statistic(chance, merchant, pk) for pk in roots if roots[pk] == pk and chance.random() < 0.7}
        CustomerStatistic.objects.bulk_create(statistics.values())
        for person in people:
            if roots[person.pk] == person.pk:
                world.people[person.pk] = _attributes(person, statistics.get(person.pk))
        rows = _lines(chance, world, merchant, channel, people, roots, split, lines)
        SaleLine.objects.bulk_create(rows)
        _traits(chance, world, roots, world_traits.LADDERS[ladder])
        writer.mark_people_changed(merchant.pk)
    writer.run()
    return world


def _traits(chance: random.Random, world: World, roots: dict[int, int], ladder: Any) -> None:
    """Tags, codes, life facts, grades."""
    people = list(world.people)
    tags = world_traits.tag(chance, world.merchant, people)
    came = world_traits.arrive(chance, world.merchant, world.nodes[0], people)
    world.tags = sorted({tag for own in tags.values() for tag in own})
    world.tags.append(world.tags[-1] + 1)
    world.codes = sorted({own["interactions.first_code"] for own in came.values()} - {None})
    world.life = world_traits.live(chance, world.merchant, roots, TODAY)
    world_traits.grade(world.merchant, ladder)
    for pk, person in world.people.items():
        lines = [line for line in world.lines if line.person == pk]
        person |= {"tags.ids": tags[pk], **came[pk]}
        person |= world_traits.grades_of(person, pk, lines, ladder, TODAY)


def _person(chance: random.Random, world: World, merchant: Any) -> Customer:
    birthday = date(1960, 1, 1) + timedelta(days=chance.randrange(18_000))
    return Customer(
        merchant=merchant, name="x", gender=chance.choice(["", "f", "m"]), birthday=maybe(chance, birthday),
        country=chance.choice(["", "中国"]), province=chance.choice(["浙江", ""]), city=chance.choice(CITIES),
        home_node_id=chance.choice(world.nodes), source=chance.choice(["taobao", "pos", ""]),
        accepts_marketing=chance.choice([None, True, False]),
        first_seen_at=datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=chance.randrange(18_000)),
    )  # fmt: skip


def _split_identities(chance: random.Random, merchant: Any, people: list, roots: dict) -> dict[int, int]:
    """Identity → the person whose it is now, though its facts were written for somebody else."""
    made = []
    for number in range(5):
        now = chance.choice([pk for pk in roots if roots[pk] == pk])
        made.append(
            Identity(
                merchant=merchant, kind="buyer", key=number.to_bytes(16, "big"), customer_id=now, home_customer_id=now,
                is_split=True, first_seen_at=datetime(2024, 1, 1, tzinfo=UTC),
            )
        )  # fmt: skip
    Identity.objects.bulk_create(made)
    return {identity.pk: identity.customer_id for identity in made}


def _statistic(chance: random.Random, merchant: Any, pk: int) -> CustomerStatistic:
    first = datetime(2024, 6, 1, 15, 30, tzinfo=UTC) + timedelta(hours=chance.randrange(12_000))
    return CustomerStatistic(
        merchant=merchant, customer_id=pk, purchases=chance.randrange(5), purchase_days=chance.randrange(4),
        net_amount=chance.randrange(-500, 50_000), first_purchase_at=maybe(chance, first),
        last_purchase_at=maybe(chance, first + timedelta(hours=chance.randrange(3000))),
    )  # fmt: skip


def local(at: datetime | None) -> date | None:
    return None if at is None else (at + timedelta(hours=8)).date()  # Asia/Shanghai has no summer time


def _attributes(person: Customer, statistic: CustomerStatistic | None) -> dict[str, Any]:
    born, last = person.birthday, local(statistic.last_purchase_at) if statistic else None
    age = None if born is None else TODAY.year - born.year - ((TODAY.month, TODAY.day) < (born.month, born.day))
    return {
        "customers.city": person.city, "customers.province": person.province, "customers.source": person.source,
        "customers.gender": person.gender, "customers.birthday": born, "customers.age": age,
        "customers.birthday_month": born.month if born else None,
        "customers.accepts_marketing": person.accepts_marketing, "customers.home_node_id": person.home_node_id,
        "customers.country": person.country, "customers.first_seen_on": local(person.first_seen_at),
        "customers.days_since_first_seen": (TODAY - local(person.first_seen_at)).days,
        "orders.purchases": statistic.purchases if statistic else 0,
        "orders.purchase_days": statistic.purchase_days if statistic else 0,
        "orders.net_amount": statistic.net_amount if statistic else 0,
        "orders.first_purchase_on": local(statistic.first_purchase_at) if statistic else None,
        "orders.last_purchase_on": last,
        "orders.days_since_last_purchase": (TODAY - last).days if last else None,
    }  # fmt: skip


def _lines(chance, world, merchant, channel, people, roots, split, count) -> list[SaleLine]:
    rows = []

    def add(number: int, version: int, is_reversal: bool, values: dict) -> None:
        sign = -1 if is_reversal else 1
        home, identity = values["home_customer_id"], values["identity_id"]
        row = {**values, "quantity": sign * values["quantity"], "amount": sign * values["amount"]}
        rows.append(
            SaleLine(merchant=merchant, line_key=f"{number}", version=version, is_reversal=is_reversal,
                     channel_id=channel.pk, **row)
        )  # fmt: skip
        person = split.get(identity, roots.get(home))
        world.lines.append(
            Line(
                person, row["order_id"], row["kind"], row["title"], row["quantity"], row["amount"],
                local(row["occurred_at"]), is_reversal, row["node_id"],
            )
        )  # fmt: skip

    for number in range(count):
        kind = chance.choice(["goods", "goods", "goods", "refund", "freight"])
        home = maybe(chance, chance.choice(people).pk, share=0.1)
        values = {
            "order_id": chance.randrange(1, 200), "kind": kind, "title": chance.choice(TITLES),
            "quantity": chance.randrange(1, 4), "home_customer_id": home, "customer_id": roots.get(home),
            "identity_id": chance.choice(list(split)) if home and chance.random() < 0.05 else None,
            "amount": chance.randrange(100, 9000) * (-1 if kind == "refund" else 1),
            "node_id": chance.choice(world.nodes),
            "occurred_at": datetime(2025, 6, 1, tzinfo=UTC) + timedelta(hours=chance.randrange(24 * 290)),
        }  # fmt: skip
        add(number, 1, False, values)
        if chance.random() < 0.2:  # corrected, or taken back for good
            add(number, 1, True, values)
            if chance.random() < 0.6:
                add(number, 2, False, {**values, "amount": values["amount"] + 700})
    return rows


# -- the naive evaluator -------------------------------------------------------------------------------------------


def evaluate(rule: dict[str, Any], world: World) -> list[int]:
    return [pk for pk, person in sorted(world.people.items()) if holds(rule, pk, person, world)]


def holds(rule: dict[str, Any], pk: int, person: dict[str, Any], world: World) -> bool:
    if "all" in rule:
        return all(holds(part, pk, person, world) for part in rule["all"])
    if "any" in rule:
        return any(holds(part, pk, person, world) for part in rule["any"])
    if "not" in rule:
        return not holds(rule["not"], pk, person, world)
    if "attr" in rule:
        return fulfils(person[rule["attr"]], rule["op"], rule.get("value"))
    lines = [line for line in world.facts[rule["did"]] if line.person == pk and in_window(line.day, rule.get("within"))]
    lines = [line for line in lines if "where" not in rule or line_holds(rule["where"], line)]
    net = lambda some: sum(-1 if line.is_reversal else 1 for line in some)  # noqa: E731
    answers = []
    if "count" in rule or "sum" not in rule:
        counted = net(lines)
        if key := rule.get("count_of"):
            of = {"occurred_on": "day"}.get(key, key)
            counted = sum(
                net([line for line in lines if getattr(line, of) == value]) > 0
                for value in {getattr(line, of) for line in lines}
            )
        comparison = rule.get("count", {"op": ">=", "value": 1})
        answers.append(fulfils(counted, comparison["op"], comparison["value"]))
    if "sum" in rule:
        total = sum(getattr(line, rule["sum"]["column"]) for line in lines)
        answers.append(fulfils(total, rule["sum"]["op"], rule["sum"]["value"]))
    return all(answers)


def line_holds(rule: dict[str, Any], line: Line) -> bool:
    if "all" in rule:
        return all(line_holds(part, line) for part in rule["all"])
    if "any" in rule:
        return any(line_holds(part, line) for part in rule["any"])
    if "not" in rule:
        return not line_holds(rule["not"], line)
    value = getattr(line, rule["attr"])
    if rule["attr"] in ("amount", "quantity") and line.is_reversal:
        value = -value
    return fulfils(value, rule["op"], rule.get("value"))


def in_window(day: date, within: Any) -> bool:
    if within is None:
        return True
    if isinstance(within, dict):
        first, last = (date.fromisoformat(within[k]) if within.get(k) else None for k in ("from", "to"))
        return (first is None or day >= first) and (last is None or day <= last)
    return 0 <= (TODAY - day).days < int(str(within).rstrip("d"))


def fulfils(have: Any, op: str, want: Any) -> bool:
    if isinstance(have, tuple):
        return list_fulfils(have, op, want)
    missing = have is None or have == ""
    if isinstance(have, date):
        day = date.fromisoformat
        want = [day(w) for w in want] if op == "between" else day(want) if isinstance(want, str) else want
    if op in ("is empty", "is not empty"):
        return missing == (op == "is empty")
    if missing:
        return op in ("!=", "not in")
    simple = {
        "=": lambda: have == want, "!=": lambda: have != want, "<": lambda: have < want, "<=": lambda: have <= want,
        ">": lambda: have > want, ">=": lambda: have >= want, "in": lambda: have in want,
        "not in": lambda: have not in want, "between": lambda: want[0] <= have <= want[1],
        "contains": lambda: want in have, "starts with": lambda: have.startswith(want),
        "within last": lambda: 0 <= (TODAY - have).days < want,
        "month is": lambda: have.month in (want if isinstance(want, list) else [want]),
    }  # fmt: skip
    return simple[op]()


def list_fulfils(have: tuple[int, ...], op: str, want: list[int] | None) -> bool:
    return {
        "is empty": not have, "is not empty": bool(have), "in": bool(set(have) & set(want or ())),
        "has all": bool(have) and set(want or ()) <= set(have), "not in": not set(have) & set(want or ()),
    }[op]  # fmt: skip
