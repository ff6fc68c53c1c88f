"""Jobs are written in the transaction of the data they belong to: both commit or neither does.

Services start them by name (`jobs.defer("imports.run", run_id=5)`), so that no service imports a `tasks.py`.
Every job that touches a merchant's data carries `merchant_id` and enters that scope itself.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.manager import JobManager

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from procrastinate.tasks import Task

# A worker gives its tasks a line of its own to the database: a job that they defer by it would begin before they
# commit, and stay when they roll back. By this one it is written where everything else is.
_MANAGER = JobManager(DjangoConnector())


def defer(
    name: str,
    *,
    lock: str | None = None,
    queueing_lock: str | None = None,
    priority: int = 0,
    delay: timedelta | None = None,
    **arguments: Any,
) -> None:
    """Enqueues the task `name`. Jobs with the same `lock` run one after the other, in order; a second job with the
    same `queueing_lock` (the task's own, if none is said) is dropped while the first still waits; with `delay` it
    runs no earlier than that. An unknown name fails at once."""
    task = _task(name)
    queueing_lock = queueing_lock or task.queueing_lock
    schedule = {"seconds": int(delay.total_seconds())} if delay else None
    deferrer = task.configure(lock=lock, queueing_lock=queueing_lock, priority=priority, schedule_in=schedule)
    deferrer.job_manager = _MANAGER
    if queueing_lock is None:
        deferrer.defer(**arguments)
        return
    with suppress(AlreadyEnqueued), transaction.atomic():  # the conflict must not break the caller's transaction
        deferrer.defer(**arguments)


def defer_each(name: str, arguments: Sequence[Mapping[str, Any]], *, lock: str | None = None) -> None:
    """Enqueues one job for each set of arguments, by one statement."""
    if arguments:
        deferrer = _task(name).configure(lock=lock)
        deferrer.job_manager = _MANAGER
        deferrer.batch_defer(*map(dict, arguments))


def _task(name: str) -> Task[..., Any, Any]:
    if name not in app.tasks:
        app.perform_import_paths()
    return app.tasks[name]
