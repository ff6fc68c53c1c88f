"""Tagging many at once: exact, resumable, undone exactly."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.customers import make_customer, resolve
from tests.factories.tags import carry_out, give, make_group, make_tag, names, run_now, undo_now
from tests.killing import Children, environment
from yutang.areas.customers import services as customers
from yutang.areas.merchants import queries as merchants
from yutang.areas.segments import services as segments
from yutang.areas.tags import queries, services
from yutang.areas.tags.errors import NobodyChosen, NotUndoable
from yutang.areas.tags.models import Tagging, TaggingRun
from yutang.core import access, tenancy
from yutang.core.errors import NotAllowed
from yutang.lake import writer

pytestmark = pytest.mark.filterwarnings("ignore:Delete operation did not match")


def test_it_tags_who_has_it_not_and_counts(merchant, actor):
    people, tag = [make_customer() for _ in range(5)], make_tag(name="T")
    give(people[2], tag)
    run = run_now(tag, people, reason="Spring list")
    assert (run.state, run.handled, run.total, run.changed) == ("done", 5, 5, 4)
    assert all(names(person) == ["T"] for person in people)
    rows = Tagging.objects.filter(run=run)
    assert {(row.source, row.evidence, row.given_by) for row in rows} == {("bulk", "Spring list", "tester")}
    services.execute(merchant_id=merchant.pk, run_id=run.pk)  # a job delivered twice
    assert Tagging.objects.count() == 5


def test_a_segment_is_tagged_as_it_was_when_asked(merchant, actor):
    people, tag = [make_customer() for _ in range(3)], make_tag()
    writer.run()
    segment = segments.create(name="All", rule={"all": []}, actor=actor)
    run = services.start(tag_id=tag.pk, segment_id=segment.pk, actor=actor)
    make_customer()
    writer.run()
    assert carry_out(run).changed == 3
    assert set(Tagging.objects.values_list("customer_id", flat=True)) == {person.pk for person in people}


def test_who_was_merged_since_is_tagged_as_the_person_of_today(merchant, actor):
    one, other, tag = make_customer(), make_customer(), make_tag()
    run = services.start(tag_id=tag.pk, customer_ids=[one.pk, other.pk], actor=actor)
    customers.merge(survivor_id=one.pk, absorbed_id=other.pk, evidence=[], actor=actor)
    assert carry_out(run).changed == 1
    assert Tagging.objects.get().customer_id == one.pk


def test_undo_leaves_what_stood_before_and_what_came_since(merchant, actor):
    before, since, plain, away = (make_customer() for _ in range(4))
    tag = make_tag(name="T")
    give(before, tag)
    run = run_now(tag, [before, since, plain, away])
    give(since, tag)
    services.take(customer=away, tag_id=tag.pk, actor=actor)
    run = undo_now(run)
    assert (run.state, run.changed, run.undone) == ("undone", 3, 1)
    assert [names(p) for p in (before, since, plain, away)] == [["T"], ["T"], [], []]
    assert {r.end_reason for r in Tagging.objects.filter(customer=plain)} == {"undone"}
    with pytest.raises(NotUndoable):
        services.undo(run_id=run.pk, actor=actor)


def test_undo_brings_back_what_an_exclusive_tag_replaced(merchant, actor):
    group = make_group(is_exclusive=True)
    small, big = make_tag(group, name="Small"), make_tag(group, name="Big")
    one, other = make_customer(), make_customer()
    give(one, small)
    give(other, small)
    run = run_now(big, [one, other])
    assert (names(one), names(other)) == (["Big"], ["Big"])
    services.take(customer=other, tag_id=big.pk, actor=actor)
    third = make_tag(group, name="Third")
    give(other, third)
    undo_now(run)
    assert (names(one), names(other)) == (["Small"], ["Third"])


def test_taking_from_many_and_back(merchant, actor):
    one, other, third, tag = make_customer(), make_customer(), make_customer(), make_tag(name="T")
    give(one, tag)
    give(other, tag)
    run = run_now(tag, [one, other, third], action="take")
    assert (run.changed, names(one), names(other)) == (2, [], [])
    give(other, tag)  # somebody has given it again since
    undo_now(run)
    assert (names(one), names(other), names(third)) == (["T"], ["T"], [])
    assert Tagging.objects.filter(customer=other, ended_at__isnull=True).count() == 1


def test_a_stopped_run_stays_where_it_is(merchant, actor):
    people, tag = [make_customer() for _ in range(4)], make_tag()
    run = services.start(tag_id=tag.pk, customer_ids=[p.pk for p in people], actor=actor)
    services.stop(run_id=run.pk, actor=actor)
    assert carry_out(run).state == "stopped"
    assert not Tagging.objects.exists()


def test_nobody_is_refused(merchant, actor):
    with pytest.raises(NobodyChosen):
        services.start(tag_id=make_tag().pk, customer_ids=[], actor=actor)


def test_reach_limits_the_run(merchant):
    tag, person = make_tag(), make_customer()
    elsewhere = access.Actor(
        kind="user", id=1, name="x", merchant_id=merchant.pk,
        grants={"tags.bulk": frozenset({0}), "tags.view": frozenset({0})},
    )  # fmt: skip
    with pytest.raises(NobodyChosen):
        services.start(tag_id=tag.pk, customer_ids=[person.pk], actor=elsewhere)


def test_a_chunk_costs_the_same_for_any_number_of_people(merchant, actor):
    tag, people = make_tag(), [make_customer() for _ in range(30)]

    def cost(some) -> int:
        run = services.start(tag_id=tag.pk, customer_ids=[p.pk for p in some], actor=actor)
        with CaptureQueriesContext(connection) as found:
            carry_out(run, chunk=100)
        return len(found)

    assert cost(people[:2]) == cost(people[2:])


# -- killed ----------------------------------------------------------------------------------------------------------

MANY, CHUNK, KILLS = 3_000, 100, 12


def execute(merchant_id: int, run_id: int) -> None:
    """In the child."""
    services.execute(merchant_id=merchant_id, run_id=run_id, chunk=CHUNK)


def _many(merchant) -> list[int]:
    with tenancy.scope(merchant.pk):
        return sorted(set(resolve(*({"buyer_id": f"b{n}"} for n in range(MANY))).customer.tolist()))


@pytest.mark.kill
def test_killed_half_way_it_goes_on_and_so_does_its_undoing(merchant, settings, tmp_path):
    people = _many(merchant)
    with tenancy.scope(merchant.pk):
        tag, actor = make_tag(), access.system(merchant.pk)
        Tagging.objects.bulk_create(
            Tagging(merchant=merchant, customer_id=pk, home_customer_id=pk, tag=tag, source="manual", given_by="x")
            for pk in people[::10]
        )
    with Children("tests.areas.tags.test_runs.execute", environment(settings, tmp_path)) as children:
        while children.kills < KILLS or not children.hits:
            with tenancy.scope(merchant.pk):
                run = services.start(tag_id=tag.pk, customer_ids=people, actor=actor)
            for state in ("done", "undone"):
                while children.run(merchant.pk, run.pk, progress=partial(_progress, merchant, run, state)):
                    pass
                with tenancy.scope(merchant.pk):
                    run = queries.run(run.pk, actor=actor)
                    assert run.state == state
                    tagged = Tagging.objects.filter(tag=tag, ended_at__isnull=True)
                    assert (run.handled, run.changed) == (MANY, MANY * 9 // 10)
                    assert tagged.count() == (MANY if state == "done" else MANY // 10)
                    assert len(set(tagged.values_list("customer_id", flat=True))) == tagged.count()
                    if state == "done":
                        services.undo(run_id=run.pk, actor=actor)
            assert run.undone == run.changed


def _progress(merchant, run, state) -> int:
    with tenancy.scope(merchant.pk):
        row = TaggingRun.objects.get(pk=run.pk)
        return row.handled if state == "done" else row.undone


def test_who_tags_people_of_one_store_neither_stops_nor_undoes_the_runs_of_others(merchant, actor):
    person, tag = make_customer(), make_tag(name="T")
    run = run_now(tag, [person])
    node = merchants.root_node().pk
    limited = access.Actor(
        kind="user", id=7, name="north", merchant_id=merchant.pk,
        grants={"tags.view": None, "tags.bulk": frozenset({node}), "customers.view": None},
    )  # fmt: skip
    for change in (services.stop, services.undo):
        with pytest.raises(NotAllowed):
            change(run_id=run.pk, actor=limited)
    assert names(person) == ["T"]
    own = carry_out(services.start(tag_id=make_tag().pk, customer_ids=[person.pk], actor=limited))
    assert services.undo(run_id=own.pk, actor=limited).state == "undoing"
