"""Points for tests: rules, terms, a balance."""

from __future__ import annotations

import itertools
from typing import Any

from tests.factories.shop import actor
from yutang.areas.points import queries, services
from yutang.areas.points.models import Offer, Rule
from yutang.core.rewards import Occasion, Reward

_numbers = itertools.count(1)


def rule(kind: str = "review", points: int = 10, **values: Any) -> Rule:
    if kind == "purchase":
        values.setdefault("per_amount", 100)
    return services.save_rule(**{"kind": kind, "is_active": True, "points": points, "actor": actor(), **values})


def terms(**values: Any) -> None:
    services.save_terms(values=values, actor=actor())


def tender(**values: Any) -> None:
    """The checkout takes points: 1 for a cent, all of the goods, from 1 on, unless `values` say otherwise."""
    terms(**{"is_tender": True, "rate": 1, "ceiling_percent": 100, "least_points": 1, **values})


def give(customer_id: int, points: int) -> None:
    occasion = Occasion(f"test:{next(_numbers)}", ("test", 1), "Test")
    services.give(customer_id=customer_id, points=points, occasion=occasion, actor=actor())


def balance(customer_id: int) -> int:
    return queries.balance(customer_id)


def offer(points: int = 100, stock: int = 1, **values: Any) -> Offer:
    given = values.pop("given", [Reward("points", 7)])
    return services.save_offer(
        **{"title": "Tea cup", "points": points, "stock": stock, "given": given, "actor": actor(), **values}
    )
