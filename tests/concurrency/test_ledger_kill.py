"""What is killed at any moment leaves nothing half done: what was acknowledged is there, once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from psycopg.conninfo import make_conninfo

from tests.concurrency.threads import together
from tests.core.ledger.kinds import customer, pay_in, pay_out
from tests.factories.merchants import make_merchant
from yutang.core import access, tenancy
from yutang.core.ledger import queries, services
from yutang.core.ledger.models import Entry, Posting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kill]

KILLS = 20


@pytest.fixture
def actor():
    return access.system(make_merchant().pk)


def test_killed_processes_lose_and_double_nothing(actor):
    chance = random.Random(5)
    database = settings.DATABASES["default"]
    address = make_conninfo(
        dbname=connection.settings_dict["NAME"], user=database["USER"], password=database["PASSWORD"],
        host=database["HOST"], port=database["PORT"],
    )  # fmt: skip
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.concurrency.ledger_worker", str(actor.merchant_id), str(KILLS)],
        env={**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "yutang.settings"},
        cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    acknowledged: set[int] = set()
    kills, child, left = 0, None, 0
    with worker:
        for line in worker.stdout:
            if line.startswith("pid "):
                child, left = int(line.removeprefix("pid ")), chance.randint(0, 25)
                continue
            acknowledged.add(int(line))
            left -= 1
            if left <= 0 and child is not None:
                time.sleep(chance.random() * 0.01)  # anywhere within the next entries
                os.kill(child, signal.SIGKILL)
                kills, child = kills + 1, None
    assert (worker.returncode, kills) == (0, KILLS)
    with tenancy.scope(actor.merchant_id):
        booked = set(Entry.objects.values_list("idempotency_key", flat=True))
        assert {f"n:{number}" for number in acknowledged} <= booked
        assert booked == {f"n:{number}" for number in range(len(booked))}
        assert len(booked) <= len(acknowledged) + KILLS  # at most one unacknowledged by each
        assert queries.balance(kind="test.wallet", unit="CNY", holder=customer(1)) == 3 * len(booked)
        points = [queries.balance(kind="test.points", unit="points", holder=customer(n)) for n in range(5)]
        assert sum(points) == len(booked)
        assert queries.audit_balances(merchant_id=actor.merchant_id) == []


def test_a_connection_lost_before_commit_leaves_nothing_and_the_key_can_be_used_again(actor):
    reached = []

    def interrupted():
        with tenancy.scope(actor.merchant_id):
            services.post(key="a", kind="k", lines=pay_in(customer(1), 5), actor=actor)
            reached.append(Posting.objects.count())
            terminate(connection.connection.info.backend_pid)

    with pytest.raises((OperationalError, InterfaceError)):
        interrupted()
    assert reached == [2]
    connection.close()
    with tenancy.scope(actor.merchant_id):
        assert Entry.objects.count() == 0
        services.post(key="a", kind="k", lines=pay_in(customer(1), 5), actor=actor)
        assert queries.balance(kind="test.wallet", unit="CNY", holder=customer(1)) == 5


def test_connections_terminated_under_load_lose_and_double_nothing(actor):
    threads, entries, kills = 8, 40, 25
    with tenancy.scope(actor.merchant_id):
        services.post(key="start", kind="k", lines=pay_in(customer(1), 10_000), actor=actor)

    ended = []

    def work(number, barrier):
        if number == threads:
            return kill_some(kills, until=lambda: len(ended) == threads)
        try:
            return post_all(number)
        finally:
            ended.append(number)

    def post_all(number):
        interrupted = 0
        for step in range(entries):
            lines = pay_in(customer(1), 3) if step % 2 else pay_out(customer(1), 2)
            while True:
                try:
                    with tenancy.scope(actor.merchant_id):
                        services.post(key=f"{number}:{step}", kind="k", lines=lines, actor=actor)
                    break
                except (OperationalError, InterfaceError):
                    # Whether it was committed is unknown: the same key again settles it.
                    interrupted += 1
                    connection.close()
        return interrupted

    *interrupted, killed = together(work, threads=threads + 1)
    assert killed > 0
    assert sum(interrupted) > 0
    with tenancy.scope(actor.merchant_id):
        keys = Counter(Entry.objects.values_list("idempotency_key", flat=True))
        assert keys == Counter(["start", *(f"{n}:{s}" for n in range(threads) for s in range(entries))])
        total = 10_000 + threads * (entries // 2) * (3 - 2)
        assert queries.balance(kind="test.wallet", unit="CNY", holder=customer(1)) == total
        assert queries.audit_balances(merchant_id=actor.merchant_id) == []


def kill_some(kills: int, until: Callable[[], bool]) -> int:
    """Ends server processes in the middle of a transaction; how many."""
    done = 0
    while done < kills and not until():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND xact_start IS NOT NULL AND backend_type = 'client backend' ORDER BY random() LIMIT 1"
            )
            found = cursor.fetchone()
        if found:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [found[0]])
            done += 1
        time.sleep(0.01)
    return done


def terminate(pid: int) -> None:
    def other(number, barrier):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    together(other, threads=1)
