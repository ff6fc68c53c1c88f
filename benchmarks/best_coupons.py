"""How long the best of fifty coupons for thirty lines takes to find, ms: the slowest of five hundred random wallets,
and wallets made to be hard. What is sent is free from an amount, in one parcel or in two."""

from __future__ import annotations

import time
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from benchmarks.shared import Row
from yutang.areas.coupons import best
from yutang.core import clock

if TYPE_CHECKING:
    from collections.abc import Callable

COUPONS, LINES, WALLETS, TIMES = 50, 30, 500, 20
WITHIN = 20.0
MIXED, GOODS = {"amount": 17, "percent": 17, "exchange": 8, "freight": 8}, {"amount": 17, "percent": 17, "exchange": 16}
_EVERY = frozenset(range(LINES))
Terms = dict[str, object]


def rows() -> list[Row]:
    what = f"coupons: the best of {COUPONS} for {LINES} lines"
    hard = {"close to one another": _close(), "all alike": _alike(), "at the edge of free freight": _edge()}
    return [
        Row(f"{what}, {name}", value, "ms", WITHIN, False)
        for name, value in {
            f"slowest of {WALLETS} random": max(_took(*_random(seed)) for seed in range(WALLETS)),
            **{name: _took(*case) for name, case in hard.items()},
        }.items()
    ]  # fmt: skip


Case = tuple[list[best.Held], list[best.Item], list[best.Parcel]]


def _took(held: list[best.Held], basket: list[best.Item], parcels: list[best.Parcel]) -> float:
    """The median: what one search takes, not what else the machine does."""
    took = []
    for _ in range(TIMES):
        start = time.perf_counter()
        best.choose(held, basket, best.Place(clock.now()), parcels)
        took.append(time.perf_counter() - start)
    return sorted(took)[TIMES // 2] * 1000


def _held(counts: dict[str, int], own: Callable[[int, str], Terms]) -> list[best.Held]:
    now = clock.now() - timedelta(minutes=1)
    kinds = [kind for kind, count in counts.items() for _ in range(count)]
    return [
        best.Held(**{"id": n, "terms_id": n, "name": f"C{n}", "kind": kind, "valid_from": now,
                     "valid_until": now + timedelta(days=n), **own(n, kind)})  # type: ignore[arg-type]
        for n, kind in enumerate(kinds, start=1)
    ]  # fmt: skip


def _basket() -> list[best.Item]:
    return [best.Item(10_000 + n, 1 + n % 3, n, frozenset({n % 5})) for n in range(LINES)]


def _sent(least: int, fee: int, parcels: int = 1) -> list[best.Parcel]:
    return [
        best.Parcel(range(number, LINES, parcels), lambda worth: 0 if worth >= least else fee)
        for number in range(parcels)
    ]


def _close() -> Case:
    def own(n: int, kind: str) -> Terms:
        return {"value": 10 + n if kind == "percent" else 100 + n, "products": frozenset(range(n % 7, LINES))}

    return _held(MIXED, own), _basket(), _sent(200_001, 800)


def _alike() -> Case:
    return _held(GOODS, lambda _n, _kind: {"value": 10}), _basket(), _sent(200_001, 800)


def _edge() -> Case:
    """What any amount takes off makes a fee due, which its own sum tells and no bound before."""
    random = Random(1)
    scopes = [frozenset(random.sample(range(LINES), LINES - 5)) for _ in range(COUPONS + 1)]
    values = {"amount": 5_000, "percent": 5, "exchange": 2_000}

    def own(n: int, kind: str) -> Terms:
        return {"value": values[kind] + (0 if kind == "percent" else n % 17), "products": scopes[n]}

    return _held(GOODS, own), _basket(), _sent(279_435, 800)


def _random(seed: int) -> Case:
    random = Random(seed)
    values = {"amount": (100, 5_000), "percent": (1, 30), "exchange": (0, 1_000), "freight": (0, 0)}

    def own(_n: int, kind: str) -> Terms:
        return {
            "value": random.randint(*values[kind]), "threshold": random.choice([0, 0, 5_000, 50_000]),
            "ceiling": random.choice([None, 500, 2_000]),
            "products": frozenset(random.sample(range(LINES), random.choice([0, 1, 3, 10]))),
            "group": random.choice(["", "", "a", "b"]),
        }  # fmt: skip

    basket = [
        best.Item(random.choice([9_900, random.randint(1, 50_000)]), random.randint(1, 3), n, frozenset({n % 5}))
        for n in range(LINES)
    ]
    parcels = random.choice([1, 2])
    edge = random.randint(0, sum(item.amount for item in basket)) // parcels
    return _held(MIXED, own), basket, _sent(edge, 800, parcels)
