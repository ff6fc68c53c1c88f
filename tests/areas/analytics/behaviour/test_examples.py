"""What the greedy reading of a funnel gets wrong, and what hangs on instants, by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.areas.analytics.behaviour.world import NOW
from tests.factories.interactions import event, record
from tests.factories.merchants import make_merchant
from yutang.areas.analytics.queries.behaviour import funnel, paths
from yutang.areas.analytics.queries.behaviour.steps import Asked, Step
from yutang.core import tenancy
from yutang.lake import writer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("at_noon")]
ASKED = Asked(NOW.date() - timedelta(days=25), NOW.date())
STEPS = (Step("view"), Step("click"), Step("share"))


@pytest.fixture
def ask():
    """`ask(("view", 3.0), …)` records what one visitor did so many days ago and gives people at each step."""
    merchant = make_merchant()

    def asked(*done, window=7):
        with tenancy.scope(merchant.pk):
            for kind, days in done:
                at = (NOW - timedelta(days=days)).isoformat()
                record(event(visitor="browser-1", kind=kind, occurred_at=at))
        writer.run()
        with tenancy.scope(merchant.pk):
            found = funnel.funnel(funnel.Funnel(ASKED, STEPS, window))
        return [step.people for step in found], [step.median for step in found]

    asked.merchant = merchant
    return asked


def test_the_earliest_start_is_not_the_best(ask):
    people, medians = ask(("view", 20), ("click", 12), ("view", 3), ("click", 2), ("share", 1))
    assert people == [1, 1, 1]
    assert medians == [None, 86_400, 86_400]


def test_the_window_ends_to_the_instant(ask):
    assert ask(("view", 8), ("click", 7), ("share", 1))[0] == [1, 1, 1]
    assert ask(window=6)[0] == [1, 1, 0]


def test_at_one_instant_the_number_decides(ask):
    assert ask(("click", 2), ("view", 2), ("share", 2))[0] == [1, 0, 0]
    assert ask(("click", 2), ("share", 2))[0] == [1, 1, 1]


def test_half_an_hour_to_the_second_is_the_same_visit(ask):
    minute = timedelta(minutes=1) / timedelta(days=1)
    ask(("view", 1), ("click", 1 - 30 * minute), ("click", 1 - 40 * minute), ("share", 1 - 71 * minute))
    with tenancy.scope(ask.merchant.pk):
        found = paths.paths(paths.Paths(ASKED))
    assert {way.points: way.visits for way in found.paths} == {("view", "click"): 1, ("share",): 1}
