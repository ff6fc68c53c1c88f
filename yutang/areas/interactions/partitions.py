"""Days of the table of interactions: made before they are needed, dropped when the lake holds them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction

from yutang.areas.interactions import facts
from yutang.core import clock, locks, logs, tenancy
from yutang.core.locks import Lock
from yutang.lake import writer

if TYPE_CHECKING:
    from collections.abc import Iterable

TABLE = "interactions_interaction"
AHEAD = 7  # days
# How far back an event may have happened. A day stays in the pool longer than that: while an event may be sent again,
# its first coming must be there to be recognised.
ACCEPTED_DAYS = 30

log = logs.get(__name__)


def name(day: date) -> str:
    return f"{TABLE}_{day:%Y%m%d}"


def ensure(days: Iterable[date]) -> list[date]:
    """Makes the partitions that are missing, each behind its own row-level security; returns their days."""
    wanted = {name(day): day for day in days}
    missing = [wanted[table] for table in _missing(list(wanted))]
    if missing:
        with transaction.atomic():
            locks.until_commit(Lock.PARTITIONS)
            for day in sorted(missing):
                if _missing([name(day)]):  # else somebody was faster
                    _make(day)
    return sorted(missing)


def ensure_ahead() -> list[date]:
    today = clock.now().date()
    return ensure(today + timedelta(days=n) for n in range(-1, AHEAD + 1))


def drop_old() -> list[date]:
    """Drops the days beyond YUTANG_HOT_DAYS that the lake holds completely; returns them. None without the setting.

    The lock on the partition is held while the lake is asked, so no row can come in between.
    """
    if settings.HOT_DAYS is None:
        return []
    oldest = clock.now().date() - timedelta(days=max(settings.HOT_DAYS, ACCEPTED_DAYS + 1))
    dropped = []
    for day in [day for day in existing() if day < oldest]:
        with transaction.atomic(), connection.cursor() as cursor:
            # Rather wait for the next hour than let everybody wait for us.
            cursor.execute("SET LOCAL lock_timeout = '5s'")
            cursor.execute(f"LOCK TABLE {TABLE}, {name(day)} IN ACCESS EXCLUSIVE MODE")
            if _is_in_lake(day):
                cursor.execute(f"DROP TABLE {name(day)}")
                dropped.append(day)
    if dropped:
        log.info("interactions.days_dropped", days=[day.isoformat() for day in dropped])
    return dropped


def existing() -> list[date]:
    """Days that have a partition, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_date(right(inhrelid::regclass::text, 8), 'YYYYMMDD') FROM pg_inherits"
            " WHERE inhparent = %s::regclass ORDER BY 1",
            [TABLE],
        )
        return [row[0] for row in cursor.fetchall()]


def _missing(tables: list[str]) -> list[str]:
    """Read from the catalogue itself: `to_regclass` may answer out of what this session remembers from before it
    waited for the lock, and not know the table that another one has made meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t FROM unnest(%s::text[]) t WHERE NOT EXISTS (SELECT FROM pg_class"
            " WHERE relname = t AND relnamespace = 'public'::regnamespace)",
            [tables],
        )
        return [row[0] for row in cursor.fetchall()]


def _make(day: date) -> None:
    """Made apart and attached: attaching lets others go on reading and writing, PARTITION OF would not."""
    table, following = name(day), day + timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {table} (LIKE {TABLE} INCLUDING DEFAULTS)")
        tenancy.protect_table(table)
        cursor.execute(f"ALTER TABLE {TABLE} ATTACH PARTITION {table} FOR VALUES FROM ('{day}') TO ('{following}')")


def _is_in_lake(day: date) -> bool:
    """Row-level security shows one merchant at a time, so each is asked."""
    position = writer.position(facts.EVENT)
    for merchant_id in tenancy.each_merchant(reason="drop a day of interactions"):
        with tenancy.scope(merchant_id), connection.cursor() as cursor:
            cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {name(day)} WHERE xid >= %s)", [position])  # noqa: S608
            if cursor.fetchone()[0]:
                return False
    return True
