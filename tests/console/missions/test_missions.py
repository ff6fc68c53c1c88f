"""Check-in and tasks in the console."""

from __future__ import annotations

import pytest

from tests.console.conftest import text
from tests.factories.merchants import make_merchant
from yutang.areas.missions import queries
from yutang.areas.missions.models import Task
from yutang.core import tenancy
from yutang.core.rewards import Reward


@pytest.fixture
def shop(db):
    return make_merchant()


@pytest.fixture
def owner(shop, client_for):
    return client_for(shop)


TASK = {
    "deed": "review", "title": "First review", "target": "1", "period": "once", "rewards-what": "points",
    "rewards-amount": "50", "is_active": "on",
}  # fmt: skip


def test_the_check_in_is_designed(shop, owner):
    values = {"is_active": "on", "cycle": "7", "day-7-what": "points", "day-7-amount": "70"}
    assert owner.post("/missions/check-in", values).status_code == 302
    with tenancy.scope(shop.pk):
        assert queries.plan().is_active
        assert queries.steps() == {7: [Reward("points", 70)]}
    assert "70 points" in text(owner.get("/missions"))
    assert 'value="70"' in text(owner.get("/missions/check-in"))
    text(owner.post("/missions/check-in", {"cycle": "32"}), 422)


def test_a_task_is_made_and_changed(shop, owner, django_assert_max_num_queries):
    assert owner.post("/missions/tasks/new", TASK).status_code == 302
    with tenancy.scope(shop.pk):
        task = Task.objects.get()
    with django_assert_max_num_queries(20):
        assert "First review" in text(owner.get("/missions"))
    assert owner.post(f"/missions/tasks/{task.pk}", TASK | {"title": "Review"}).status_code == 302
    with tenancy.scope(shop.pk):
        assert [row.title for row in Task.objects.all()] == ["Review"]
    text(owner.post("/missions/tasks/new", TASK | {"target": "0"}), 422)
    text(owner.get("/missions/tasks/999999"), 404)


def test_who_may(shop, client_for):
    finance = client_for(shop, "finance")
    text(finance.get("/missions"))
    text(finance.get("/missions/tasks/new"), 403)
    text(client_for(shop, "developer").get("/missions"), 403)
