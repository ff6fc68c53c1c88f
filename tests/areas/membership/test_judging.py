"""The nightly look: one level down after notice and grace, in the merchant's own days, in chunks to be resumed."""

from __future__ import annotations

import pytest

from tests.factories.customers import make_customer
from tests.factories.membership import actor as system
from tests.factories.membership import earn, make_level, night, set_scheme
from yutang.areas.membership import queries
from yutang.areas.membership.errors import LevelInUse, LevelTaken
from yutang.areas.membership.models import JudgingRun, LevelChange, Member
from yutang.areas.membership.services import judging, leveling
from yutang.core.errors import Invalid
from yutang.core.models import Event


def standing(person) -> tuple:
    row = queries.member(person.pk)
    return row.level_id, row.falls_on and row.falls_on.isoformat()


def test_a_level_that_is_not_kept_falls_after_notice_and_grace(merchant, actor, start):
    set_scheme(keep_months=3, grace_days=10)
    silver, gold = make_level(100), make_level(500, keep=50)
    person = make_customer()
    earn(person.pk, 600)
    start.move_to("2026-05-31T16:30:00Z", tick=False)  # 1 June in Shanghai, three months later
    night()
    assert standing(person) == (gold.pk, None)  # what reached the level lies within the three months
    start.move_to("2026-08-31T16:30:00Z", tick=False)
    night()
    assert standing(person) == (gold.pk, "2026-09-11")
    assert Event.objects.filter(name="membership.level_falling").count() == 1
    way = queries.way(person.pk)
    assert (way.falls_on.isoformat(), way.keep, way.kept) == ("2026-09-11", 50, 0)
    start.move_to("2026-09-10T15:00:00Z", tick=False)
    night()
    assert standing(person) == (gold.pk, "2026-09-11")
    start.move_to("2026-09-10T16:00:00Z", tick=False)
    night()
    assert standing(person) == (silver.pk, None)
    assert list(LevelChange.objects.order_by("pk").values_list("before", "after", "because")) == [
        (None, gold.pk, "earned"), (gold.pk, silver.pk, "not_kept"),
    ]  # fmt: skip
    earn(person.pk, 50)
    assert standing(person) == (gold.pk, None)


def test_once_a_day_and_resumed_after_any_chunk(merchant, actor, start, monkeypatch):
    monkeypatch.setattr(judging, "CHUNK", 2)
    people = [make_customer() for _ in range(5)]
    for person in people:
        earn(person.pk, 100)
    gold = make_level(100)
    assert judging.judge_next(actor=system())
    run = JudgingRun.objects.get()
    assert (run.position, run.judged, run.changed) == (people[1].pk, 2, 2)
    assert Member.objects.filter(level=gold).count() == 2  # somebody killed it here; another worker goes on
    night()
    run.refresh_from_db()
    assert (run.judged, run.changed, run.finished_at is not None) == (5, 5, True)
    assert LevelChange.objects.count() == 5
    night()
    assert LevelChange.objects.count() == 5
    assert not judging.judge_next(actor=system())


def test_a_night_costs_few_statements_however_many_people(merchant, actor, start, django_assert_num_queries):
    for _ in range(12):
        earn(make_customer().pk, 100)
    make_level(100)
    # merchant, scheme, levels, scope; the run; the people, their levels, history, news; who rises is told
    with django_assert_num_queries(25):
        judging.judge_next(actor=system())


def test_a_ladder_that_is_raised_gives_notice(merchant, actor, start):
    set_scheme(grace_days=5)
    gold, person = make_level(100), make_customer()
    earn(person.pk, 100)
    leveling.save_level(level_id=gold.pk, draft=leveling.Draft(name="Gold", threshold=200), actor=actor)
    night()
    assert standing(person) == (gold.pk, "2026-03-06")
    start.move_to("2026-03-06T04:00:00Z", tick=False)
    night()
    assert standing(person) == (None, None)
    assert LevelChange.objects.order_by("-pk")[0].because == "rules"


def test_a_level_somebody_has_stays(merchant, actor):
    gold = make_level(100)
    earn(make_customer().pk, 100)
    with pytest.raises(LevelInUse):
        leveling.archive_level(level_id=gold.pk, actor=actor)
    silver = make_level(50)
    leveling.archive_level(level_id=silver.pk, actor=actor)
    assert [one.pk for one in queries.levels()] == [gold.pk]


def test_levels_are_told_apart_and_make_sense(merchant, actor):
    gold = make_level(100, key="gold")
    with pytest.raises(LevelTaken):
        make_level(200, key="gold")
    with pytest.raises(LevelTaken):
        make_level(100)
    for draft in (
        leveling.Draft(name=" ", threshold=5), leveling.Draft(name="x", threshold=-1),
        leveling.Draft(name="x", threshold=0, keep=5), leveling.Draft(name="x", threshold=5, keep=0),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            leveling.save_level(level_id=gold.pk, draft=draft, actor=actor)
    gold.refresh_from_db()
    assert gold.threshold == 100
