"""Two workers with the same file: neither sees what the other is about to write, so only one may write at a time."""

from __future__ import annotations

import threading

import pytest
from django.db import IntegrityError, connection

from tests.areas.imports.runs import text, upload
from tests.concurrency.threads import sessions_waiting
from tests.factories.merchants import make_merchant
from tests.patience import until
from yutang.areas.imports import services
from yutang.areas.imports.services import running
from yutang.areas.orders import services as orders
from yutang.areas.orders.models import Order, SaleLine
from yutang.areas.orders.services import recording
from yutang.core import access, tenancy

pytestmark = pytest.mark.django_db(transaction=True)
ANONYMOUS = text(*(f"{n},a,2026-01-05 10:00,,1.00" for n in range(50)))  # nobody whose keys could be locked


@pytest.fixture
def meeting(monkeypatch):
    """Both workers have looked for known orders before either writes; with the guard one waits for the other."""
    looked, look = [], recording._known_orders

    def look_and_wait(*args):
        found = look(*args)
        looked.append(found)
        until(lambda: len(looked) > 1 or sessions_waiting())
        return found

    monkeypatch.setattr(recording, "_known_orders", look_and_wait)


def at_once(merchant, run_ids) -> list[object]:
    results: list[object] = []

    def work(run_id: int) -> None:
        try:
            results.append(services.execute(run_id=run_id, actor=access.system(merchant.pk)))
        except IntegrityError as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[run_id]) for run_id in run_ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def started(merchant, count: int) -> list[int]:
    actor = access.system(merchant.pk)
    with tenancy.scope(merchant.pk):
        orders.channels(source="till", shops=[""], actor=actor)  # making it would keep the second worker waiting
        runs = [upload(ANONYMOUS, actor) for _ in range(count)]
        for run in runs:
            services.start(run_id=run.pk, dry_run=False, actor=actor)
    return [run.pk for run in runs]


def rows(merchant) -> tuple[int, int]:
    with tenancy.scope(merchant.pk):
        return Order.objects.count(), SaleLine.objects.count()


def test_without_the_guard_both_write_the_same_orders(meeting, monkeypatch):
    monkeypatch.setattr(running, "_one_writer", lambda merchant_id: None)
    merchant = make_merchant()
    results = at_once(merchant, started(merchant, 2))
    assert [isinstance(result, IntegrityError) for result in results].count(True) == 1


def test_two_runs_of_the_same_file_double_nothing(meeting):
    merchant = make_merchant()
    first, second = at_once(merchant, started(merchant, 2))
    assert sorted([first.facts, second.facts]) == [0, 50]
    assert sorted([first.duplicates, second.duplicates]) == [0, 50]
    assert rows(merchant) == (50, 50)


def test_two_workers_with_the_same_run_double_nothing(meeting):
    """A job whose worker was taken for dead is run again while the first one still works."""
    merchant = make_merchant()
    (run_id,) = started(merchant, 1)
    first, second = at_once(merchant, [run_id, run_id])
    assert first == second
    assert (first.facts, first.lines, first.duplicates) == (50, 50, 0)
    assert rows(merchant) == (50, 50)
