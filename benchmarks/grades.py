"""RFM and Pareto of a real shop (UCI Online Retail) beside a computation in plain Python over the file itself.

Without ../shared/data/online_retail.csv.gz a file of the same shape is made on the spot.
"""

from __future__ import annotations

import csv
import gzip
import tempfile
import time
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

from benchmarks import importing
from benchmarks.shared import Row, make_merchant
from yutang.areas.grades import queries, services, states
from yutang.core import tenancy

PERCENTS = (10, 20, 50, 70, 80, 95)
GROUPS = {  # by recency 1 … 5 and value 1 … 5, as docs/algorithms/grades.md has it
    1: "lost lost at_risk at_risk cant_lose", 2: "hibernating hibernating at_risk at_risk cant_lose",
    3: "sleepy sleepy attention loyal loyal", 4: "promising potential potential loyal loyal",
    5: "new potential potential champions champions",
}  # fmt: skip


def run() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        file = importing.REAL if importing.REAL.exists() else importing._made(Path(folder) / "made.csv.gz")
        lines = _lines(file)
        actor = make_merchant("GBP", "Europe/London")
        importing._import(file, actor)
    until = max(day for _person, _invoice, day, _amount in lines)
    people, bought, best = _plain(lines, until)
    with tenancy.scope(actor.merchant_id):
        asked = queries.asked(day=until, actor=actor)
        past = _timed(lambda: queries.rfm(asked))
        found = _graded(asked)
        refresh = _timed(services.refresh)
        now = _timed(lambda: queries.rfm(queries.asked(actor=actor)))
        curves = [queries.pareto(asked, percent=percent) for percent in PERCENTS]
    equal = sum((Counter(found) & Counter(bought)).values()) / max(len(found), len(bought))
    same = [(c.people, c.needed, c.least) == (people, *best[p]) for p, c in zip(PERCENTS, curves, strict=True)]
    return [
        Row("grades: people with a purchase", len(found), "people", reference="plain Python",
            reference_value=len(bought)),
        Row("grades: people graded as in plain Python", equal, "share", 1.0),
        Row("grades: Pareto answers as in plain Python", sum(same) / len(same), "share", 1.0),
        Row("grades: people who make 80 %", curves[4].needed or 0, "people", reference="plain Python",
            reference_value=best[80][0]),
        Row("grades: boundaries computed", refresh, "s"),
        Row("grades: RFM of today", now, "s"),
        Row("grades: RFM of a past day, from all facts", past, "s"),
    ]  # fmt: skip


def _graded(asked: states.Asked) -> list[tuple[Any, ...]]:
    """Everybody with values, scores and group; the person's number stands for nothing outside."""
    columns = 'last_purchase_on, purchases, net_amount, r, f, m, "group"'
    rows = states.ask(f"SELECT {columns} FROM graded", states.graded(asked))
    return list(zip(*(column.to_pylist() for column in rows.columns), strict=True))


def _lines(file: Path) -> list[tuple[str, str, date, int]]:
    """(customer, invoice, day, pence) of every line of a known customer."""
    with gzip.open(file, "rt", encoding="utf-8", errors="replace", newline="") as source:
        return [
            (row["CustomerID"], row["InvoiceNo"], date.fromisoformat(row["InvoiceDate"][:10]), _pence(row))
            for row in csv.DictReader(source)
            if row["CustomerID"]
        ]


def _pence(row: dict[str, str]) -> int:
    amount = Decimal(row["Quantity"]) * Decimal(row["UnitPrice"]) * 100
    return int(amount.quantize(Decimal(1), ROUND_HALF_EVEN))


def _plain(
    lines: list[tuple[str, str, date, int]], until: date
) -> tuple[int, list[tuple[Any, ...]], dict[int, tuple[int, int]]]:
    """How many people there are, everybody's grades, and for each percent (fewest people, what the last is worth)."""
    net: Counter[str] = Counter()
    sold: Counter[tuple[str, str]] = Counter()
    days: dict[tuple[str, str], date] = {}
    for person, invoice, day, amount in lines:
        net[person] += amount
        if not invoice.startswith("C"):
            sold[person, invoice] += amount
            days[person, invoice] = min(day, days.get((person, invoice), day))
    purchases: dict[str, list[date]] = defaultdict(list)
    for (person, invoice), amount in sold.items():
        if amount > 0:
            purchases[person].append(days[person, invoice])
    since = {person: (until + timedelta(days=1) - max(own)).days for person, own in purchases.items()}
    ends = [
        _fifths(list(values))
        for values in (since.values(), (len(own) for own in purchases.values()), (net[p] for p in purchases))
    ]
    graded = []
    for person, own in purchases.items():
        r = 5 - sum(since[person] > end for end in ends[0])
        f, m = 1 + sum(len(own) > end for end in ends[1]), 1 + sum(net[person] > end for end in ends[2])
        group = GROUPS[r].split()[(f + m + 1) // 2 - 1]
        graded.append((max(own), len(own), net[person], r, f, m, group))
    ordered, total = sorted(net.values(), reverse=True), sum(net.values())
    best = {}
    for percent in PERCENTS:
        running = 0
        for place, value in enumerate(ordered, start=1):
            running += value
            if running * 100 >= percent * total:
                best[percent] = (place, value)
                break
    return len(net), graded, best


def _fifths(values: list[int]) -> list[int]:
    ordered = sorted(values)
    return [ordered[-(-k * len(ordered) // 5) - 1] for k in (1, 2, 3, 4)]


def _timed(work: Any) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
