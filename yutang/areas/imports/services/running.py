"""Running an import: chunk by chunk, each one transaction that also moves the run's position.

The file is always read from its beginning, because a line's place in its order and the rejected rows follow from what
stands above; chunks that are done already are read and not written again. So a run killed at any moment goes on where
it was, and a run repeated by mistake changes nothing.
"""

from __future__ import annotations

import csv
import dataclasses
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from pyroaring import BitMap64

from yutang.areas.imports import normalise, pipeline, queries
from yutang.areas.imports.errors import ImportFileError
from yutang.areas.imports.events import OrdersImported
from yutang.areas.imports.mapping import Mapping
from yutang.areas.imports.models import ImportRun
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import services as orders
from yutang.core import audit, clock, events, locks, logs, money, tenancy
from yutang.core.errors import NotFound
from yutang.core.locks import Lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yutang.areas.imports.schema import RowError
    from yutang.core.access import Actor

# Large enough that the few statements of a chunk do not count, small enough for memory and for a lively progress bar.
CHUNK_ROWS = 80_000
INTERRUPTED = "run.interrupted"
log = logs.get(__name__)


@dataclasses.dataclass
class Counts:
    """What a run did so far. `lines` are accepted lines, `duplicates` those that were known already."""

    lines: int = 0
    orders: int = 0
    orders_new: int = 0
    orders_updated: int = 0
    customers_new: int = 0
    customers_matched: int = 0
    merged: int = 0
    anonymous_lines: int = 0
    rejected: int = 0
    duplicates: int = 0
    facts: int = 0
    net_amount: int = 0


def execute(
    *, run_id: int, actor: Actor, progress: Callable[[int, int], None] | None = None, chunk_rows: int = CHUNK_ROWS
) -> Counts:
    """Runs (or goes on with) an import; call outside any transaction. `progress(bytes_read, bytes_total)`.

    A file that cannot be read leaves the run `failed` with the reason and raises ImportFileError.
    """
    queries.require_everything(actor, "imports.run")
    # One executor per run; a second one (its job was taken for dead) waits and finds nothing left to do.
    with locks.held(Lock.IMPORT_RUN, run_id):
        with tenancy.scope(actor.merchant_id):
            run = _begin(run_id)
        if not run.is_open:  # cancelled while it waited, or done by another worker
            return Counts(**run.counts)
        with _told_when_interrupted(run, actor):
            try:
                with _dry(run.is_dry_run, actor):
                    is_complete = _run_chunks(run, actor, progress, chunk_rows)
            except ImportFileError as error:
                _finish(run, ImportRun.State.FAILED, actor, error={"code": error.code, "detail": error.detail})
                raise
            if is_complete:
                _finish(run, ImportRun.State.DONE, actor)
        return Counts(**run.counts)


@contextmanager
def _told_when_interrupted(run: ImportRun, actor: Actor) -> Iterator[None]:
    """Whatever else goes wrong (a full disk, a lost database) leaves the run `failed`, to be continued."""
    ended = False
    try:
        yield
        ended = True
    except ImportFileError:
        ended = True
        raise
    finally:
        if not ended and not connection.in_atomic_block and connection.is_usable():
            _finish(run, ImportRun.State.FAILED, actor, error={"code": INTERRUPTED, "detail": ""})


def rejected_store(run: ImportRun) -> Path:
    """Where the run's bad rows are kept as they were found; `rejected.py` shows them to people."""
    return Path(settings.FILES) / "imports" / str(run.merchant_id) / f"rejected-{run.pk}.rows"


def _begin(run_id: int) -> ImportRun:
    run = ImportRun.objects.select_for_update().filter(pk=run_id).first()
    if run is None:
        raise NotFound
    if run.is_open:
        run.state, run.started_at = ImportRun.State.RUNNING, run.started_at or clock.now()
        run.save(update_fields=["state", "started_at"])
    return run


