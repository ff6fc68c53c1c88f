"""Which coupons of a person take the most off a basket: docs/algorithms/coupons.md. Pure: no ORM, no clock.

Of each kind at most one, in this order: a piece for a price, percent, amount, freight; an exclusive one alone; of a
group at most one. The search is exact and visits at most (exchange+1)·(percent+1)·(amount+1) sets of goods coupons.
A coupon for a gift takes nothing off: one may stand beside the set that was found, and none changes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from yutang.core import money


class Kind(StrEnum):
    EXCHANGE = "exchange"
    PERCENT = "percent"
    AMOUNT = "amount"
    FREIGHT = "freight"
    GIFT = "gift"


GOODS = (Kind.EXCHANGE, Kind.PERCENT, Kind.AMOUNT)  # in the order in which they are taken off
UNKNOWN = 10**15  # more than any fee
Fee = Callable[[Sequence[int]], int | None]  # freight for what the lines cost; None: not sent for so little
Gone = Mapping[int, str]  # coupon → why its gift cannot be had: gift_gone (sold out), gift_over (not given any more)
ALL_THERE: Gone = {}


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the basket: `amount` for all pieces after the steps before coupons; `categories` from its own up."""

    amount: int
    quantity: int
    product_id: int
    categories: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Place:
    """Where and as whom somebody buys."""

    at: datetime
    channel: str = "shop"  # or "till"
    node_id: int | None = None
    level: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A coupon in hand with its terms. Empty sets limit nothing. Of a gift `value` is how many pieces, `ceiling` what
    they are worth."""

    id: int
    terms_id: int
    name: str
    kind: str
    value: int
    valid_from: datetime
    valid_until: datetime
    ceiling: int | None = None
    threshold: int = 0
    products: frozenset[int] = frozenset()
    categories: frozenset[int] = frozenset()
    nodes: frozenset[int] = frozenset()
    channel: str = "any"
    levels: frozenset[str] = frozenset()
    is_exclusive: bool = False
    group: str = ""
    gift_sku_id: int | None = None
    gift_title: str = ""

    @property
    def last_at(self) -> datetime:
        return self.valid_until - timedelta(microseconds=1)

    def covers(self, item: Item) -> bool:
        if not self.products and not self.categories:
            return True
        return item.product_id in self.products or not self.categories.isdisjoint(item.categories)


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why a coupon does not count: expired, not_yet, channel, store, level, goods, threshold (`missing` minor units),
    freight (there is none to pay), excluded (another one is used), gift_gone and gift_over (`Gone`)."""

    code: str
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Cut:
    """What one coupon takes off: line → amount, or the freight."""

    held: Held
    lines: tuple[tuple[int, int], ...] = ()
    freight: int = 0

    @property
    def amount(self) -> int:
        return sum(amount for _, amount in self.lines) + self.freight


@dataclass(frozen=True, slots=True)
class Choice:
    """The cheapest: `total` of goods and freight with these coupons. `nodes`: how many sets were looked at. `gift`: the
    coupon whose gift comes with them."""

    cuts: tuple[Cut, ...]
    total: int
    nodes: int = 0
    gift: Held | None = None

    @property
    def saved(self) -> int:
        return sum(cut.amount for cut in self.cuts)


def free(_amounts: Sequence[int]) -> int:
    """Nothing is sent."""
    return 0


def unfit(held: Held, items: Sequence[Item], place: Place) -> Unfit | None:
    """Why the coupon would take nothing off these goods there, whatever else is used; None when it may count."""
    if held.valid_until <= place.at:
        return Unfit("expired")
    if held.valid_from > place.at:
        return Unfit("not_yet")
    if held.channel not in ("any", place.channel):
        return Unfit("channel")
    if held.nodes and place.node_id not in held.nodes:
        return Unfit("store")
    if held.levels and place.level not in held.levels:
        return Unfit("level")
    covered = [item for item in items if held.covers(item)]
    if not covered:
        return Unfit("goods")
    worth = sum(item.amount for item in covered)
    if held.kind == Kind.EXCHANGE:  # the other goods must be worth it
        worth = sum(item.amount for item in items) - max(_piece(item.amount, item.quantity) for item in covered)
    if worth < held.threshold:
        return Unfit("threshold", held.threshold - worth)
    if held.kind in GOODS and not _off(held, items, [item.amount for item in items]):
        return Unfit("goods")
    return None


def choose(
    coupons: Iterable[Held], items: Sequence[Item], place: Place, fee: Fee = free, gone: Gone = ALL_THERE
) -> Choice:
    """The set with the lowest total; of equal ones that with the fewest coupons, then those that expire first. Beside
    it one gift, if any goes with it."""
    held = list(coupons)
    found = _Search(held, items, place, fee).best()
    return replace(found, gift=gift_beside(found.cuts, held, items, place, gone))


