from __future__ import annotations

import pytest

from tests.api.conftest import problem
from tests.api.pool import make_order, make_person, make_store
from tests.factories.api import api_client
from tests.factories.merchants import make_merchant
from yutang.areas.grades import services
from yutang.core import tenancy
from yutang.lake import writer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:Delete operation did not match any records"),
]


@pytest.fixture
def pool(time_machine):
    """Two people in two stores: one bought twice for 10.00, one once for 5.00 with 1.00 given back."""
    time_machine.move_to("2026-03-31 12:00:00+08:00", tick=False)
    shop = make_merchant()
    shop.north, shop.south = make_store(shop, "N"), make_store(shop, "S")
    shop.anna, shop.bo = make_person(shop, node=shop.north), make_person(shop, node=shop.south)
    make_order(shop, shop.anna, node=shop.north, amounts=(1000,), day=2)
    make_order(shop, shop.anna, node=shop.north, amounts=(1000,), day=8)
    make_order(shop, shop.bo, node=shop.south, amounts=(500, -100), day=4)
    writer.run()
    with tenancy.scope(shop.pk):
        services.refresh()
    return shop


def test_rfm(pool):
    found = api_client(pool, "grades.view").get("/grades/rfm").json()
    assert (found["as_of"], found["currency"], found["people"]) == ("2026-03-31", "CNY", 2)
    assert found["frequency"] == [1, 1, 2, 2]
    assert found["monetary"] == [400, 400, 2000, 2000]
    assert [(c["r"], c["f"], c["m"], c["people"], c["net_amount"]) for c in found["cells"]] == [
        (3, 1, 1, 1, 400), (5, 3, 3, 1, 2000),
    ]  # fmt: skip
    assert {g["key"]: g["people"] for g in found["groups"] if g["people"]} == {"sleepy": 1, "potential": 1}
    south = api_client(pool, "grades.view").get("/grades/rfm", node=str(pool.south.pk)).json()
    assert (south["people"], south["frequency"]) == (1, [1, 1, 2, 2])


def test_pareto(pool):
    found = api_client(pool, "grades.view").get("/grades/pareto", percent=80).json()
    assert (found["people"], found["net_amount"], found["needed"], found["least"]) == (2, 2400, 1, 2000)
    assert found["curve"][-1] == {"people": 1.0, "net": 1.0}
    problem(api_client(pool, "grades.view").get("/grades/pareto", percent=0), 422, "request.invalid")


def test_tiers(pool):
    found = api_client(pool, "grades.view").get("/grades/tiers").json()
    assert found["ladder"] == {"measure": "purchases", "window_days": None, "middle_from": 2, "big_from": 5}
    assert [(t["key"], t["people"], t["net_amount"]) for t in found["tiers"]] == [
        ("small", 1, 400), ("middle", 1, 2000), ("big", 0, 0),
    ]  # fmt: skip
    past = api_client(pool, "grades.view").get("/grades/tiers", at="2026-01-01").json()
    assert [t["people"] for t in past["tiers"]] == [0, 0, 0]


def test_the_scope_is_needed(pool):
    problem(api_client(pool, "home.view").get("/grades/rfm"), 403, "access.not_allowed")
