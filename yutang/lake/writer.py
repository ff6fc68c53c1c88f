"""Carries facts from the pool into the lake: in commit order, every row once, whenever the writer dies.

Rows carry the id of the transaction that wrote them (`xid`). One run takes a horizon: the oldest transaction still
running. Everything below it has ended, so the rows with position ≤ xid < horizon can never change in number. They and
the new position go into one Iceberg commit: a writer killed before it leaves orphaned files and the old position,
killed after it leaves the new one. An advisory lock keeps a second writer out, and Iceberg's own compare-and-swap
would refuse its commit (docs/algorithms/lake-writer.md).
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa
from django.db import connection, transaction

from yutang.core import clock, locks, logs, tenancy
from yutang.core.locks import Lock
from yutang.lake import catalog, compacting, source
from yutang.lake.index import building
from yutang.lake.models import Freshness, PeopleChange
from yutang.lake.tables import PERSON, REGISTRY, Column, FactTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

POSITION = "yutang.position"
LOOKS = 50  # at transactions that are just ending
log = logs.get(__name__)


@dataclass
class Report:
    """What one run carried over: rows per fact table, people per merchant."""

    facts: dict[str, int] = field(default_factory=dict)
    people: dict[int, int] = field(default_factory=dict)
    busy: bool = False  # another writer is at work; nothing was done


def run() -> Report:
    """One pass over all fact tables and all due person snapshots. Call outside any transaction."""
    report = Report()
    with locks.attempted(Lock.LAKE) as alone:
        if not alone:
            return Report(busy=True)
        as_of, horizon = clock.now(), _horizon()
        merchants = list(tenancy.each_merchant(reason="lake writer"))
        for fact in REGISTRY.facts.values():
            if rows := _export(fact, horizon, merchants):
                report.facts[fact.name] = rows
        for merchant_id in merchants:
            if (people := _refresh_people(merchant_id, horizon)) is not None:
                report.people[merchant_id] = people
            with tenancy.scope(merchant_id):
                building.refresh(merchant_id)
                for name in report.facts:
                    compacting.compact(name, merchant_id)
            with tenancy.scope(merchant_id):
                Freshness.objects.update_or_create(merchant_id=merchant_id, defaults={"as_of": as_of})
    if report.facts or report.people:
        log.info("lake.written", facts=report.facts, people=report.people)
    return report


@contextmanager
def following(every: float = 0.5) -> Iterator[None]:
    """Writes beside a long job, so that its end finds little left to do; everything is in the lake afterwards."""
    stopping = threading.Event()

    def follow() -> None:
        try:
            while not stopping.wait(every):
                run()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="lake-writer") as executor:
        writing = executor.submit(follow)
        try:
            yield
        finally:
            stopping.set()
        writing.result()
    run()


def position(fact: FactTable) -> int:
    """The first transaction id that the lake does not hold yet."""
    return int(catalog.table(fact.name).properties.get(POSITION, 0))


def mark_people_changed(merchant_id: int) -> int:
    """Services that change people call this once in their transaction. Returns the mark."""
    return PeopleChange.objects.create(merchant_id=merchant_id).pk


def _export(fact: FactTable, horizon: int, merchants: list[int]) -> int:
    table = catalog.table(fact.name)
    start = int(table.properties.get(POSITION, 0))
    rows = 0
    with table.transaction() as commit:
        for merchant_id in merchants:
            for part in _in_files(_rows(fact, merchant_id, start, horizon)):
                commit.append(part)
                rows += part.num_rows
        if rows:
            commit.set_properties({POSITION: str(horizon)})
    return rows


def _rows(fact: FactTable, merchant_id: int, start: int, horizon: int) -> Iterator[pa.RecordBatch]:
    with tenancy.scope(merchant_id):
        sql = f"""
            SELECT s.merchant_id, {_columns(fact.columns)} FROM {fact.source} s
            WHERE s.merchant_id = %(merchant_id)s AND s.xid >= %(start)s AND s.xid < %(horizon)s
        """  # noqa: S608  only declared names
        values = {"merchant_id": merchant_id, "start": start, "horizon": horizon, "timezone": _timezone(merchant_id)}
        yield from source.stream(sql, values, fact.arrow_schema())


def _refresh_people(merchant_id: int, horizon: int) -> int | None:
    with tenancy.scope(merchant_id):
        due = PeopleChange.objects.filter(xid__lt=horizon)
        if not due.exists():
            return None
        people = source.read(
            f"""
            SELECT c.merchant_id, {_columns(REGISTRY.person_columns())} FROM customers_customer c
            {" ".join(REGISTRY.parts[area].join for area in sorted(REGISTRY.parts))}
            WHERE c.merchant_id = %(merchant_id)s AND c.merged_into_id IS NULL
            """,  # noqa: S608  only declared names
            {"merchant_id": merchant_id, "timezone": _timezone(merchant_id)},
            REGISTRY.person_schema(),
        )
        table, ours = catalog.table(PERSON), catalog.of_merchant(merchant_id)
        if any(True for _ in table.scan(row_filter=ours).plan_files()):
            table.overwrite(people, overwrite_filter=ours)
        else:
            table.append(people)
        # After the commit to the lake: dying in between repeats a refresh, which changes nothing.
        due.delete()
    return int(people.num_rows)


def _columns(columns: Iterable[Column]) -> str:
    return ", ".join(column.select().format(timezone="%(timezone)s") for column in columns)


def _timezone(merchant_id: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT timezone FROM merchants_merchant WHERE id = %s", [merchant_id])
        return str(cursor.fetchone()[0])


def _in_files(batches: Iterator[pa.RecordBatch], size: int = 1_000_000) -> Iterator[pa.Table]:
    """Joins small batches so that one commit makes few files."""
    held: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        held.append(batch)
        count += batch.num_rows
        if count >= size:
            yield pa.Table.from_batches(held)
            held, count = [], 0
    if held:
        yield pa.Table.from_batches(held)


def _horizon() -> int:
    """The oldest transaction still running in this database; ids belong to the whole server, other databases do not
    hold us back. One that cannot be placed ends this very moment: the next look does not find it. Should it stay
    (prepared, or hidden from our role), it counts as ours."""
    for _ in range(LOOKS):
        ours, unplaced = _running()
        if ours <= unplaced:
            break
        time.sleep(0.002)
    return min(ours, unplaced)


def _running() -> tuple[int, int]:
    """From one snapshot: the oldest transaction of this database, and of those that nobody in sight runs. The next
    id to be given out where there is none."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT LEAST(next, min(xid) FILTER (WHERE a.datname = current_database())),
                   LEAST(next, min(xid) FILTER (WHERE a.datname IS NULL))
              FROM (SELECT pg_current_snapshot() AS snapshot) now
             CROSS JOIN LATERAL (SELECT pg_snapshot_xmax(snapshot)::text::bigint AS next) after
              LEFT JOIN LATERAL (
                       SELECT id, id::text::bigint AS xid FROM pg_snapshot_xip(snapshot) AS id
                   ) running ON true
              LEFT JOIN pg_stat_activity a ON a.backend_xid = running.id::xid
             GROUP BY next
            """
        )
        ours, unplaced = cursor.fetchone()
        return int(ours), int(unplaced)


@contextmanager
def paused() -> Iterator[None]:
    """Nobody writes meanwhile: waits for a run under way; one that comes then finds another at work."""
    with locks.held(Lock.LAKE):
        yield
