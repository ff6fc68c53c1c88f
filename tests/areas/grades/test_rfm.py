"""Scores, groups and boundaries equal plain Python: today from the snapshot, past days from the facts."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from tests.areas.grades import plain
from tests.areas.grades.conftest import TODAY
from yutang.areas.grades import queries, services
from yutang.areas.grades.models import Boundaries
from yutang.areas.grades.rules import TABLE, Scores
from yutang.areas.segments import queries as segments
from yutang.core import tenancy


def shown(found: queries.Rfm) -> dict[tuple[int, int, int], tuple[int, int]]:
    return {(c.scores.r, c.scores.f, c.scores.m): (c.people, c.net) for c in found.cells}


def expected(lines, until):
    people = plain.states(lines, until)
    scores, ends = plain.scored(people, until)
    cells: dict[tuple[int, int, int], tuple[int, int]] = {}
    for pk, score in scores.items():
        count, net = cells.get(score, (0, 0))
        cells[score] = (count + 1, net + people[pk].net)
    return cells, ends


@pytest.mark.parametrize("day", [None, date(2026, 2, 1), date(2026, 5, 17), date(2025, 12, 31)])
def test_cells_and_boundaries(sample, day):
    shop, lines = sample
    found = queries.rfm(queries.asked(day=day, actor=shop.actor))
    if day == date(2025, 12, 31):
        assert (found.cells, list(found.recency)) == ((), [])
        assert found.total == queries.Sum()
        return
    cells, ends = expected(lines, day or TODAY)
    assert shown(found) == cells
    assert (list(found.recency), list(found.frequency), list(found.monetary)) == ends


def test_today_from_the_snapshot_equals_today_from_the_facts(sample, time_machine):
    shop, _lines = sample
    now = queries.rfm(queries.asked(actor=shop.actor))
    time_machine.move_to("2026-07-01 12:00:00+08:00")
    assert shown(queries.rfm(queries.asked(day=TODAY, actor=shop.actor))) == shown(now)


def test_every_figure_is_a_segment(sample):
    """Groups, cells and scores ask of the same people as the chart counts."""
    shop, lines = sample
    found = queries.rfm(queries.asked(actor=shop.actor))
    scores, _ends = plain.scored(plain.states(lines, TODAY), TODAY)
    for group, total in found.groups().items():
        rule = queries.rule(queries.Choice("group", group=group))
        assert set(segments.bitmap(rule, actor=shop.actor)) == {
            pk for pk, score in scores.items() if plain.group(*score) == group
        }
        assert segments.count(rule, actor=shop.actor).people == total.people
    for (r, f), total in found.grid().items():
        rule = queries.rule(queries.Choice("cell", r=r, f=f))
        assert segments.count(rule, actor=shop.actor).people == total.people
    for name, place in (("rfm_r", 0), ("rfm_f", 1), ("rfm_m", 2)):
        counted = Counter(score[place] for score in scores.values())
        for score in range(1, 6):
            rule = {"attr": f"grades.{name}", "op": "=", "value": score}
            assert segments.count(rule, actor=shop.actor).people == counted[score]
    nobody = {"attr": "grades.rfm_group", "op": "is empty"}
    assert segments.count(nobody, actor=shop.actor).people == 60 - len(scores)


def test_the_table_is_complete_and_disjoint():
    for r in range(1, 6):
        for f in range(1, 6):
            for m in range(1, 6):
                assert Scores(r, f, m).group == plain.group(r, f, m)
    assert {len(row) for row in TABLE} == {5}
    assert {group for row in TABLE for group in row} == set(queries.GROUP_LABELS)


def test_a_person_can_be_followed_by_hand(sample):
    shop, lines = sample
    people = plain.states(lines, TODAY)
    scores, ends = plain.scored(people, TODAY)
    for _identity, pk in shop.people.values():
        found = queries.explained(pk, actor=shop.actor)
        if pk not in scores:
            assert found is None
            continue
        assert (found.scores.r, found.scores.f, found.scores.m) == scores[pk]
        assert found.scores.group == plain.group(*scores[pk])
        assert (found.last_on, found.purchases, found.net) == (people[pk].last_on, people[pk].purchases, people[pk].net)
        assert (list(found.recency), list(found.frequency), list(found.monetary)) == ends
        assert found.days == (date(2026, 7, 1) - found.last_on).days


def test_equal_values_get_equal_scores(shop, time_machine):
    """Nine who bought once and one who bought twice: the nine are all in the lowest fifth of frequency."""
    time_machine.move_to("2026-03-10 12:00:00+08:00", tick=False)
    for n in range(9):
        shop.sell(f"p{n}", 1000, "2026-03-10 10:00")
    shop.sell("q", 1000, "2026-03-01 10:00")
    shop.sell("q", 1000, "2026-03-10 10:00")
    shop.to_lake()
    with tenancy.scope(shop.merchant.pk):
        kept = services.refresh()
        assert (kept.people, kept.recency, kept.frequency, kept.monetary) == (10, [1] * 4, [1] * 4, [1000] * 4)
        assert shown(queries.rfm(queries.asked(actor=shop.actor))) == {(5, 1, 1): (9, 9000), (5, 5, 5): (1, 2000)}


def test_days_are_the_merchants_own(shop, time_machine):
    """Half past midnight in Shanghai is still the day before in London, where the server may stand."""
    time_machine.move_to("2026-03-09 16:40:00+00:00", tick=False)
    shop.sell("late", 1000, "2026-03-10 00:30")
    shop.sell("early", 1000, "2026-03-09 23:30")
    shop.to_lake()
    with tenancy.scope(shop.merchant.pk):
        kept = services.refresh()
        assert (kept.day, kept.recency) == (date(2026, 3, 10), [1, 1, 2, 2])
        assert queries.explained(shop.people["late"][1], actor=shop.actor).days == 1


def test_refreshing_does_nothing_where_nothing_is_new(shop, time_machine):
    time_machine.move_to("2026-03-10 12:00:00+08:00", tick=False)
    shop.sell("first", 1000, "2026-03-08 10:00")
    shop.to_lake()
    with tenancy.scope(shop.merchant.pk):
        before = services.refresh()
        time_machine.move_to("2026-03-10 13:00:00+08:00", tick=False)
        assert services.refresh().computed_at == before.computed_at
    shop.sell("second", 99, "2026-03-10 09:00")
    shop.to_lake()
    with tenancy.scope(shop.merchant.pk):
        assert (services.refresh().people, Boundaries.objects.count()) == (2, 1)
        time_machine.move_to("2026-03-11 12:00:00+08:00", tick=False)
        assert (services.refresh().recency, Boundaries.objects.count()) == ([2, 2, 4, 4], 2)
        assert queries.boundaries().day == date(2026, 3, 11)


def test_nobody_yet(shop, time_machine):
    time_machine.move_to("2026-03-09 16:40:00+00:00", tick=False)
    with tenancy.scope(shop.merchant.pk):
        assert queries.rfm(queries.asked(actor=shop.actor)).cells == ()
        assert services.refresh().people == 0
        assert queries.rfm(queries.asked(actor=shop.actor)).cells == ()
        rule = queries.rule(queries.Choice("group", group="lost"))
        assert segments.count(rule, actor=shop.actor).people == 0