def gift_beside(
    cuts: Sequence[Cut], coupons: Iterable[Held], items: Sequence[Item], place: Place, gone: Gone = ALL_THERE
) -> Held | None:
    """The coupon for a gift that goes with these: the one that expires first, then the most valuable gift."""
    groups = {cut.held.group for cut in cuts if cut.held.group}
    fitting = (
        held for held in coupons
        if held.kind == Kind.GIFT and held.id not in gone and held.group not in groups
        and not (cuts and held.is_exclusive) and unfit(held, items, place) is None
    )  # fmt: skip
    if any(cut.held.is_exclusive for cut in cuts):
        return None
    return min(fitting, key=lambda held: (held.valid_until, -(held.ceiling or 0), held.id), default=None)


def explained(
    coupons: Iterable[Held], items: Sequence[Item], place: Place, chosen: Choice, freight: int, gone: Gone = ALL_THERE
) -> list[tuple[Held, Unfit | None]]:
    """Each coupon with why it is not used; None for those that are. `freight`: what is asked before coupons."""
    used = {cut.held.id for cut in chosen.cuts} | {chosen.gift.id if chosen.gift else 0}
    found: list[tuple[Held, Unfit | None]] = []
    for held in coupons:
        why = None if held.id in used else unfit(held, items, place)
        if why is None and held.id in gone and held.id not in used:
            why = Unfit(gone[held.id])
        if why is None and held.id not in used:
            why = Unfit("freight") if held.kind == Kind.FREIGHT and not freight else Unfit("excluded")
        found.append((held, why))
    return found


def alone(held: Held, items: Sequence[Item], freight: int = 0) -> int:
    """What it takes off where it may count and nothing else is used."""
    if held.kind == Kind.GIFT:
        return 0
    if held.kind == Kind.FREIGHT:
        return _freight_off(held, freight)
    return sum(amount for _, amount in _off(held, items, [item.amount for item in items]))


# -- one coupon --------------------------------------------------------------------------------------------------------


def _piece(amount: int, quantity: int) -> int:
    return amount // quantity


def _freight_off(held: Held, freight: int) -> int:
    return freight if held.ceiling is None else min(freight, held.ceiling)


def _off(held: Held, items: Sequence[Item], amounts: Sequence[int]) -> list[tuple[int, int]]:
    """(line, amount > 0) that a goods coupon takes off lines that cost `amounts` now."""
    covered = [place for place, item in enumerate(items) if amounts[place] and held.covers(item)]
    if not covered:
        return []
    if held.kind == Kind.EXCHANGE:
        place = max(covered, key=lambda n: (_piece(amounts[n], items[n].quantity), -n))
        off = max(_piece(amounts[place], items[place].quantity) - held.value, 0)
        off = off if held.ceiling is None else min(off, held.ceiling)
        return [(place, off)] if off else []
    weights = [amounts[place] for place in covered]
    off = _sum_off(held, sum(weights))
    return [(place, part) for place, part in zip(covered, money.allocated(off, weights), strict=True) if part]


def _sum_off(held: Held, worth: int) -> int:
    """What percent and amount take off goods worth so much together."""
    off = min(held.value, worth) if held.kind == Kind.AMOUNT else money.part(worth, held.value, 100)
    return off if held.ceiling is None else min(off, held.ceiling)


# -- all of them -------------------------------------------------------------------------------------------------------


