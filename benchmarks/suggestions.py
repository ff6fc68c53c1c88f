"""Suggestions: precision and recall beside Splink on the same file, on the demo's truth, and a million records."""

from __future__ import annotations

import csv
import os
import sys
import time
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from benchmarks.shared import Row
from benchmarks.suggestion_splink import LEAST, splink_labelled, splink_pool

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from yutang.simulators.brand import Truth

    Pair = tuple[int, int]

RECORDS = 1_000_000
SECONDS = 60
CHOSEN = 0.5  # services.LEAST: more likely one person than two
SEED = 2026


def run(size: int = RECORDS) -> list[Row]:
    """`YUTANG_BENCH_LABELLED` names a file like Splink's fake_1000.csv: unique_id, first_name, surname, dob, city,
    email, cluster. Without it only the demo and the generated records are measured."""
    rows: list[Row] = []
    if path := os.environ.get("YUTANG_BENCH_LABELLED"):
        rows += _beside_splink(Path(path))
    return [*rows, *_demo(), *_generated(size)]


# -- a labelled file, beside Splink ----------------------------------------------------------------------------------


def _beside_splink(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as source:
        records = list(csv.DictReader(source))
    truth = true_pairs((int(row["unique_id"]), row["cluster"]) for row in records)
    ours, seconds = _timed(lambda: _ours(records))
    theirs, their_seconds = _timed(lambda: splink_labelled(records))
    _print(path.name, truth, {"Yutang": ours, "Splink": theirs})
    (at, best), (their_at, their_best) = figures(ours, truth), figures(theirs, truth)
    return [
        Row(f"suggestions: {path.name}, F1 at {CHOSEN}", at[2], "F1", their_at[2], reference="Splink",
            reference_value=their_at[2]),
        Row(f"suggestions: {path.name}, best F1", best, "F1", their_best, reference="Splink",
            reference_value=their_best),
        Row(f"suggestions: {path.name}, seconds", seconds, "s", reference="Splink", reference_value=their_seconds),
    ]  # fmt: skip


def _ours(records: list[dict[str, str]]) -> dict[Pair, float]:
    from yutang.areas.customers.suggestions import fields, matcher, names

    people = [
        {
            "id": int(row["unique_id"]), "family": row["surname"], "given": row["first_name"],
            "family_sound": names.sound(row["surname"]), "given_sound": names.sound(row["first_name"]),
            "birthday": date.fromisoformat(row["dob"]) if row["dob"] else None, "city": row["city"],
            "email": row["email"],
        }
        for row in records
    ]  # fmt: skip
    _, found = matcher.match(pa.Table.from_pylist(people, schema=fields.PEOPLE), least=LEAST)
    return {(pair.one, pair.other): pair.chance for pair in found}


# -- the demo brand, whose truth is known -----------------------------------------------------------------------------


def _demo() -> list[Row]:
    from yutang.areas.customers.suggestions import matcher, pool
    from yutang.cli import demo_brand
    from yutang.core import tenancy

    merchant = demo_brand.load(scale=1)
    with tenancy.scope(merchant.pk):
        people = pool.people(merchant.pk)
        truth, findable = demo_truth(demo_brand.story(merchant, 1), people)
        apart = pool.settled()
        (_, found), seconds = _timed(lambda: matcher.match(people, least=LEAST, apart=apart))
    ours = {(pair.one, pair.other): pair.chance for pair in found}
    theirs, their_seconds = _timed(lambda: splink_pool(people, apart))
    results = {"Yutang": ours, "Splink": theirs}
    _print(f"demo brand, {people.num_rows:,} people", truth, results)
    _print("demo brand, pairs that show name or door on both sides", findable, results)
    rows = [
        Row(f"suggestions: demo, {what} at {CHOSEN}", mine, "share", reference="Splink", reference_value=their)
        for what, mine, their in (
            ("precision", at_threshold(ours, truth, CHOSEN)[0], at_threshold(theirs, truth, CHOSEN)[0]),
            ("recall of all pairs", at_threshold(ours, truth, CHOSEN)[1], at_threshold(theirs, truth, CHOSEN)[1]),
            ("recall of comparable pairs", at_threshold(ours, findable, CHOSEN)[1],
             at_threshold(theirs, findable, CHOSEN)[1]),
        )
    ]  # fmt: skip
    return [
        *rows,
        Row("suggestions: demo, best F1 of comparable pairs", figures(ours, findable)[1], "F1", reference="Splink",
            reference_value=figures(theirs, findable)[1]),
        Row("suggestions: demo, seconds", seconds, "s", reference="Splink", reference_value=their_seconds),
    ]  # fmt: skip


def demo_truth(truth: Truth, people: pa.Table) -> tuple[set[Pair], set[Pair]]:
    """Pairs of customers in scope who are one person though no strong key says so; and those of them both of whom
    show the person's real name, or both an address: about the others the files say next to nothing."""
    from yutang.areas.orders.models import Order

    buyer = {order.order_no: order.buyer_no for order in truth.orders}
    seen: dict[int, Counter[int]] = defaultdict(Counter)
    for customer, order_no in Order.objects.filter(customer__isnull=False).values_list("customer", "order_no"):
        if order_no in buyer:
            seen[customer][buyer[order_no]] += 1
    pairs = true_pairs((customer, str(counts.most_common(1)[0][0])) for customer, counts in sorted(seen.items()))
    known = {row["id"]: row for row in people.select(["id", "family", "given", "address"]).to_pylist()}
    who = {customer: counts.most_common(1)[0][0] for customer, counts in seen.items()}

    def is_named(customer: int) -> bool:
        row = known[customer]
        return (row["family"] or "") + (row["given"] or "") == truth.person_by_no[who[customer]].name

    return pairs, {
        pair
        for pair in pairs
        if all(is_named(customer) for customer in pair) or all(known[customer]["address"] for customer in pair)
    }


# -- a million generated records -------------------------------------------------------------------------------------


def _generated(size: int) -> list[Row]:
    from yutang.areas.customers.suggestions import matcher

    people, person = make_people(size)
    (model, found), seconds = _timed(lambda: matcher.match(people, least=0.5))
    truth = same_person(person)
    print(f"{model.pairs:,} pairs compared; rules: {'; '.join(model.rules)}", file=sys.stderr)
    scored = {(pair.one, pair.other): pair.chance for pair in found}
    _print(f"{size:,} generated records", truth, {"Yutang": scored})
    (precision, recall, _), _ = figures(scored, truth)
    return [
        Row(f"suggestions: {size:,} records scored", seconds, "s", SECONDS, False),
        Row(f"suggestions: generated, precision at {CHOSEN}", precision, "share"),
        Row(f"suggestions: generated, recall at {CHOSEN}", recall, "share"),
    ]


def make_people(size: int, seed: int = SEED) -> tuple[pa.Table, NDArray[np.int64]]:
    """Records of people, two in five of whom have a second one under another account, with gaps, moves and slips.
    Also the true person of each record, whose number is its place."""
    from yutang.areas.customers.suggestions import fields, names
    from yutang.simulators.brand.people import FAMILY_NAMES, GIVEN_CHARACTERS

    rng = np.random.default_rng(seed)
    count = max(1, round(size / 1.4))
    person = np.concatenate([np.arange(count), rng.choice(count, size - count, replace=False)])
    weights = 1 / np.arange(1, len(FAMILY_NAMES) + 1)
    family = rng.choice(np.array(list(FAMILY_NAMES)), count, p=weights / weights.sum())
    characters = np.array(list(GIVEN_CHARACTERS))
    second = np.where(rng.random(count) < 0.75, rng.choice(characters, count), "")
    given = np.char.add(rng.choice(characters, count), second)
    city = rng.zipf(1.3, count) % 300
    street, house, room = rng.integers(0, 400, count), rng.integers(1, 900, count), rng.integers(101, 3200, count)
    born = rng.integers(-5000, 15_000, count)

    def shown(values: Any, share: float, kind: pa.DataType | None = None) -> pa.Array:
        return pa.array(values, kind or pa.string(), mask=rng.random(size) > share)

    slip = rng.random(size) < 0.03
    written = np.where(slip, rng.choice(characters, size), given[person])
    moved = rng.random(size) < 0.1
    number = np.where(moved, rng.integers(1, 900, size), house[person])
    door = np.char.add(np.char.add("街", street[person].astype(str)), "路")
    door = np.char.add(np.char.add(door, number.astype(str)), "号")
    door = np.char.add(np.char.add(door, room[person].astype(str)), "室")
    birthday = born[person] + np.where(rng.random(size) < 0.03, rng.integers(-300, 300, size), 0)
    name = np.char.add(family[person], written)
    parts = names.columns(name.tolist())
    hidden = pa.array(rng.random(size) > 0.8)
    columns: dict[str, Any] = {
        "id": pa.array(np.arange(size)),
        **{key: pa.compute.if_else(hidden, None, values) for key, values in parts.items()},
        "birthday": shown(birthday.astype("datetime64[D]"), 0.4, pa.date32()),
        "province": pa.array(np.char.add("省", (city[person] % 30).astype(str))),
        "city": pa.array(np.char.add("市", city[person].astype(str))),
        "address": shown(door, 0.7),
        "gender": shown(np.where(born[person] % 2 == 0, "f", "m"), 0.5),
        "phone": shown(np.char.add("+86138", np.char.zfill(rng.integers(0, 10**8, size).astype(str), 8)), 0.5),
        "store": shown((city[person] * 3 + rng.integers(0, 3, size)).astype(str), 0.5),
    }
    missing = [field.name for field in fields.PEOPLE if field.name not in columns]
    columns |= {name: pa.nulls(size, fields.PEOPLE.field(name).type) for name in missing}
    return pa.table([columns[field.name] for field in fields.PEOPLE], schema=fields.PEOPLE), person


# -- figures ---------------------------------------------------------------------------------------------------------


def true_pairs(records: Iterable[tuple[int, str]]) -> set[Pair]:
    groups = defaultdict(list)
    for number, cluster in records:
        groups[cluster].append(number)
    return {(one, other) for group in groups.values() for one in group for other in group if one < other}


def figures(found: dict[Pair, float], truth: set[Pair]) -> tuple[tuple[float, float, float], float]:
    """(precision, recall, F1) at the chosen threshold, and the best F1 of any threshold."""
    ranked = sorted(found.items(), key=lambda item: -item[1])
    right = best = 0.0
    for number, (pair, _) in enumerate(ranked, 1):
        right += pair in truth
        best = max(best, 2 * right / (number + len(truth)))
    return at_threshold(found, truth, CHOSEN), best


def at_threshold(found: dict[Pair, float], truth: set[Pair], least: float) -> tuple[float, float, float]:
    named = {pair for pair, chance in found.items() if chance >= least}
    right = len(named & truth)
    precision, recall = right / len(named) if named else 1.0, right / len(truth) if truth else 1.0
    return precision, recall, 2 * right / (len(named) + len(truth)) if named or truth else 1.0


def _print(title: str, truth: set[Pair], results: dict[str, dict[Pair, float]]) -> None:
    table = Table(
        "matcher", "least chance", "pairs", "precision", "recall", "F1", title=f"{title}: {len(truth):,} true"
    )
    for name, found in results.items():
        for least in (CHOSEN, 0.9, 0.99):
            share = [f"{value:.4f}" for value in at_threshold(found, truth, least)]
            table.add_row(name, str(least), f"{sum(chance >= least for chance in found.values()):,}", *share)
        table.add_row(name, "best F1", "", "", "", f"{figures(found, truth)[1]:.4f}")
    Console(stderr=True).print(table)


def same_person(person: NDArray[np.int64]) -> set[Pair]:
    """Pairs of places that hold the same person."""
    order = np.argsort(person, kind="stable")
    following = person[order][1:] == person[order][:-1]
    one, other = order[:-1][following], order[1:][following]
    return set(zip(np.minimum(one, other).tolist(), np.maximum(one, other).tolist(), strict=True))


def _timed(work: Any) -> tuple[Any, float]:
    start = time.perf_counter()
    return work(), time.perf_counter() - start
