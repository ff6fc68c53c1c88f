"""Who moved between two days, who they are, and that such a list can be kept."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from tests.areas.grades import plain
from tests.areas.grades.conftest import TODAY
from yutang.areas.customers import merging as customers
from yutang.areas.grades import queries, services
from yutang.areas.grades.errors import DaysTurned, ListTooLong, NobodyThere, UnknownGrade
from yutang.areas.grades.queries import people
from yutang.areas.segments import queries as segments
from yutang.core import tenancy

FIRST, SECOND = date(2026, 3, 31), date(2026, 5, 31)


def groups(lines, day) -> dict[int, str]:
    scores, _ends = plain.scored(plain.states(lines, day), day)
    return {pk: plain.group(*score) for pk, score in scores.items()}


@pytest.mark.parametrize("until", [SECOND, None])
def test_moves_between_groups(sample, until):
    shop, lines = sample
    before, after = groups(lines, FIRST), groups(lines, until or TODAY)
    pairs = {pk: (before.get(pk, ""), after[pk]) for pk in after}
    first, second = queries.pair(since=FIRST, until=until, actor=shop.actor)
    found = queries.movement(first, second)
    assert {(move.before, move.after): move.people for move in found} == Counter(pairs.values())
    for (old, new), number in Counter(pairs.values()).items():
        choice = queries.Choice("moved", by="group", before=old, after=new, since=FIRST, day=until)
        expected = sorted(pk for pk, pair in pairs.items() if pair == (old, new))
        assert queries.ids(choice, actor=shop.actor) == expected
        assert queries.ids(choice, after=expected[0], limit=1, actor=shop.actor) == expected[1:2]
        assert queries.count(choice, actor=shop.actor) == number


def test_moves_between_tiers(sample):
    shop, lines = sample
    ladder = services.set_ladder(measure="purchases", window_days=None, middle_from=2, big_from=4, actor=shop.actor)

    def tier(day):
        bought = {pk: state.purchases for pk, state in plain.states(lines, day).items() if state.purchases}
        return {pk: "big" if n >= 4 else "middle" if n >= 2 else "small" for pk, n in bought.items()}

    first, second = queries.pair(since=FIRST, until=SECOND, actor=shop.actor)
    found = {(m.before, m.after): m.people for m in queries.movement(first, second, ladder)}
    before, after = tier(FIRST), tier(SECOND)
    assert found == Counter((before.get(pk, ""), after[pk]) for pk in after)
    choice = queries.Choice("moved", by="tier", before="", after="small", since=FIRST, day=SECOND)
    assert queries.count(choice, actor=shop.actor) == found["", "small"]


def test_people_of_the_past_are_kept_by_their_numbers(sample, monkeypatch):
    shop, lines = sample
    old = groups(lines, FIRST)
    choice = queries.Choice("group", group="lost", day=FIRST)
    kept = services.save_segment(choice=choice, name="Lost in March", actor=shop.actor)
    members = segments.members_at_last_refresh(kept)
    assert set(members) == {pk for pk, group in old.items() if group == "lost"}
    now = services.save_segment(choice=queries.Choice("group", group="lost"), name="Lost", actor=shop.actor)
    assert now.rule == {"attr": "grades.rfm_group", "op": "in", "value": ["lost"]}
    nobody = queries.Choice("moved", by="group", before="champions", after="", since=FIRST, day=SECOND)
    with pytest.raises(NobodyThere):
        services.save_segment(choice=nobody, name="Nobody", actor=shop.actor)
    monkeypatch.setattr(people, "MAX_VALUES", 2)
    with pytest.raises(ListTooLong):
        services.save_segment(choice=choice, name="Too many", actor=shop.actor)


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "group", "group": "x"}, {"kind": "cell", "r": 6, "f": 1}, {"kind": "tier", "tier": "whale"},
        {"kind": "worth"}, {"kind": "dormant"}, {"kind": "x"}, {"kind": "moved", "before": "lost"},
        {"kind": "moved", "by": "tier", "before": "lost", "since": FIRST},
    ],
)  # fmt: skip
def test_grades_there_are_not_are_refused(values):
    with pytest.raises(UnknownGrade):
        queries.Choice(**values)


def test_the_days_must_follow_each_other(merchant, actor):
    with pytest.raises(DaysTurned):
        queries.pair(since=SECOND, until=SECOND, actor=actor)


def test_merging_and_unmerging_are_followed(shop, time_machine):
    """Two accounts that are one person are graded once, also in the past; apart again, as before."""
    time_machine.move_to("2026-03-10 12:00:00+08:00", tick=False)
    for name, days in (("a", (1, 3)), ("b", (2,)), ("c", (4,))):
        for day in days:
            shop.sell(name, 1000 * day, f"2026-03-0{day} 10:00")
    shop.to_lake()
    a, b = (shop.people[name][1] for name in "ab")

    def graded():
        shop.to_lake()
        with tenancy.scope(shop.merchant.pk):
            kept = services.refresh()
            past = queries.rfm(queries.asked(day=date(2026, 3, 9), actor=shop.actor))
            return kept.people, past.total.people, queries.explained(a, actor=shop.actor).purchases

    assert graded() == (3, 3, 2)
    with tenancy.scope(shop.merchant.pk):
        merged = customers.merge(survivor_id=a, absorbed_id=b, evidence=[], actor=shop.actor)
    assert graded() == (2, 2, 3)
    with tenancy.scope(shop.merchant.pk):
        customers.unmerge(merge_id=merged.pk, actor=shop.actor)
    assert graded() == (3, 3, 2)
