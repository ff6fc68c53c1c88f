"""Issuing to many: exact, resumable, nobody twice, some held out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from django.core.management import call_command
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob
from pyroaring import BitMap64

from tests.factories.coupons import give, make_template, run_of
from tests.factories.customers import make_customer, resolve
from tests.factories.merchants import make_merchant
from tests.killing import Children, environment
from yutang.areas.coupons import queries, rules, services
from yutang.areas.coupons.errors import CouponNotOffered, NobodyChosen, WrongState
from yutang.areas.coupons.models import Coupon, Run, Template
from yutang.areas.customers import services as customers
from yutang.areas.segments import services as segments
from yutang.core import access, jobs, tenancy
from yutang.core.errors import NotAllowed
from yutang.core.reservations.models import Pool
from yutang.lake import writer

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.filterwarnings("ignore:Delete operation did not match"),
]  # fmt: skip
MANY, CHUNK = 600, 20
KILLS, HALFWAY, TAKEN_UP = 15, 8, 4  # of the kills so many came with some people done and some left


@pytest.fixture
def merchant(transactional_db):
    """A merchant whose scope is the connection's, so that every step commits."""
    made = make_merchant()
    _stand_in(str(made.pk))
    yield made
    _stand_in("")


def _stand_in(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, false)", [tenancy.SETTING, value])


def crowd(size: int) -> list[int]:
    return sorted(int(pk) for pk in resolve(*({"buyer_id": f"m{n}"} for n in range(size))).customer)


def carry_out(run: Run, chunk: int = 7) -> Run:
    services.execute(merchant_id=run.merchant_id, run_id=run.pk, chunk=chunk)
    run.refresh_from_db()
    return run


def test_everybody_of_a_segment_gets_one_but_who_is_held_out(merchant, actor):
    people, template = crowd(60), make_template()
    writer.run()
    segment = segments.create(name="All", rule={"all": []}, actor=actor)
    started = [
        services.start(template_id=template.pk, segment_id=segment.pk, share=0.2, key="k", actor=actor) for _ in "12"
    ]
    assert started[0].pk == started[1].pk  # the form was sent twice
    run, withheld = started[0], set(BitMap64.deserialize(bytes(started[0].withheld)))
    assert (run.total + run.held_out, run.issued) == (60, 0)  # written down before anything is issued
    make_customer()  # too late
    run = carry_out(run)
    assert (run.state, run.handled, run.issued, run.percent) == ("done", run.total, run.total, 100)
    got = set(Coupon.objects.values_list("customer_id", flat=True))
    assert got == set(people) - withheld
    assert 0 < len(withheld) < 30
    services.execute(merchant_id=merchant.pk, run_id=run.pk)  # a job delivered twice
    assert Coupon.objects.count() == len(got)
    template.refresh_from_db()
    assert template.issued == len(got)
    with pytest.raises(WrongState):
        services.resume(run_id=run.pk, actor=actor)


def test_who_is_held_out_depends_on_action_and_person_alone():
    ids = np.arange(1, 200_001, dtype=np.int64)
    once, again = rules.held_out("a", ids, 0.1), rules.held_out("a", ids[::-1], 0.1)[::-1]
    assert (once == again).all()
    assert 19_500 < int(once.sum()) < 20_500  # six standard deviations are 805
    other = rules.held_out("b", ids, 0.1)
    assert 1_700 < int((once & other).sum()) < 2_300  # another action holds out others
    assert not rules.held_out("a", ids, 0.0).any()


def test_limits_hold_and_a_run_goes_on_when_they_are_raised(merchant, actor):
    people, template = crowd(20), make_template(limits={"total": 9, "per_person": 1})
    give(template, people[0])
    run = carry_out(run_of(template, people))
    assert (run.state, run.stopped_because, run.issued) == ("stopped", "gone", 8)
    draft = services.Draft(kind="amount", value=2_000)
    services.save(
        template_id=template.pk, name="C", draft=draft, limits=services.Limits(per_person=1, total=30), actor=actor
    )
    services.resume(run_id=run.pk, actor=actor)
    run = carry_out(run)
    assert (run.state, run.issued, run.handled) == ("done", 19, 20)
    assert Coupon.objects.values("customer").distinct().count() == Coupon.objects.count() == 20
    assert Pool.objects.get(kind="coupon").confirmed == 20


def test_a_stopped_run_stays_where_it_is_and_goes_on(merchant, actor):
    people, template = crowd(5), make_template()
    run = run_of(template, people)
    services.stop(run_id=run.pk, actor=actor)
    assert carry_out(run).stopped_because == "by_hand"
    assert not Coupon.objects.exists()
    services.resume(run_id=run.pk, actor=actor)
    assert carry_out(run).issued == 5


def test_a_paused_template_stops_its_runs(merchant, actor):
    template = make_template()
    run = run_of(template, crowd(3))
    services.set_state(template_id=template.pk, state="paused", actor=actor)
    assert (carry_out(run).state, run.stopped_because) == ("stopped", "not_offered")
    with pytest.raises(CouponNotOffered):
        run_of(template, crowd(3))