def _run_chunks(run: ImportRun, actor: Actor, progress: Callable[[int, int], None] | None, chunk_rows: int) -> bool:
    """False when the run was cancelled meanwhile."""
    with tenancy.scope(actor.merchant_id):
        merchant = merchants.current_merchant(actor.merchant_id)
        places = pipeline.Places(merchants.nodes_by_code(), merchants.root_node().pk)
    batches = normalise.read(
        [Path(settings.FILES) / name for name in run.files],
        kind=run.layout or None,
        mapping=Mapping.from_toml(run.mapping) if run.mapping else None,
        timezone=merchant.timezone,
        exponent=money.exponent(merchant.currency),
        phone_region=merchant.phone_region,
    )
    seen_orders: set[int] = set()
    rejected = 0
    with _rejected_file(run) as reject:
        for index, chunk in enumerate(_ahead(_chunks(batches, chunk_rows))):
            rows, unplaced = pipeline.check(chunk.rows, places)
            # One row makes up to three lines (goods, freight, refund); it is named once.
            errors = dict.fromkeys([*chunk.errors, *unplaced])
            for error in errors:
                reject(error)
            rejected += len(errors)
            seen_orders.update(map(hash, zip(*(rows.column(n).to_pylist() for n in ("shop", "order_no")), strict=True)))
            position = Position(index, chunk.bytes_read, len(seen_orders), rejected)
            if not _apply(run, rows, position, places, actor):
                return False
            if progress:
                progress(min(chunk.bytes_read, run.bytes_total), run.bytes_total)
    return True


@dataclasses.dataclass(frozen=True)
class Position:
    """Where a chunk lies in the file, and what reading has shown up to its end."""

    index: int
    bytes_read: int
    orders: int
    rejected: int


def _apply(run: ImportRun, rows: pa.Table, position: Position, places: pipeline.Places, actor: Actor) -> bool:
    """Writes one chunk and the new position together; False when the run was cancelled."""
    with tenancy.scope(actor.merchant_id):
        # A dry run's transaction ends with the run: its row stays unlocked, so that it can be watched and cancelled.
        _one_writer(actor.merchant_id)
        current = run if run.is_dry_run else ImportRun.objects.select_for_update().get(pk=run.pk)
        if current.state == ImportRun.State.CANCELLED:
            return False
        counts = Counts(**current.counts)
        if position.index >= current.chunks_done:
            done = pipeline.apply(
                rows,
                source=current.source,
                run_id=current.pk,
                channels=orders.channels(source=current.source, shops=_shops(rows), actor=actor),
                places=places,
                actor=actor,
            )
            _add(counts, done)
            created = _bitmap(current.people_created) | BitMap64(done.customers_created)
            matched = (_bitmap(current.people_matched) | BitMap64(done.customers_known)) - created
            counts.customers_new, counts.customers_matched = len(created), len(matched)
            current.people_created, current.people_matched = created.serialize(), matched.serialize()
            current.chunks_done = position.index + 1
        counts.orders, counts.rejected = position.orders, position.rejected
        current.bytes_read, current.counts = position.bytes_read, dataclasses.asdict(counts)
        if run.is_dry_run:
            return _tell(current)
        current.save(update_fields=["people_created", "people_matched", "chunks_done", "bytes_read", "counts"])
        run.counts = current.counts
    return True


def _one_writer(merchant_id: int) -> None:
    """Two chunks of one merchant never overlap: neither would see the orders that the other one is about to make."""
    locks.until_commit(Lock.IMPORT_WRITES, merchant_id)


def _add(counts: Counts, done: pipeline.Applied) -> None:
    counts.lines += done.lines
    counts.orders_new += done.orders_new
    counts.orders_updated += done.orders_updated
    counts.merged += done.merged
    counts.anonymous_lines += done.anonymous
    counts.duplicates += done.known_lines
    counts.facts += done.facts
    counts.net_amount += done.net_amount


def _bitmap(stored: bytes | memoryview) -> BitMap64:
    return BitMap64.deserialize(bytes(stored)) if stored else BitMap64()


