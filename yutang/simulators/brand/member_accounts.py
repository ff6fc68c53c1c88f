"""What a member has while the steps are counted, and what everything comes to."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction

from . import programme
from .programme import COUPONS, LEVELS
from .truth import Product

COUPON = {coupon.key: coupon for coupon in COUPONS}


@dataclass
class Totals:
    """Points as such, money in 分. Counters by key: of the coupon, card, level, state."""

    earned: int = 0
    spent: int = 0  # for orders and in the exchange shop, less what came back
    expired: int = 0
    outstanding: int = 0
    expiring: Counter[date] = field(default_factory=Counter)  # first of a month → points that expire in it
    points_waiting: int = 0  # of changes that nobody has approved
    recharged: int = 0
    principal_refunded: int = 0
    principal: int = 0  # outstanding
    gift_given: int = 0
    gift: int = 0  # outstanding
    gift_expired: int = 0
    gift_withdrawn: int = 0
    principal_spent: int = 0  # less what came back
    gift_spent: int = 0
    gift_cards: int = 0  # outstanding on cards that nobody has redeemed
    growth: int = 0
    levels: Counter[str] = field(default_factory=Counter)
    falling: int = 0
    check_ins: int = 0
    issued: Counter[str] = field(default_factory=Counter)
    used: Counter[str] = field(default_factory=Counter)  # and not given back
    returned: Counter[str] = field(default_factory=Counter)
    lapsed: Counter[str] = field(default_factory=Counter)  # unused, and their time is over
    taken_off: Counter[str] = field(default_factory=Counter)
    cards_sold: Counter[str] = field(default_factory=Counter)
    cards_active: Counter[str] = field(default_factory=Counter)
    cards_amount: Counter[str] = field(default_factory=Counter)
    cards_refunded: Counter[str] = field(default_factory=Counter)
    cards_ended: int = 0  # first paid cards whose time is over
    cards_renewed: int = 0  # of them, with another paid one within 30 days
    bookings: Counter[str] = field(default_factory=Counter)
    bookings_paid: int = 0
    bookings_refunded: int = 0
    orders: int = 0
    orders_paid: int = 0  # less what came back
    settled: Counter[str] = field(default_factory=Counter)  # sold, recharged, gift: of last month at one store


@dataclass
class Lot:
    """`last`: the last day on which it can be spent; None: for good. `key`: what gave it."""

    last: date | None
    left: int
    key: str


@dataclass
class Piece:
    coupon: str
    last: date
    state: str = "usable"


@dataclass
class Had:
    """A card; `ends` at the hour at which it began."""

    plan: str
    starts: datetime
    ends: datetime
    paid: int


@dataclass
class Order:
    paid: int
    points_earned: int
    growth: int
    points: list[tuple[Lot, int]]
    principal: list[tuple[Lot, int]]
    gift: list[tuple[Lot, int]]
    coupon: Piece | None
    pieces: int
    store: str


@dataclass
class Member:
    points: list[Lot] = field(default_factory=list)
    principal: list[Lot] = field(default_factory=list)
    gift: list[Lot] = field(default_factory=list)
    coupons: list[Piece] = field(default_factory=list)
    cards: list[Had] = field(default_factory=list)
    growth: int = 0
    grown: list[tuple[date, int]] = field(default_factory=list)
    level_since: dict[str, date] = field(default_factory=dict)
    is_listed: bool = False  # has growth, or has begun a card
    orders_in_month: Counter[tuple[int, int]] = field(default_factory=Counter)
    checked_in: tuple[date, int] | None = None


def level(member: Member) -> programme.Level:
    return [rung for rung in LEVELS if rung.threshold <= member.growth][-1]


def has(lots: list[Lot], day: date) -> int:
    return sum(lot.left for lot in lots if lot.last is None or lot.last >= day)


def spend(lots: list[Lot], amount: int, day: date) -> list[tuple[Lot, int]]:
    """From what expires first; what it was taken from."""
    taken = []
    for lot in sorted(lots, key=lambda lot: (lot.last is None, lot.last or day)):
        part = min(lot.left, amount) if lot.last is None or lot.last >= day else 0
        if part:
            lot.left -= part
            amount -= part
            taken.append((lot, part))
    assert amount == 0, "a story spends what nobody has"
    return taken


def put_back(taken: list[tuple[Lot, int]], amount: int) -> None:
    """Stories give back what came from one lot only: which of several comes first is not counted here."""
    if amount:
        assert len(taken) == 1
        taken[0][0].left += amount


def usable(member: Member, coupon: str, day: date) -> Piece:
    return next(
        piece for piece in member.coupons if (piece.coupon, piece.state) == (coupon, "usable") and piece.last >= day
    )


def coupon_off(key: str, goods: Sequence[tuple[Product, int]]) -> int:
    coupon = COUPON[key]
    covered = [(product.variants[0].price, pieces) for product, pieces in goods
               if coupon.category in ("", product.category)]  # fmt: skip
    amount = sum(price * pieces for price, pieces in covered)
    assert amount >= max(coupon.threshold, 1)
    if coupon.kind == "amount":
        return coupon.value
    if coupon.kind == "percent":
        return min(round(Fraction(amount * coupon.value, 100)), coupon.ceiling or amount)
    return max(price for price, _ in covered) - coupon.value  # one piece for its price


def later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_after(at: datetime, months: int) -> datetime:
    return datetime.combine(later(at.date(), months), at.timetz())
