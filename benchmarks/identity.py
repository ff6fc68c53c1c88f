"""Identity: a million records that overlap, resolved in one batch into an empty pool."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from benchmarks.shared import Row, make_merchant
from yutang.areas.customers.identity import resolve
from yutang.areas.merchants import queries as merchants
from yutang.core import tenancy

if TYPE_CHECKING:
    from numpy.typing import NDArray

RECORDS = 1_000_000
PEOPLE = 400_000
SEED = 2026
CLUSTER_SECONDS, STORE_SECONDS, PRECISION = 10, 60, 0.999


def run(size: int = RECORDS) -> list[Row]:
    """`stored` counts the whole `resolve`, from records to committed rows."""
    actor = make_merchant()
    with tenancy.scope(actor.merchant_id):
        node_id = merchants.root_node().pk
    records, truth = make_records(size, node_id)
    clustered = _timed(lambda: _clusters(records))
    start = time.perf_counter()
    with tenancy.scope(actor.merchant_id):
        found = resolve.resolve(records=records, source="bench", namespace="taobao", actor=actor)
    stored = time.perf_counter() - start
    return [
        Row("identity: clusters of 1 M records found", clustered, "s", CLUSTER_SECONDS, False),
        Row("identity: 1 M records resolved and stored", stored, "s", STORE_SECONDS, False),
        Row("identity: pair precision", pair_precision(found.customer, truth), "share", PRECISION),
        Row("identity: people", float(found.created), "people"),
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
