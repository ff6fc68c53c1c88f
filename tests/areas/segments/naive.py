"""A merchant's pool as plain Python objects, read row by row from PostgreSQL: neither lake nor index is asked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

from tests.areas.segments import world_traits
from tests.areas.segments.world import World, local
from yutang.areas.coupons.models import Coupon, Use
from yutang.areas.customers.models import Customer
from yutang.areas.grades import rules as grades
from yutang.areas.grades.models import Boundaries, Ladder
from yutang.areas.interactions.models import Interaction, Visitor
from yutang.areas.membership.models import Card, Level, Member
from yutang.areas.orders.models import CustomerStatistic, SaleLine
from yutang.areas.relations.models import GuideAssignment, PersonRole, Referral
from yutang.areas.tags import lunar
from yutang.areas.tags.models import LifeFact, Tagging
from yutang.core.ledger.models import Account

# attribute → kind of account
BALANCES = {"points.balance": "points", "wallet.principal": "wallet.principal", "wallet.gift": "wallet.gift"}


def read(merchant: Any, today: date) -> World:
    """Call in the merchant's scope."""
    lines = [_line(row) for row in SaleLine.objects.all()]
    life = [_life(row, today) for row in LifeFact.objects.all()]
    found = World(merchant, lines=lines, life=life, events=_events(), issued=_issued(), used=_used())
    tags = defaultdict(set)
    for tagging in Tagging.objects.filter(ended_at__isnull=True):
        tags[tagging.customer_id].add(tagging.tag_id)
    visitors = defaultdict(list)
    for visitor in Visitor.objects.filter(customer_id__isnull=False, first_code__isnull=False):
        visitors[visitor.customer_id].append(visitor)
    statistics = {row.customer_id: row for row in CustomerStatistic.objects.all()}
    own = defaultdict(list)
    for line in lines:
        own[line.person].append(line)
    relations, membership = _relations(), _membership()
    held = {(row.kind, row.holder_id): row.balance for row in Account.objects.filter(holder_type="customer")}
    ends, ladder = Boundaries.objects.get(), Ladder.objects.order_by("-id")[0]
    for person in Customer.objects.filter(merged_into__isnull=True):
        values = _profile(person, today) | _statistic(statistics.get(person.pk), today)
        values |= _arrival(visitors[person.pk]) | {"tags.ids": tuple(sorted(tags[person.pk]))}
        values |= relations(person.pk) | membership(person.pk)
        values |= {attribute: held.get((kind, person.pk), 0) for attribute, kind in BALANCES.items()}
        found.people[person.pk] = values | _grades(person.pk, values, own[person.pk], ends, ladder, today)
    return found


def _profile(person: Customer, today: date) -> dict[str, Any]:
    seen = local(person.first_seen_at)
    return {
        "customers.source": person.source, "customers.gender": person.gender, "customers.birthday": person.birthday,
        "customers.birthday_month": person.birthday.month if person.birthday else None,
        "customers.age": _age(person.birthday, today), "customers.country": person.country,
        "customers.province": person.province, "customers.city": person.city,
        "customers.accepts_marketing": person.accepts_marketing, "customers.home_node_id": person.home_node_id,
        "customers.first_seen_on": seen, "customers.days_since_first_seen": (today - seen).days,
    }  # fmt: skip


def _statistic(row: CustomerStatistic | None, today: date) -> dict[str, Any]:
    last = local(row.last_purchase_at) if row else None
    return {
        "orders.purchases": row.purchases if row else 0, "orders.purchase_days": row.purchase_days if row else 0,
        "orders.net_amount": row.net_amount if row else 0,
        "orders.first_purchase_on": local(row.first_purchase_at) if row else None, "orders.last_purchase_on": last,
        "orders.days_since_last_purchase": (today - last).days if last else None,
    }  # fmt: skip


def _arrival(visits: list[Visitor]) -> dict[str, Any]:
    first = min(visits, key=lambda v: (v.first_code_at, v.id), default=None)
    latest = max(visits, key=lambda v: (v.latest_code_at, v.id), default=None)
    return {
        "interactions.first_code": first and first.first_code_id,
        "interactions.first_code_on": first and local(first.first_code_at),
        "interactions.latest_code": latest and latest.latest_code_id,
        "interactions.latest_code_on": latest and local(latest.latest_code_at),
    }


