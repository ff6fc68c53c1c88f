from __future__ import annotations

import itertools

from yutang.areas.membership.benefits import Benefits
from yutang.areas.membership.models import Card, Level, Plan
from yutang.areas.membership.services import carding, growing, judging, leveling
from yutang.areas.payments import services as payments
from yutang.areas.payments.providers import sandbox
from yutang.core import access, tenancy

_numbers = itertools.count(1)


def actor() -> access.Actor:
    return access.system(tenancy.require_merchant_id(), name="tester")


def make_level(threshold: int = 0, keep: int | None = None, key: str = "", **benefits) -> Level:
    key = key or f"level-{next(_numbers)}"
    draft = leveling.Draft(name=key.title(), threshold=threshold, keep=keep, benefits=Benefits(**benefits))
    return leveling.save_level(key=key, draft=draft, actor=actor())


def set_scheme(**overrides) -> None:
    values = {"spend_per_growth": 100, "review_growth": 10, "review_limit": 30, "keep_months": 12, "grace_days": 30}
    leveling.save_scheme(**{**values, **overrides}, actor=actor())


def earn(customer_id: int, amount: int, key: str = "") -> bool:
    return growing.earn(
        customer_id=customer_id, amount=amount, source="reward", key=key or f"test-{next(_numbers)}", actor=actor()
    )


def night() -> None:
    """Today's look at everybody."""
    while judging.judge_next(actor=actor()):
        pass


def make_plan(months: int = 1, price: int = 3000, free_freights: int = 0, name: str = "", **benefits) -> Plan:
    draft = carding.PlanDraft(
        name=name or f"Card {next(_numbers)}", months=months, price=price, free_freights=free_freights,
        benefits=Benefits(**benefits),
    )  # fmt: skip
    return carding.save_plan(draft=draft, actor=actor())


def ordered_card(plan: Plan, customer_id: int, **overrides) -> Card:
    values = {"key": f"tap-{next(_numbers)}", "actor": actor(), **overrides}
    return carding.buy(plan_id=plan.pk, customer_id=customer_id, **values)


def pay_card(card: Card) -> Card:
    tender = payments.open_tender(payable=("card", card.pk), provider="sandbox", actor=actor())
    payments.receive(provider="sandbox", told=sandbox.read(*sandbox.notice(tender)), actor=actor())
    card.refresh_from_db()
    return card


def bought_card(plan: Plan, customer_id: int, **overrides) -> Card:
    return pay_card(ordered_card(plan, customer_id, **overrides))
