"""Identity: a million records that overlap, resolved in one batch into an empty pool.

`python -m benchmarks.identity` runs it in a database of its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

RECORDS = 1_000_000
PEOPLE = 400_000
SEED = 2026
CLUSTER_SECONDS, STORE_SECONDS, PRECISION = 10, 60, 0.999


def run(size: int = RECORDS) -> list[dict[str, Any]]:
    """Rows of the performance table. `stored` counts the whole `resolve`, from records to committed rows."""
    with _own_installation() as merchant_id:
        from yutang.areas.customers.identity import resolve
        from yutang.areas.merchants import queries as merchants
        from yutang.core import access, tenancy

        with tenancy.scope(merchant_id):
            node_id = merchants.root_node().pk
        records, truth = make_records(size, node_id)
        clustered = _timed(lambda: _clusters(records))
        with tenancy.scope(merchant_id):
            start = time.perf_counter()
            found = resolve.resolve(
                records=records, source="bench", namespace="taobao", actor=access.system(merchant_id, name="bench")
            )
        stored = time.perf_counter() - start
    return [
        _row("identity.clusters", clustered, "s", CLUSTER_SECONDS),
        _row("identity.stored", stored, "s", STORE_SECONDS),
        _row("identity.precision", pair_precision(found.customer, truth), "share", PRECISION, at_least=True),
        _row("identity.people", float(found.created), "people", None),
    ]


def make_records(size: int, node_id: int, seed: int = SEED) -> tuple[pa.Table, NDArray[np.int64]]:
    """Records of people with a phone, an e-mail and up to three buyer ids, each shown only now and then.

    Also the true person of each record. One phone in a thousand was given to somebody else later: the noise that
    strong keys cannot see.
    """
    from yutang.areas.customers.services import RECORDS as SCHEMA

    rng = np.random.default_rng(seed)
    people = max(1, PEOPLE * size // RECORDS)
    person = rng.integers(0, people, size)
    shows = rng.random((3, size)) < np.array([[0.75], [0.35], [0.25]])
    shows[0] |= ~shows.any(axis=0)
    account = person * 3 + rng.integers(0, 3, size) * (rng.random(size) < 0.2)
    second_hand = rng.random(people) < 0.001
    phone = np.where(second_hand, rng.integers(0, people, people), np.arange(people))[person]
    names = np.array(["王小明", "李芳", "陈静", "Ada Lovelace", "赵磊磊", "周莹"])
    columns = {
        "buyer_id": _shown(np.char.add("tb", account.astype(str)), shows[0]),
        "phone": _shown(np.char.add("+86138", np.char.zfill(phone.astype(str), 8)), shows[1]),
        "email": _shown(np.char.add(np.char.add("p", person.astype(str)), "@example.com"), shows[2]),
        "name": pa.array(names[person % len(names)]),
        "province": pa.array(np.array(["浙江省", "江苏省", "上海市"])[person % 3]),
        "seen_at": pa.array(1_750_000_000_000_000 + rng.integers(0, 10**13, size), pa.timestamp("us", tz="UTC")),
        "node_id": pa.array(np.full(size, node_id)),
    }
    table = pa.table(
        [columns.get(field.name, pa.nulls(size, field.type)) for field in SCHEMA], schema=SCHEMA
    )  # fmt: skip
    return table, person


def pair_precision(cluster: NDArray[np.int64], truth: NDArray[np.int64]) -> float:
    """Of all pairs of records that were united, the share that is one person."""
    _, of_cluster = np.unique(cluster, return_counts=True)
    _, of_both = np.unique(np.stack([cluster, truth]), axis=1, return_counts=True)
    united = (of_cluster * (of_cluster - 1)).sum()
    return float((of_both * (of_both - 1)).sum() / united) if united else 1.0


def _clusters(records: pa.Table) -> None:
    """What `resolve` does in memory to find clusters: keys, shared phones, connected components."""
    from yutang.areas.customers import rules
    from yutang.areas.customers.identity import resolve

    keys = resolve.collect_keys(records)
    nobody = rules.Edges(np.empty(0, np.int64), np.empty(0, np.int64))
    rules.clusters(records=records.num_rows, keys=len(keys.kind), edges=keys.edges, bonds=nobody, people=0)


def _shown(values: NDArray[Any], shown: NDArray[np.bool_]) -> pa.Array:
    return pa.array(values.astype(object), pa.string(), mask=~shown)


def _timed(work: Any) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _row(row: str, value: float, unit: str, goal: float | None, *, at_least: bool = False) -> dict[str, Any]:
    holds = True if goal is None else (value >= goal if at_least else value <= goal)
    return {
        "row": row, "value": round(value, 5), "unit": unit, "goal": goal, "reference": None, "reference_value": None,
        "ratio": None, "holds": holds,
    }  # fmt: skip


@contextlib.contextmanager
def _own_installation() -> Iterator[int]:
    """A database of its own with one merchant; goes away afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="yutang-bench-"))
    folder.chmod(0o711)
    os.environ["YUTANG_HOME"] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yutang.settings")
    from yutang.core.embedded import EmbeddedPostgres

    server = EmbeddedPostgres(folder)
    server.acquire()
    try:
        import django
        from django.core.management import call_command
        from django.db import connections

        django.setup()
        from yutang.areas.merchants import services

        call_command("migrate", verbosity=0)
        merchant = services.create_merchant(
            slug="bench", name="Bench", owner_email="bench@example.com", owner_password="a long enough password"
        )
        yield merchant.pk
        connections["default"].close()
        connections["default"].close_pool()
    finally:
        server.release()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
