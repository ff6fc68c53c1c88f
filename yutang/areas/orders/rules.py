"""How strongly a person is tied to the brand and to products: docs/algorithms/strength.md. Pure."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

HALF_LIFE = 90.0  # days after which a deed counts half
WINDOW = 720  # days looked back: eight half-lives, what lies before counts less than 0.4 %
SCALE = 20.0  # points at which the score is 63
PURCHASE = 10.0
# Kinds of interactions that say something; a payment is counted as the purchase it belongs to.
EVENTS = {
    "follow": 5.0, "unfollow": -5.0, "share": 5.0, "cart": 3.0, "search": 2.0, "scan": 2.0, "menu": 1.0, "click": 1.0,
    "view": 1.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A sale line as it was written, reversals and refunds included. `kind`: goods, freight or refund."""

    order_id: int
    kind: str
    is_reversal: bool
    product: str  # code, or title where there is none; empty for money that belongs to the order
    title: str
    amount: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Deed:
    """An interaction."""

    kind: str
    product: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Counted:
    """What one purchase or interaction adds: weight × kept × 2^(−age / half-life)."""

    kind: str  # "purchase", or the kind of the interaction
    order_id: int | None
    at: datetime
    age: float  # days
    weight: float
    kept: float  # the share of a purchase that was not given back
    points: float


@dataclass(frozen=True)
class Strength:
    """`counted`: the heaviest first."""

    product: str
    title: str
    points: float
    score: float
    counted: list[Counted]


def score(points: float) -> float:
    """0 for nothing or less, growing towards 100."""
    return 100 * -math.expm1(-max(points, 0.0) / SCALE)


def strengths(lines: Iterable[Line], deeds: Iterable[Deed], *, now: datetime) -> tuple[Strength, list[Strength]]:
    """To the brand, and to each product with more than nothing, the strongest first."""
    brand: list[Counted] = []
    products: dict[str, list[Counted]] = defaultdict(list)
    titles: dict[str, str] = {}
    orders: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        orders[line.order_id].append(line)
        titles[line.product] = line.title or titles.get(line.product, "")
    for order_id, rows in orders.items():
        whole, parts = _kept(rows)
        if whole is not None:
            brand.append(_counted("purchase", order_id, whole[1], PURCHASE, whole[0], now))
        for product, (kept, at) in parts.items():
            products[product].append(_counted("purchase", order_id, at, PURCHASE, kept, now))
    for deed in deeds:
        if weight := EVENTS.get(deed.kind):
            one = _counted(deed.kind, None, deed.at, weight, 1.0, now)
            brand.append(one)
            if deed.product:
                products[deed.product].append(one)
    found = [_strength(product, titles.get(product) or product, rows) for product, rows in products.items()]
    ranked = sorted((one for one in found if one.points > 0), key=lambda one: (-one.points, one.product))
    return _strength("", "", brand), ranked


def _kept(rows: Sequence[Line]) -> tuple[tuple[float, datetime] | None, dict[str, tuple[float, datetime]]]:
    """What of an order was not given back, and when it was bought: as a whole, and per product with a name.

    A refund of a product sold in the order is that product's; any other is shared by all goods of the order alike.
    """
    goods: dict[str, int] = defaultdict(int)
    bought_at: dict[str, datetime] = {}
    freight = 0
    for row in rows:
        if row.kind == "goods":
            goods[row.product] += row.amount
            if not row.is_reversal:
                bought_at[row.product] = max(row.at, bought_at.get(row.product, row.at))
        elif row.kind == "freight":
            freight += row.amount
    own: dict[str, int] = defaultdict(int)
    loose = 0
    for row in rows:
        if row.kind == "refund":
            if row.product and goods.get(row.product, 0) > 0:
                own[row.product] += row.amount
            else:
                loose += row.amount
    worth = sum(amount for amount in goods.values() if amount > 0)
    sold = sum(goods.values()) + freight
    if worth <= 0 or sold <= 0 or not bought_at:
        return None, {}
    whole = _share(1 + (sum(own.values()) + loose) / sold), max(bought_at.values())
    parts = {
        product: (_share(1 + own[product] / amount + loose / worth), bought_at[product])
        for product, amount in goods.items()
        if product and amount > 0 and product in bought_at
    }
    return whole, parts


def _share(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def _counted(kind: str, order_id: int | None, at: datetime, weight: float, kept: float, now: datetime) -> Counted:
    age = max((now - at).total_seconds() / 86400, 0.0)
    return Counted(kind, order_id, at, age, weight, kept, weight * kept * 2 ** (-age / HALF_LIFE))


def _strength(product: str, title: str, rows: list[Counted]) -> Strength:
    points = math.fsum(row.points for row in rows)
    ordered = sorted(rows, key=lambda row: (-abs(row.points), row.at.timestamp(), row.kind))
    return Strength(product, title, points, score(points), ordered)
