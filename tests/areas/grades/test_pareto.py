"""How many people make a share of the net amount; equal to plain Python and to the metric of the home page."""

from __future__ import annotations

from datetime import date

import pytest

from tests.areas.grades import plain
from tests.areas.grades.conftest import TODAY
from yutang.areas.analytics import queries as analytics
from yutang.areas.grades import queries
from yutang.areas.segments import queries as segments
from yutang.core import tenancy


@pytest.mark.parametrize("day", [None, date(2026, 3, 15)])
def test_the_fewest_people_for_a_share(sample, day):
    shop, lines = sample
    people = plain.states(lines, day or TODAY)
    asked = queries.asked(day=day, actor=shop.actor)
    for percent in (1, 20, 50, 80, 100):
        found = queries.pareto(asked, percent=percent)
        assert (found.needed, found.least) == plain.needed(people, percent)
        assert (found.people, found.net) == (len(people), sum(state.net for state in people.values()))
        assert found.tied == sum(1 for state in people.values() if state.net >= found.least)
    metric = analytics.metrics(at=day, actor=shop.actor)["pareto.top20_share"].value
    assert found.top20_share == pytest.approx(metric, abs=1e-12)
    assert (found.curve[0], found.curve[-1].people) == (queries.Point(0, 0), 1.0)
    assert found.curve[-1].net == pytest.approx(1)


def test_who_they_are(sample):
    shop, lines = sample
    found = queries.pareto(queries.asked(actor=shop.actor), percent=50)
    rule = queries.rule(queries.Choice("worth", least=found.least))
    people = plain.states(lines, TODAY)
    assert set(segments.bitmap(rule, actor=shop.actor)) == {pk for pk, s in people.items() if s.net >= found.least}


def test_nothing_to_share(shop, time_machine):
    time_machine.move_to("2026-03-10 12:00:00+08:00", tick=False)
    shop.sell("a", 1000, "2026-03-01 10:00", refund=1000)
    shop.to_lake()
    with tenancy.scope(shop.merchant.pk):
        found = queries.pareto(queries.asked(actor=shop.actor))
    assert (found.people, found.net, found.needed, found.curve) == (1, 0, None, ())