def test_who_was_merged_since_gets_one_as_the_person_of_today(merchant, actor):
    one, other = crowd(2)
    run = run_of(make_template(), [one, other])
    customers.merge(survivor_id=one, absorbed_id=other, evidence=[], actor=actor)
    run = carry_out(run, chunk=1)
    assert (run.handled, run.issued) == (2, 1)
    assert Coupon.objects.get().customer_id == one


def test_nobody_and_who_may_not(merchant, actor):
    template = make_template()
    with pytest.raises(NobodyChosen):
        run_of(template, [])
    clerk = access.Actor("user", 1, "clerk", merchant.pk, {"coupons.issue": frozenset({1}), "segments.view": None})
    with pytest.raises(NotAllowed):
        services.start(template_id=template.pk, segment_id=1, key="k", actor=clerk)


def test_killed_at_any_moment_nobody_gets_two_and_nobody_none(merchant, actor, settings, tmp_path):
    people, runs, halfway = crowd(MANY), 0, 0
    template = make_template(limits={"total": 10**6, "per_person": None})
    with Children("tests.areas.coupons.test_runs.child", environment(settings, tmp_path)) as children:
        while children.kills < KILLS or halfway < HALFWAY:
            run, runs = run_of(template, people), runs + 1
            found = interrupted(children, run, merchant.pk, run.pk)
            halfway += len(found)
            for done in found:  # what a dead worker had done stays: the next one went on behind it
                assert Coupon.objects.filter(run=run, customer_id__in=people[:done]).count() == done
            assert (run.state, run.handled, run.issued) == ("done", MANY, MANY)
            assert people_of(run) == people
    assert Template.objects.get().issued == runs * MANY == Pool.objects.get(kind="coupon").confirmed


def test_a_run_whose_worker_died_is_taken_up_again_by_the_next_worker(no_jobs, merchant, actor, settings, tmp_path):
    """Nobody starts it again: its one job does, that of a dead worker as every minute (`core.retry_stalled`)."""
    people, halfway = crowd(MANY), 0
    with Children("tests.areas.coupons.test_runs.worker", environment(settings, tmp_path)) as children:
        while halfway < TAKEN_UP:
            run = run_of(make_template(limits={"per_person": 1}), people)
            found = interrupted(children, run, meanwhile=a_minute_later)
            halfway += len(found)
            assert (run.state, run.handled, run.issued) == ("done", MANY, MANY)
            assert people_of(run) == people
            job = ProcrastinateJob.objects.get(task_name="coupons.run", args__run_id=run.pk)
            assert job.status == "succeeded"
            assert job.attempts > len(found)  # once more for each time that it was taken up
    assert not ProcrastinateJob.objects.filter(task_name="core.retry_stalled", status="failed").exists()


def interrupted(children: Children, run: Run, *arguments: int, meanwhile: Callable[[], object] = list) -> list[int]:
    """Lets children work at the run until one ends by itself; at how many people those were killed that had done some
    and left some."""
    found: list[int] = []

    def handled() -> int:
        run.refresh_from_db()
        return run.handled

    before = handled()
    while children.run(*arguments, progress=handled):
        if before < run.handled < MANY:
            found.append(run.handled)
        before = run.handled
        meanwhile()
    return found


def people_of(run: Run) -> list[int]:
    return sorted(Coupon.objects.filter(run=run).values_list("customer_id", flat=True))


def a_minute_later() -> None:
    """Dead workers have not been heard of for long, and the job of every minute is due."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 minute'")
    jobs.defer("core.retry_stalled", timestamp=0)


def child(merchant_id: int, run_id: int) -> None:
    services.execute(merchant_id=merchant_id, run_id=run_id, chunk=CHUNK)


def worker() -> None:
    """One that does what there is to do and ends; in chunks that leave something to be killed in."""
    services.execute.__kwdefaults__["chunk"] = CHUNK
    call_command("procrastinate", "worker", "--one-shot")


def test_what_came_of_a_run_is_told(merchant, actor):
    run = carry_out(run_of(make_template(), crowd(4)))
    figures = queries.run_figures(queries.run(run.pk, actor=actor))
    assert (figures.issued, figures.used, figures.cost, figures.rate) == (4, 0, 0, 0.0)


def test_the_difference_has_an_interval():
    """Of ten people each with 0 or 10: means 8 and 2, variances 160/9."""
    more, less = rules.Group(10, 8, 80, 800), rules.Group(10, 2, 20, 200)
    found = rules.difference(more, less)
    assert found.mean == pytest.approx(6)
    assert found.high - found.mean == pytest.approx(1.959964 * (2 * (160 / 9) / 10) ** 0.5)
    assert found.is_conclusive
    assert not rules.difference(more, more).is_conclusive
    assert rules.difference(more, rules.Group(1, 0, 0, 0)) is None
