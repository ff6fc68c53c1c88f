"""Real threads, each with a connection of its own, let go at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

from tests.patience import PATIENCE

Result = TypeVar("Result")
THREADS = 50


def sessions_waiting() -> int:
    """How many sessions of the test's database wait for a lock that another one holds. Sees the present even in a
    transaction, to which PostgreSQL shows what it saw first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0])


def together(work: Callable[[int, threading.Barrier], Result], threads: int = THREADS) -> list[Result]:
    """Runs work(number, barrier) in so many threads; their results in order, the first exception raised, before those
    of whom it kept waiting.

    The database pool has fewer connections than there are threads: who waits at the barrier must have closed his."""
    barrier = threading.Barrier(threads, timeout=PATIENCE)

    def one(number: int) -> Result:
        try:
            return work(number, barrier)
        except BaseException:
            barrier.abort()
            raise
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        done = [pool.submit(one, number) for number in range(threads)]
    errors = [error for future in done if (error := future.exception()) is not None]
    if errors:
        raise min(errors, key=lambda error: isinstance(error, threading.BrokenBarrierError))
    return [future.result() for future in done]