@dataclass
class _Search:
    coupons: Iterable[Held]
    items: Sequence[Item]
    place: Place
    fee: Fee
    nodes: int = 0
    found: tuple[tuple[int, int, tuple[tuple[datetime, int], ...]], tuple[Held, ...]] | None = None
    solo: dict[int, int] = field(default_factory=dict)

    def best(self) -> Choice:
        start = [item.amount for item in self.items]
        self._know_freight(start)
        fitting = self._fitting()
        kinds = {
            kind: sorted(
                (held for held in fitting if held.kind == kind and not held.is_exclusive),
                key=lambda held: (-self.solo[held.id], held.valid_until, held.id),
            )
            for kind in Kind
        }  # fmt: skip
        self.freights = kinds[Kind.FREIGHT]
        self.most_freight = max((self.solo[held.id] for held in self.freights), default=0)
        self._offer((), start, sum(start), None)
        for held in fitting:
            if held.is_exclusive:
                self._leaf_of(held, start)
        # What each kind and those after it could still take off at the very most.
        most = [max((self.solo[held.id] for held in kinds[kind]), default=0) for kind in GOODS]
        self.still = [sum(most[n:]) for n in range(len(GOODS) + 1)]
        self._descend(0, [kinds[kind] for kind in GOODS], (), start)
        assert self.found is not None
        return self._spelled(self.found[1])

    def _know_freight(self, start: Sequence[int]) -> None:
        """Fees never fall when goods become cheaper, so two questions tell whether they change at all."""
        least, most = self.fee(start), self.fee([0] * len(start))
        if least is None:  # refused whatever coupons are used: the step of freight will say so
            self.fee, least, most = free, 0, 0
        self.least_fee, self.most_fee = least, most

    def _fee(self, amounts: Sequence[int]) -> int | None:
        return self.least_fee if self.least_fee == self.most_fee else self.fee(amounts)

    def _fitting(self) -> list[Held]:
        """Of coupons with the same terms the one that expires first stands for all; what takes off nothing does not
        count."""
        found: dict[int, Held] = {}
        start = [item.amount for item in self.items]
        for held in sorted(self.coupons, key=lambda held: (held.valid_until, held.id)):
            if held.kind == Kind.GIFT or held.terms_id in found or unfit(held, self.items, self.place) is not None:
                continue
            if held.kind == Kind.FREIGHT:
                self.solo[held.id] = _freight_off(held, UNKNOWN if self.most_fee is None else self.most_fee)
            else:
                self.solo[held.id] = sum(amount for _, amount in _off(held, self.items, start))
            if self.solo[held.id]:
                found[held.terms_id] = held
        return list(found.values())

    def _descend(
        self, depth: int, kinds: Sequence[list[Held]], chosen: tuple[Held, ...], amounts: Sequence[int]
    ) -> None:  # fmt: skip
        """`chosen` are the coupons of the kinds before `depth`; each further kind is tried with none and with each."""
        if depth == len(kinds):
            return
        self._descend(depth + 1, kinds, chosen, amounts)
        goods = sum(amounts)
        for held in kinds[depth]:
            if not self._could_win(goods - self.solo[held.id] - self.still[depth + 1]):
                break  # the others of the kind take off no more
            if held.group and any(held.group == other.group for other in chosen):
                continue
            self.nodes += 1
            if depth == len(kinds) - 1 and self.least_fee == self.most_fee:  # nobody asks how the lines share it
                worth = sum(amounts[n] for n, item in enumerate(self.items) if held.covers(item))
                if off := _sum_off(held, worth):
                    self._offer((*chosen, held), amounts, goods - off, None)
                continue
            after = list(amounts)
            for place, off in _off(held, self.items, amounts):
                after[place] -= off
            left = sum(after)
            if left < goods:
                self._offer((*chosen, held), after, left, None)
                self._descend(depth + 1, kinds, (*chosen, held), after)

    def _leaf_of(self, held: Held, start: Sequence[int]) -> None:
        self.nodes += 1
        if held.kind == Kind.FREIGHT:
            self._offer((), start, sum(start), held)
            return
        after = list(start)
        for place, off in _off(held, self.items, start):
            after[place] -= off
        self._offer((held,), after, sum(after), None, is_alone=True)

    def _could_win(self, goods: int) -> bool:
        """Whether a set that leaves goods of at least so much could be as good as the best that is known."""
        assert self.found is not None
        return max(goods, 0) + max(self.least_fee - self.most_freight, 0) <= self.found[0][0]

    def _offer(
        self, chosen: tuple[Held, ...], amounts: Sequence[int], goods: int, freight: Held | None, is_alone: bool = False
    ) -> None:  # fmt: skip
        fee = self._fee(amounts)
        if fee is None:
            return
        groups = {held.group for held in chosen if held.group}
        if freight is None and not is_alone and fee:
            fitting = [held for held in self.freights if held.group not in groups or not held.group]
            freight = min(
                fitting, key=lambda held: (-_freight_off(held, fee), held.valid_until, held.id), default=None
            )  # fmt: skip
        off = _freight_off(freight, fee) if freight is not None else 0
        whole = (*chosen, freight) if freight is not None and off else chosen
        key = goods + fee - off, len(whole), tuple(sorted((held.valid_until, held.id) for held in whole))
        if self.found is None or key < self.found[0]:
            self.found = key, whole

    def _spelled(self, chosen: tuple[Held, ...]) -> Choice:
        """Line by line what the best set takes off."""
        amounts, cuts = [item.amount for item in self.items], []
        for held in chosen:
            if held.kind == Kind.FREIGHT:
                cuts.append(Cut(held, freight=_freight_off(held, self._fee(amounts) or 0)))
                continue
            off = _off(held, self.items, amounts)
            for place, part in off:
                amounts[place] -= part
            cuts.append(Cut(held, tuple(off)))
        freight = self._fee(amounts) or 0
        return Choice(tuple(cuts), sum(amounts) + freight - sum(cut.freight for cut in cuts), self.nodes)
