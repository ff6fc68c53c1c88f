"""What a checkout says of coupons and points, in the shop and at the till: what counts, what it saves, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yutang.areas.coupons import wording
from yutang.areas.coupons.best import Kind
from yutang.areas.orders import queries_coupons
from yutang.areas.orders.pricing import coupons as coupon_step
from yutang.areas.orders.pricing import points as point_step
from yutang.areas.orders.pricing import till
from yutang.areas.points import queries as tenders

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yutang.areas.orders.models import Adjustment
    from yutang.areas.orders.pricing import Quote, Reason
    from yutang.areas.orders.services import Wish

COUPON, POINTS = coupon_step.KEY, point_step.STEP
AUTO, OWN, NONE = "auto", "own", "none"
ALL_POINTS = point_step.ALL


@dataclass(frozen=True)
class Row:
    """A coupon of the person; `takes`: what it takes off here, beside the others that are used."""

    told: queries_coupons.Told
    worth: str
    condition: str
    why: str
    takes: int

    @property
    def may_be_chosen(self) -> bool:
        return self.told.is_used or self.told.is_excluded

    @property
    def is_gift(self) -> bool:
        return self.told.held.kind == Kind.GIFT


@dataclass(frozen=True)
class Coupons:
    """`mode`: auto, none or own. `rows`: those that are used, those that could be, the others. `has_gift`: one of them
    gives something."""

    mode: str
    rows: list[Row]
    saved: int
    has_gift: bool = False

    @property
    def usable(self) -> int:
        return sum(row.may_be_chosen for row in self.rows)

    @property
    def choosable(self) -> list[Row]:
        return [row for row in self.rows if row.may_be_chosen]

    @property
    def others(self) -> list[Row]:
        return [row for row in self.rows if not row.may_be_chosen]


@dataclass(frozen=True, slots=True)
class Points:
    """`used` points take `off` minor units; unticked, `usable` would take `worth`."""

    balance: int
    least: int
    is_chosen: bool
    used: int
    off: int
    usable: int
    worth: int


def coupons(*, wish: Wish, quote: Quote, customer_id: int, currency: str, mode: str) -> Coupons | None:
    """None for who has none."""
    told = queries_coupons.told(wish=wish, quote=quote, customer_id=customer_id, currency=currency)
    if not told:
        return None
    is_any = any(one.is_used for one in told)  # else nothing shuts the others out
    takes: dict[str, int] = {}
    for reason in quote.reasons:
        if reason.source_type == coupon_step.SOURCE:
            takes[reason.source_id] = takes.get(reason.source_id, 0) - reason.amount
    rows = [
        Row(
            one, wording.worth(one.held, currency), wording.condition(one.held, currency),
            wording.why_not(one.unfit, currency) if one.unfit and (is_any or one.unfit.code != "excluded") else "",
            takes.get(str(one.held.id), 0),
        )
        for one in told
    ]  # fmt: skip
    saved = -sum(reason.amount for reason in quote.reasons if reason.step.startswith(COUPON))
    return Coupons(mode if mode in (NONE, OWN) else AUTO, rows, saved, quote.gift is not None)


def points(*, wish: Wish, quote: Quote, customer_id: int) -> Points | None:
    """None where points pay nothing, or the person has none."""
    tender = tenders.tender(customer_id)
    if tender is None or not tender.balance:
        return None
    off = -sum(reason.amount for reason in quote.reasons if reason.step == POINTS)
    named = till.fixed(wish.choices, [line.line for line in quote.lines])
    goods = sum(line.amount for n, line in enumerate(quote.lines) if n not in named)
    usable = tender.usable(tender.balance, goods=goods + off)
    return Points(
        tender.balance, tender.least, is_chosen=bool(wish.choices.get(POINTS)), used=off * tender.rate, off=off,
        usable=usable, worth=usable // tender.rate,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Used:
    """What one coupon, or the points (so many), took off a whole order; `amount` below zero."""

    name: str
    points: int
    amount: int


def used(reasons: Iterable[Adjustment | Reason]) -> list[Used]:
    """Coupons, then points."""
    found: dict[tuple[str, str, str], int] = {}
    for reason in reasons:
        if is_perk(reason):
            key = ("" if reason.step == POINTS else reason.label, reason.source_type, reason.source_id)
            found[key] = found.get(key, 0) + reason.amount
    rows = [
        Used(name, -amount * int(source_id) if source_type == point_step.RATE else 0, amount)
        for (name, source_type, source_id), amount in found.items()
    ]
    return sorted(rows, key=lambda row: row.points)


def is_perk(reason: Adjustment | Reason) -> bool:
    return reason.step == POINTS or reason.step.startswith(COUPON)