def _relations() -> Callable[[int], dict[str, Any]]:
    roles, brought = defaultdict(set), Counter[int]()
    for row in PersonRole.objects.filter(ended_at__isnull=True):
        roles[row.customer_id].add(row.role)
    guides = {row.customer_id: row.guide_id for row in _open(GuideAssignment)}
    bringers = {row.customer_id: row.bringer_id for row in Referral.objects.filter(is_standing=True)}
    brought.update(bringers.values())
    return lambda pk: {
        "relations.roles": tuple(sorted(roles[pk])), "relations.guide": guides.get(pk),
        "relations.brought_by": bringers.get(pk), "relations.is_brought": pk in bringers,
        "relations.brought": brought[pk],
    }  # fmt: skip


def _membership() -> Callable[[int], dict[str, Any]]:
    members = {row.customer_id: row for row in Member.objects.all()}
    lowest = Level.objects.filter(threshold=0, archived_at=None).first()
    carded = set(Card.objects.filter(state="active").values_list("customer_id", flat=True))
    return lambda pk: {
        "membership.growth": members[pk].growth if pk in members else 0,
        "membership.level": (members[pk].level_id if pk in members else None) or (lowest and lowest.pk),
        "membership.card": pk in carded,
    }


def _open(statements: Any) -> Any:
    """The newest last, so that it counts."""
    return statements.objects.filter(ended_at__isnull=True).order_by("since", "pk")


def _grades(
    pk: int, values: dict[str, Any], lines: list[Any], ends: Boundaries, ladder: Ladder, today: date
) -> dict[str, Any]:
    purchases, net, last = (values[f"orders.{key}"] for key in ("purchases", "net_amount", "last_purchase_on"))
    r = None if last is None else 5 - sum((ends.counted_to - last).days > end for end in ends.recency)
    f = 1 + sum(purchases > end for end in ends.frequency) if purchases else None
    m = 1 + sum(net > end for end in ends.monetary) if purchases else None
    tier = None
    if purchases:
        value = world_traits.measured(ladder.measure, ladder.window_days, purchases, net, lines, today)
        tier = str(grades.tier(value, middle_from=ladder.middle_from, big_from=ladder.big_from))
    group = None if None in (r, f, m) else str(grades.Scores(r, f, m).group)
    return {
        "grades.rfm_r": r, "grades.rfm_f": f, "grades.rfm_m": m, "grades.rfm_group": group, "grades.tier": tier,
        "grades.customer_id": pk,
    }  # fmt: skip


def _line(row: SaleLine) -> SimpleNamespace:
    names = ("order_id", "kind", "title", "product_code", "sku_code", "channel_id", "node_id", "quantity", "amount")
    values = {name: getattr(row, name) for name in names}
    return SimpleNamespace(
        person=row.customer_id, day=local(row.occurred_at), is_reversal=row.is_reversal, **values
    )  # fmt: skip


def _life(row: LifeFact, today: date) -> world_traits.Life:
    until = None
    if row.calendar:
        until = lunar.days_until(lunar.YearlyDay(row.calendar, row.year, row.month, row.day, row.is_leap), today)
    return world_traits.Life(
        row.customer_id, row.kind, row.detail, row.calendar, _age(row.born_on, today), until, local(row.recorded_at),
        row.reverses_id is not None,
    )  # fmt: skip


def _events() -> list[SimpleNamespace]:
    known = dict(Visitor.objects.values_list("id", "customer_id"))
    return [
        SimpleNamespace(
            person=row.home_customer_id or known.get(row.visitor_id), day=local(row.occurred_at), is_reversal=False,
            kind=row.kind, channel=row.channel, page=row.page, source=row.source, item=row.item,
        )
        for row in Interaction.objects.all()
    ]  # fmt: skip


def _issued() -> list[SimpleNamespace]:
    return [
        SimpleNamespace(
            person=row.customer_id,
            day=local(row.issued_at),
            is_reversal=False,
            template_id=row.template_id,
            via=row.via,
        )
        for row in Coupon.objects.all()
    ]


def _used() -> list[SimpleNamespace]:
    return [
        SimpleNamespace(
            person=row.customer_id, day=local(row.at), is_reversal=row.is_reversal, template_id=row.template_id,
            amount=row.amount, order_id=row.order_id,
        )
        for row in Use.objects.all()
    ]  # fmt: skip


def _age(born: date | None, today: date) -> int | None:
    return None if born is None else today.year - born.year - ((today.month, today.day) < (born.month, born.day))
