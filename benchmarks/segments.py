"""Segment counts over a large pool: our rules beside SQL written by hand, on the same Parquet files and in PostgreSQL.

Size by the environment: YUTANG_BENCH_PEOPLE (default 10 000 000), ten facts each; YUTANG_BENCH_POSTGRES people of the
smaller pool that PostgreSQL is asked about (default 2 000 000); YUTANG_BENCH_DETAIL=1 adds a row per rule.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from benchmarks import segment_pool, segment_postgres
from benchmarks.segment_pool import FACTS_EACH, TODAY
from benchmarks.segment_rules import ALL_HISTORY, CASES, MEMBERS, RECENT, Case, attr, did
from benchmarks.shared import Row
from yutang.areas.segments import parser, queries
from yutang.areas.segments.registry import REGISTRY
from yutang.core import tenancy
from yutang.lake import engine
from yutang.lake.index import files, reading

PEOPLE = int(os.environ.get("YUTANG_BENCH_PEOPLE", "10000000"))
POSTGRES_PEOPLE = int(os.environ.get("YUTANG_BENCH_POSTGRES", "2000000"))
REPEAT = 5


@dataclass(frozen=True)
class Timing:
    case: Case
    ours: list[float]  # milliseconds
    reference: list[float]


def run() -> list[Row]:
    merchant_id = segment_pool.make(PEOPLE)
    started = time.perf_counter()
    segment_pool.index(merchant_id)
    built = time.perf_counter() - started
    with tenancy.scope(merchant_id):
        timings = {case.name: _beside_duckdb(case, merchant_id) for case in CASES}
        edits = _edits(merchant_id)
    recent, slow = ([timings[case.name] for case in some] for some in (RECENT, ALL_HISTORY))
    size = f"{PEOPLE:,} people × {PEOPLE * FACTS_EACH:,} facts"
    stored = sum(path.stat().st_size for path in files.folder(merchant_id).iterdir()) / 2**30
    return [
        _row(f"segments: count p95, {len(recent)} rules, {size}", recent, 300.0),
        _row(f"segments: count over all history, worst of {len(slow)}", slow, 1000.0, share=100),
        Row("segments: count after one condition was edited, p95", float(np.percentile(edits, 95)), "ms", 300.0, False),
        Row("segments: index made from the lake", PEOPLE * FACTS_EACH / built, "facts/s"),
        Row("segments: index on disk", stored, "GiB"),
        *_beside_postgres(),
        *_per_rule(list(timings.values())),
    ]


def _row(name: str, timings: list[Timing], goal: float, share: int = 95) -> Row:
    """Percentiles over the medians of the rules."""
    ours, bare = (
        float(np.percentile([statistics.median(some) for some in each], share))
        for each in ([t.ours for t in timings], [t.reference for t in timings])
    )
    return Row(name, ours, "ms", goal, False, "bare DuckDB", bare, most_ratio=1.5)


def _per_rule(timings: list[Timing]) -> list[Row]:
    if os.environ.get("YUTANG_BENCH_DETAIL") != "1":
        return []
    return [_row(f"  {t.case.name}", [t], 1000.0 if t.case.all_history else 300.0, share=50) for t in timings]


def _asked(raw: dict[str, Any], merchant_id: int, *, anew: bool = True) -> int:
    """As a screen asks. `anew` forgets the answers of conditions that were asked before."""
    snapshot = reading.snapshot(merchant_id)
    if snapshot is None:
        raise AssertionError("the index is missing")
    if anew:
        snapshot.kept.clear()
    return queries.answer(parser.parse(raw, REGISTRY), merchant_id=merchant_id, today=TODAY).count()


def _beside_duckdb(case: Case, merchant_id: int) -> Timing:
    def scan(name: str) -> str:
        return "read_parquet([" + ", ".join(f"'{path}'" for path in engine.files(name, merchant_id)) + "])"

    sql = case.sql.format(people=scan("customers.person"), lines=scan("orders.line"), life=scan("tags.life"))
    # The same settings as the product's own DuckDB: two threads, footers kept.
    return _timed(case, merchant_id, lambda: int(engine._duckdb().cursor().execute(sql).fetchone()[0]))


def _timed(case: Case, merchant_id: int, reference: Callable[[], int]) -> Timing:
    """Both answer the same rule, and must agree. The reference is slow: it is asked once."""
    started = time.perf_counter()
    expected = reference()
    elapsed = (time.perf_counter() - started) * 1000
    found = _asked(case.rule, merchant_id)
    if found != expected:
        raise AssertionError(f"{case.name}: {found} people by the rule, {expected} by hand")
    ours = []
    for _ in range(REPEAT):
        started = time.perf_counter()
        _asked(case.rule, merchant_id)
        ours.append((time.perf_counter() - started) * 1000)
    return Timing(case, ours, [elapsed])


def _edits(merchant_id: int) -> list[float]:
    """Somebody builds a rule of members, a purchase and an exclusion, and changes one thing after the other."""
    times = []
    previous = _edited(0)
    _asked(previous, merchant_id)
    for step in range(1, 20):
        started = time.perf_counter()
        _asked(_edited(step), merchant_id, anew=False)
        times.append((time.perf_counter() - started) * 1000)
    return times


def _edited(step: int) -> dict[str, Any]:
    city = ["杭州", "上海", "北京", "苏州"][step // 2 % 4]
    bought = did(where=attr("title", "contains", "蛋糕"), within=f"{60 + (step + 1) // 2}d")
    exclusion = {"not": did(count={"op": ">=", "value": 2}, within="30d")}
    return {"all": [*MEMBERS, attr("customers.city", "=", city), bought, exclusion]}


def _beside_postgres() -> list[Row]:
    merchant_id = segment_pool.make(POSTGRES_PEOPLE)
    segment_pool.index(merchant_id)
    segment_postgres.load(merchant_id)
    try:
        with tenancy.scope(merchant_id):
            segment_postgres.allow_memory()
            timings = [_timed(case, merchant_id, partial(segment_postgres.count, case.sql)) for case in CASES]
    finally:
        segment_postgres.drop()
    ours = statistics.median(statistics.median(t.ours) for t in timings)
    theirs = statistics.median(t.reference[0] for t in timings)
    size = f"{POSTGRES_PEOPLE:,} × {POSTGRES_PEOPLE * FACTS_EACH:,}"
    name = f"segments: median of {len(timings)} rules, {size}"
    row = Row(name, ours, "ms", None, False, "indexed PostgreSQL", theirs, most_ratio=1 / 20)
    return [row, *(_beside(t) for t in timings if os.environ.get("YUTANG_BENCH_DETAIL") == "1")]


def _beside(t: Timing) -> Row:
    ours = statistics.median(t.ours)
    return Row(f"  {t.case.name}", ours, "ms", None, False, "indexed PostgreSQL", t.reference[0], most_ratio=1 / 20)
