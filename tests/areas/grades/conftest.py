from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from tests.areas.analytics.conftest import Shop, pytest_collection_modifyitems, shop
from tests.areas.grades.plain import Line
from yutang.areas.grades import services
from yutang.core import tenancy

__all__ = ["pytest_collection_modifyitems", "shop"]

START = date(2026, 1, 1)
TODAY = date(2026, 6, 30)


@pytest.fixture
def sample(shop, time_machine):
    """Sixty people, half a year, ties and refunds: the shop and its lines as plain rows; today is the last day."""
    time_machine.move_to("2026-06-30 12:00:00+08:00", tick=False)
    lines = sell(shop, random.Random(7), people=60)
    shop.to_lake()
    with tenancy.scope(shop.merchant.pk):
        services.refresh()
        yield shop, lines


def sell(shop: Shop, chance: random.Random, *, people: int) -> list[Line]:
    """Purchases of round amounts, so that values tie; some given back, days later or wholly."""
    lines = []
    for n in range(people):
        for _ in range(chance.choice([1, 1, 1, 2, 3, 6])):
            day = START + timedelta(days=chance.randrange(181))
            amount = chance.choice([0, 1000, 2000, 2000, 5000, 30000])
            refund = chance.choice([0, 0, 0, 500, amount]) if amount else 0
            back = min(TODAY, day + timedelta(days=chance.randrange(20)))
            number = shop.sell(f"p{n}", amount, f"{day} 10:00", refund=refund, refund_at=f"{back} 11:00", order_no=None)
            person = shop.people[f"p{n}"][1]
            lines.append(Line(person, number, day, amount, is_refund=False))
            if refund:
                lines.append(Line(person, number, back, -refund, is_refund=True))
    shop.sell(None, 7777, "2026-03-03 10:00")
    return lines
