"""Jobs whose worker died are taken up again every minute."""

from __future__ import annotations

from types import SimpleNamespace

from asgiref.sync import async_to_sync
from django.db import connection
from procrastinate.contrib.django import app

from yutang.core import dispatch, jobs

CALL = {"merchant_id": 1, "run_id": 1}


def die() -> None:
    """The newest job was begun by a worker that is no more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing' WHERE id = (SELECT max(id) FROM procrastinate_jobs)"
        )


def states() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def test_a_dead_job_whose_like_waits_already_keeps_no_other_back(no_jobs):
    jobs.defer("imports.run", lock="one", queueing_lock="one", **CALL)
    die()
    jobs.defer("imports.run", lock="one", queueing_lock="one", **CALL)
    jobs.defer("coupons.run", lock="two", **CALL)
    die()
    assert states() == ["doing", "todo", "doing"]
    for _ in range(2):
        async_to_sync(dispatch.retry_stalled.func)(SimpleNamespace(app=app), timestamp=0)
        assert states() == ["aborted", "todo", "todo"]
