"""The behaviour reports over many events, made straight into the lake.

The reference of the funnel is the textbook query on the same Parquet files: each start joined with the earliest row of
the next step after it. It must come to the same people.
"""

from __future__ import annotations

import statistics
import time
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pyarrow as pa

from benchmarks.segment_pool import append, picked
from benchmarks.shared import Row, make_merchant
from yutang.areas.analytics.queries.behaviour import aisas, frequency, funnel, paths
from yutang.areas.analytics.queries.behaviour.steps import Asked, Step
from yutang.core import tenancy
from yutang.lake import engine
from yutang.lake.tables import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Callable

EVENTS, PEOPLE, DAYS = 5_000_000, 200_000, 90
REPEAT = 3
FIRST = np.datetime64("2025-12-11")
ASKED = Asked(date(2025, 12, 21), date(2026, 2, 28))
STEPS = ("view", "search", "cart", "payment")
WINDOW = 7
KINDS = ["view"] * 8 + ["click"] * 4 + ["search"] * 3 + ["cart"] * 2 + ["payment", "share"]


def run() -> list[Row]:
    actor = make_merchant()
    with tenancy.scope(actor.merchant_id):
        schema = REGISTRY.facts["interactions.event"].arrow_schema()
        append("interactions.event", schema, EVENTS, lambda *at: _events(actor.merchant_id, *at))
        asked = funnel.Funnel(ASKED, tuple(Step(kind) for kind in STEPS), WINDOW)
        found = [step.people for step in funnel.funnel(asked)]
        ours = _median(lambda: funnel.funnel(asked))
        bare = _bare(engine.files("interactions.event", actor.merchant_id))
        if found != bare():
            raise SystemExit(f"the funnel says {found}, the textbook {bare()}")
        size = f"{EVENTS:,} events"
        return [
            Row(f"behaviour: funnel of {len(STEPS)} steps, {size}", ours, "s", None, False, "self joins in DuckDB",
                _median(bare), most_ratio=1.5),
            Row(f"behaviour: frequency, {size}", _median(lambda: frequency.frequency(_often())), "s"),
            Row(f"behaviour: paths, {size}", _median(lambda: paths.paths(paths.Paths(ASKED))), "s"),
            Row(f"behaviour: AISAS, {size}", _median(lambda: aisas.aisas(aisas.Aisas(ASKED))), "s"),
        ]  # fmt: skip


def _often() -> frequency.Frequency:
    return frequency.Frequency(ASKED, Step("view"))


def _median(work: Callable[[], Any]) -> float:
    taken = []
    for _ in range(REPEAT):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def _bare(files: list[str]) -> Callable[[], list[int]]:
    """People at each step, by SQL as one would write it by hand."""
    parts = [
        "event AS MATERIALIZED (SELECT home_customer_id AS person, occurred_at AS moment, occurred_on AS day, kind FROM"
        " read_parquet($files))",
        f"step_0 AS (SELECT person, moment AS start, moment FROM event WHERE kind = '{STEPS[0]}'"
        " AND day BETWEEN $since AND $until)",
    ]
    for n, kind in enumerate(STEPS[1:], 1):
        parts.append(
            f"step_{n} AS (SELECT s.person, s.start, MIN(e.moment) AS moment FROM step_{n - 1} AS s JOIN event AS e"
            f" ON e.person = s.person AND e.kind = '{kind}' AND e.moment > s.moment"
            f" AND e.moment <= s.start + INTERVAL {WINDOW} DAY GROUP BY 1, 2)"
        )
    counts = ", ".join(f"(SELECT COUNT(DISTINCT person) FROM step_{n})" for n in range(len(STEPS)))
    sql = f"WITH {', '.join(parts)} SELECT {counts}"
    connection = duckdb.connect(config={"memory_limit": "2GB", "threads": 2})
    connection.execute("SET TimeZone = 'UTC'")
    values = {"files": files, "since": ASKED.since, "until": ASKED.until}
    return lambda: list(connection.execute(sql, values).fetchone())


def _events(merchant_id: int, first: int, size: int) -> dict[str, Any]:
    """A tenth of the people do half of everything; no two events of a moment."""
    rng = np.random.default_rng((3, first))
    number = np.arange(first, first + size)
    step = timedelta(days=DAYS) / EVENTS // timedelta(microseconds=1)
    at = FIRST.astype("datetime64[us]") + (number * step).astype("timedelta64[us]")
    person = np.where(
        rng.random(size) < 0.5, rng.integers(1, PEOPLE // 10 + 1, size), rng.integers(1, PEOPLE + 1, size)
    )
    return {
        "merchant_id": np.full(size, merchant_id), "id": number + 1, "kind": picked(rng, KINDS, size),
        "occurred_at": pa.array(at).cast(pa.timestamp("us", "UTC")), "occurred_on": at.astype("datetime64[D]"),
        "visitor_id": person, "identity_id": pa.nulls(size, pa.int64()), "home_customer_id": person,
        "channel": picked(rng, ["web", "app", "mini"], size),
        "page": picked(rng, [f"/p/{n}" for n in range(200)], size),
        "source": picked(rng, ["", "", "", *(f"code:{n}" for n in range(40))], size),
        "item": picked(rng, ["", *(f"sku-{n}" for n in range(100))], size),
    }  # fmt: skip