def _tell(run: ImportRun) -> bool:
    """Progress of a dry run, by a connection of its own: the run's work is never committed. False: cancelled."""
    side = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        with side.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT set_config(%s, %s, true)", [tenancy.SETTING, str(run.merchant_id)])
            cursor.execute(
                "UPDATE imports_importrun SET bytes_read = %s, counts = %s::jsonb WHERE id = %s RETURNING state",
                [run.bytes_read, json.dumps(run.counts), run.pk],
            )
            state = cursor.fetchone()
            cursor.execute("COMMIT")
    finally:
        side.close()
    return state is None or state[0] != ImportRun.State.CANCELLED


def _finish(
    run: ImportRun,
    state: ImportRun.State,
    actor: Actor,
    *,
    error: dict[str, str] | None = None,
) -> None:
    with tenancy.scope(actor.merchant_id):
        current = ImportRun.objects.select_for_update().get(pk=run.pk)
        current.state, current.finished_at, current.error = state, clock.now(), error
        if run.is_dry_run and state == ImportRun.State.DONE:
            current.counts = run.counts
        current.save(update_fields=["state", "finished_at", "error", "counts"])
        audit.record(
            "imports.run", actor=actor, object_type="import_run", object_id=run.pk,
            detail={"state": state, "dry_run": run.is_dry_run, **current.counts},
        )  # fmt: skip
        if state == ImportRun.State.DONE and not run.is_dry_run:
            events.publish(
                OrdersImported(merchant_id=actor.merchant_id, run_id=run.pk, facts=current.counts.get("facts", 0))
            )


@contextmanager
def _dry(is_dry_run: bool, actor: Actor) -> Iterator[None]:
    """A dry run does everything in one transaction and takes it back: its counts are those of the real one."""
    if not is_dry_run:
        yield
        return
    with tenancy.scope(actor.merchant_id):
        yield
        transaction.set_rollback(True)


@dataclasses.dataclass
class _Chunk:
    rows: pa.Table
    errors: list[RowError]
    bytes_read: int


def _chunks(batches: Iterator[normalise.Batch], size: int) -> Iterator[_Chunk]:
    """Joins and cuts the reader's batches; where the cuts fall depends only on the file and the size."""
    held: list[pa.Table] = []
    errors: list[RowError] = []
    count = read = 0
    for batch in batches:
        errors.extend(batch.errors)
        read = batch.bytes_read
        for part in _parts(batch.rows, size):
            held.append(part)
            count += part.num_rows
            if count >= size:
                yield _Chunk(pa.concat_tables(held).combine_chunks(), errors, read)
                held, errors, count = [], [], 0
    if held or errors:
        yield _Chunk(pa.concat_tables(held).combine_chunks(), errors, read)


def _parts(rows: pa.Table, size: int) -> Iterator[pa.Table]:
    """Pieces of about `size` lines. What one row of the file says (goods, freight, refund) stays together: alone, a
    refund line would speak for its order."""
    if rows.num_rows <= size:
        yield rows
        return
    number = np.asarray(rows.column("row"))
    order = np.argsort(number, kind="stable")
    rows, number = rows.take(pa.array(order)), number[order]
    cuts = np.append(np.flatnonzero(np.diff(number)) + 1, len(number))
    start = 0
    while start < len(number):
        end = int(cuts[np.searchsorted(cuts, min(start + size, len(number)))])
        yield rows.slice(start, end - start)
        start = end


def _ahead(chunks: Iterator[_Chunk]) -> Iterator[_Chunk]:
    """Reads the next chunk while the database is busy with this one."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="import-reader") as reader:
        coming = reader.submit(next, chunks, None)
        while (chunk := coming.result()) is not None:
            coming = reader.submit(next, chunks, None)
            yield chunk


def _shops(rows: pa.Table) -> list[str]:
    return [shop or "" for shop in rows.column("shop").unique().to_pylist()]


@contextmanager
def _rejected_file(run: ImportRun) -> Iterator[Callable[[RowError], None]]:
    path = rejected_store(run)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    with draft.open("w", encoding="utf-8", newline="") as target:
        table = csv.writer(target)
        yield lambda error: table.writerow([error.row, error.column, error.code, error.value])
    draft.replace(path)
