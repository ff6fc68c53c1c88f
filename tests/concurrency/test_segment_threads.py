from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import QuerySet
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.areas.segments import world
from tests.concurrency.threads import together
from tests.factories.merchants import make_merchant
from tests.patience import PATIENCE
from yutang.areas.segments import services
from yutang.areas.segments.errors import NameTaken
from yutang.areas.segments.models import Segment
from yutang.core import access, clock, tenancy

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_name_is_taken_once_by_those_who_ask_together():
    actor = access.system(world.build(5, size=30, lines=60).merchant.pk)

    def create(number, barrier):
        barrier.wait()
        try:
            with tenancy.scope(actor.merchant_id):
                services.create(name="Loyal", rule={"all": []}, description=f"{number}", actor=actor)
        except NameTaken as error:
            return type(error)
        return "done"

    assert Counter(together(create, threads=4)) == {"done": 1, NameTaken: 3}


def due_segment(merchant_id):
    with tenancy.scope(merchant_id):
        made = services.create(name="Due", rule={"all": []}, actor=access.system(merchant_id))
        Segment.objects.update(due_at=clock.now() - timedelta(minutes=1))
    return made


def test_a_due_segment_is_started_once_by_those_who_ask_together():
    merchant_id = make_merchant().pk
    due_segment(merchant_id)

    def start(_number, barrier):
        barrier.wait()
        with tenancy.scope(merchant_id):
            return services.start_due(merchant_id=merchant_id)

    assert sum(together(start, threads=4)) == 1
    jobs = ProcrastinateJob.objects.filter(task_name="segments.refresh", args__merchant_id=merchant_id)
    assert jobs.count() == 1


def test_without_the_lock_it_would_be_started_by_all(monkeypatch):
    """The race is there: who reads the row without holding it starts it too."""
    merchant_id = make_merchant().pk
    due_segment(merchant_id)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows)
    held = threading.Barrier(2, timeout=PATIENCE)
    real = services._next_run

    def after_both_have_read(segment):
        held.wait()
        return real(segment)

    monkeypatch.setattr(services, "_next_run", after_both_have_read)

    def start(_number, barrier):
        barrier.wait()
        with tenancy.scope(merchant_id):
            return services.start_due(merchant_id=merchant_id)

    assert sum(together(start, threads=2)) == 2
