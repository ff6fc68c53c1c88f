"""Which coupons of a person take the most off a basket: docs/algorithms/coupons.md. Pure: no ORM, no clock.

Of each kind at most one, in this order: a piece for a price, percent, amount, freight; an exclusive one alone; of a
group at most one. The search is exact; what it cuts, and why nothing is lost by it, is told there.
A coupon for a gift takes nothing off: one may stand beside the set that was found, and none changes it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
class Parcel:
    """Lines that are sent together. `fee` of what they are worth never falls when that does; None: not sent for so
    little."""

    lines: Sequence[int]
    fee: Callable[[int], int | None]


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
    if held.kind in GOODS and not alone(held, items):
        return Unfit("goods")
    return None


def choose(
    coupons: Iterable[Held],
    items: Sequence[Item],
    place: Place,
    parcels: Sequence[Parcel] = (),
    gone: Gone = ALL_THERE,
) -> Choice:
    """The set with the lowest total; of equal ones that with the fewest coupons, then those that expire first. Beside
    it one gift, if any goes with it. Lines of no parcel are sent for nothing."""
    held = list(coupons)
    found = _Search(held, items, place, parcels).best()
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
    return _goods_off(held, items, [item.amount for item in items], _covered(held, items))


# -- one coupon --------------------------------------------------------------------------------------------------------


def _covered(held: Held, items: Sequence[Item]) -> tuple[int, ...]:
    return tuple(place for place, item in enumerate(items) if held.covers(item))


def _piece(amount: int, quantity: int) -> int:
    return amount // quantity


def _freight_off(held: Held, freight: int) -> int:
    return freight if held.ceiling is None else min(freight, held.ceiling)


def _dearest(items: Sequence[Item], amounts: Sequence[int], covered: Sequence[int]) -> int:
    """The line whose piece an exchange takes."""
    return max(covered, key=lambda n: (_piece(amounts[n], items[n].quantity), -n))


def _goods_off(held: Held, items: Sequence[Item], amounts: Sequence[int], covered: Sequence[int]) -> int:
    """What a goods coupon takes off the covered lines together, which cost `amounts` now."""
    if not covered:
        return 0
    if held.kind != Kind.EXCHANGE:
        return _sum_off(held, sum([amounts[place] for place in covered]))
    place = _dearest(items, amounts, covered)
    off = max(_piece(amounts[place], items[place].quantity) - held.value, 0)
    return off if held.ceiling is None else min(off, held.ceiling)


def _sum_off(held: Held, worth: int) -> int:
    """What percent and amount take off goods worth so much together."""
    off = min(held.value, worth) if held.kind == Kind.AMOUNT else money.part(worth, held.value, 100)
    return off if held.ceiling is None else min(off, held.ceiling)


def _shares(
    held: Held, items: Sequence[Item], amounts: Sequence[int], covered: Sequence[int], off: int
) -> list[tuple[int, int]]:
    """(line, amount > 0): how the lines share what it takes off."""
    if held.kind == Kind.EXCHANGE:
        return [(_dearest(items, amounts, covered), off)] if off else []
    parts = money.allocated(off, [amounts[place] for place in covered]) if off else ()
    return [(place, part) for place, part in zip(covered, parts, strict=bool(off)) if part]


# -- all of them -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Left:
    """What lines and parcels cost after some coupons; `fee` None: not sent for so little."""

    amounts: Sequence[int]
    goods: int
    worths: Sequence[int]
    fee: int | None


@dataclass(frozen=True, slots=True)
class _Fit:
    """A coupon that may count: what it takes off alone, what it covers, in which parcels, and how much less that may be
    worth until it takes off less."""

    held: Held
    alone: int
    covered: tuple[int, ...]
    parts: tuple[tuple[int, tuple[int, ...]], ...]
    spare: int
    expiry: tuple[datetime, int]


@dataclass
class _Search:
    """Depth first, kind by kind, those that take the most off first. A branch is left when even what it could take off
    at most (`alone`, `still`) at the least fee it could have would be no better than the best set that is known."""

    coupons: Iterable[Held]
    items: Sequence[Item]
    place: Place
    parcels: Sequence[Parcel]
    nodes: int = 0
    found: tuple[_Fit, ...] = ()
    key: tuple[int, int, tuple[tuple[datetime, int], ...]] = (UNKNOWN**2, 0, ())  # of what is found: the least wins

    def best(self) -> Choice:
        amounts = [item.amount for item in self.items]
        if self._left(amounts).fee is None:  # refused whatever coupons are used: the step of freight will say so
            self.parcels = ()
        sent = {line for parcel in self.parcels for line in parcel.lines}
        for_nothing = [line for line in range(len(amounts)) if line not in sent]
        self.parcels = [*self.parcels, *([Parcel(for_nothing, lambda _worth: 0)] if for_nothing else [])]
        start = self._left(amounts)
        least = self._left([0] * len(amounts)).fee
        self.is_flat = start.fee == least  # fees never fall when goods become cheaper: then they never change at all
        self.goods = start.goods
        fitting = self._fitting(amounts, UNKNOWN if least is None else least)
        kinds = {
            kind: sorted(
                (fit for fit in fitting if fit.held.kind == kind and not fit.held.is_exclusive),
                key=lambda fit: (-fit.alone, fit.expiry),
            )
            for kind in Kind
        }  # fmt: skip
        self.kinds, self.freights = [kinds[kind] for kind in GOODS], kinds[Kind.FREIGHT]
        self.most_freight = max((fit.alone for fit in self.freights), default=0)
        most = [of_kind[0].alone if of_kind else 0 for of_kind in self.kinds]
        self.still = [sum(most[n:]) for n in range(len(GOODS) + 1)]
        parts = {fit.parts for fit in self.kinds[-1]}
        is_one = len({parcel for of in parts for parcel, _ in of}) == 1 and all(len(of) == 1 for of in parts)
        self.ladder = self.kinds[-1][0].parts[0][0] if is_one else None
        self.spare = min((fit.spare for fit in self.kinds[-1]), default=0)
        self._offer((), start.goods, start.fee)
        for fit in fitting:
            if fit.held.is_exclusive:
                self._alone(fit, start)
        self._descend(0, (), start)
        return self._spelled(self.found)

    def _left(self, amounts: Sequence[int]) -> _Left:
        worths = [sum([amounts[line] for line in parcel.lines]) for parcel in self.parcels]
        return _Left(amounts, sum(amounts), worths, self._fee(worths))

    def _fee(self, worths: Sequence[int]) -> int | None:
        whole = 0
        for parcel, worth in zip(self.parcels, worths, strict=True):
            fee = parcel.fee(worth)
            if fee is None:
                return None
            whole += fee
        return whole

    def _fitting(self, amounts: Sequence[int], most_fee: int) -> list[_Fit]:
        """Of coupons that do the same to this basket the one that expires first stands for all; what takes off nothing
        does not count."""
        found: dict[tuple[object, ...], _Fit] = {}
        for held in sorted(self.coupons, key=lambda held: (held.valid_until, held.id)):
            if held.kind == Kind.GIFT or unfit(held, self.items, self.place) is not None:
                continue
            is_freight = held.kind == Kind.FREIGHT
            covered = () if is_freight else _covered(held, self.items)
            does = held.kind, covered, 0 if is_freight else held.value, held.ceiling, held.is_exclusive, held.group
            off = _freight_off(held, most_fee) if is_freight else _goods_off(held, self.items, amounts, covered)
            if off and does not in found:
                found[does] = self._fit(held, off, covered, amounts)
        return list(found.values())

    def _fit(self, held: Held, off: int, covered: tuple[int, ...], amounts: Sequence[int]) -> _Fit:
        parts = tuple(
            (number, lines) for number, parcel in enumerate(self.parcels)
            if (lines := tuple(line for line in covered if line in parcel.lines))
        )  # fmt: skip
        spare = sum(amounts[line] for line in covered) - off if held.kind == Kind.AMOUNT else -1
        return _Fit(held, off, covered, parts, spare, (held.valid_until, held.id))

    def _descend(self, depth: int, chosen: tuple[_Fit, ...], left: _Left) -> None:
        """`chosen` are the coupons of the kinds before `depth`; each further kind is tried with each and with none."""
        is_last, still = depth == len(GOODS) - 1, self.still[depth + 1]
        if is_last and self.ladder is not None and self.goods - left.goods <= self.spare:
            self._climb(self.ladder, chosen, left)
            return
        groups = {fit.held.group for fit in chosen if fit.held.group}
        for fit in self.kinds[depth]:
            if not self._could_win(left.goods - fit.alone - still, left.fee, chosen, fit):
                break  # the others of the kind take off no more, and of as much they expire later
            if fit.held.group in groups:
                continue
            self.nodes += 1
            off, fee, is_exact = self._tried(fit, left)
            if not off or not self._could_win(left.goods - off - still, fee, chosen, fit):
                continue
            if is_last and is_exact:  # nobody asks how the lines share it
                self._offer((*chosen, fit), left.goods - off, fee)
                continue
            after = self._without(fit, left, off)
            self._offer((*chosen, fit), after.goods, after.fee)
            if not is_last:
                self._descend(depth + 1, (*chosen, fit), after)
        if not is_last:
            self._descend(depth + 1, chosen, left)

    def _climb(self, parcel: int, chosen: tuple[_Fit, ...], left: _Left) -> None:
        """The last kind, where each takes off what it does alone, of the same parcel: one that cannot win keeps those
        from it that take off less at the same fee, so the next one tried is the first at a lower fee."""
        fits, worths = self.kinds[-1], list(left.worths)
        groups = {fit.held.group for fit in chosen if fit.held.group}

        def fee_with(number: int) -> int | None:
            worths[parcel] = left.worths[parcel] - fits[number].alone
            return self._fee(worths)

        number = 0
        while number < len(fits):
            fit, fee = fits[number], fee_with(number)
            if not self._could_win(left.goods - fit.alone, left.fee, chosen, fit):
                return
            self.nodes += 1
            if self._could_win(left.goods - fit.alone, fee, chosen, fit):
                if fit.held.group not in groups:
                    self._offer((*chosen, fit), left.goods - fit.alone, fee)
                number += 1
            else:
                number = bisect_left(range(len(fits)), True, number + 1, key=lambda n: _is_less(fee_with(n), fee))

    def _without(self, fit: _Fit, left: _Left, off: int) -> _Left:
        after = list(left.amounts)
        for place, part in _shares(fit.held, self.items, left.amounts, fit.covered, off):
            after[place] -= part
        return self._left(after)

    def _tried(self, fit: _Fit, left: _Left) -> tuple[int, int | None, bool]:
        """What it takes off, the least that the fee can be then, and whether it is just that."""
        if fit.spare >= self.goods - left.goods:  # what it covers is still worth enough
            off = fit.alone
        else:
            off = _goods_off(fit.held, self.items, left.amounts, fit.covered)
        if self.is_flat:
            return off, left.fee, True
        worths = list(left.worths)
        if len(fit.parts) == 1:
            worths[fit.parts[0][0]] -= off
            return off, self._fee(worths), True
        # At the most: lines share what is taken off to a cent, so that a parcel loses its part of it less a cent for
        # each of its lines. An exchange may take it from any of them.
        if fit.held.kind != Kind.EXCHANGE and off:
            worth = sum([left.amounts[place] for place in fit.covered])
            for parcel, lines in fit.parts:
                own = sum([left.amounts[place] for place in lines])
                worths[parcel] -= max(off * own // worth - len(lines), 0)
        return off, self._fee(worths), False

    def _alone(self, fit: _Fit, start: _Left) -> None:
        self.nodes += 1
        if fit.held.kind == Kind.FREIGHT:
            self._offer((), start.goods, start.fee, fit)
            return
        after = self._without(fit, start, fit.alone)
        self._offer((fit,), after.goods, after.fee, is_alone=True)

    def _could_win(self, goods: int, fee: int | None, chosen: tuple[_Fit, ...], *more: _Fit) -> bool:
        """Whether these, or still more, could be the best where at least so much of goods and fee is left. Of an equal
        total more coupons are never better."""
        if fee is None:
            return False
        least = goods if goods > 0 else 0  # asked thousands of times: max() would be the dearest of it
        if fee > self.most_freight:
            least += fee - self.most_freight
        if least != self.key[0]:
            return least < self.key[0]
        return (len(chosen) + len(more), _expiry((*chosen, *more))) < self.key[1:]

    def _offer(
        self, chosen: tuple[_Fit, ...], goods: int, fee: int | None, freight: _Fit | None = None, is_alone: bool = False
    ) -> None:  # fmt: skip
        if fee is None or (freight is None and not is_alone and not self._could_win(goods, fee, chosen)):
            return
        if freight is None and not is_alone and fee:
            groups = {fit.held.group for fit in chosen if fit.held.group}
            fitting = [fit for fit in self.freights if fit.held.group not in groups]
            freight = min(fitting, key=lambda fit: (-_freight_off(fit.held, fee), fit.expiry), default=None)
        off = _freight_off(freight.held, fee) if freight is not None else 0
        whole = (*chosen, freight) if freight is not None and off else chosen
        key = goods + fee - off, len(whole), _expiry(whole)
        if key < self.key:
            self.key, self.found = key, whole

    def _spelled(self, chosen: tuple[_Fit, ...]) -> Choice:
        """Line by line what the best set takes off."""
        left, cuts = self._left([item.amount for item in self.items]), []
        for fit in chosen:
            if fit.held.kind == Kind.FREIGHT:
                cuts.append(Cut(fit.held, freight=_freight_off(fit.held, left.fee or 0)))
                continue
            off = _goods_off(fit.held, self.items, left.amounts, fit.covered)
            cuts.append(Cut(fit.held, tuple(_shares(fit.held, self.items, left.amounts, fit.covered, off))))
            left = self._without(fit, left, off)
        return Choice(tuple(cuts), left.goods + (left.fee or 0) - sum(cut.freight for cut in cuts), self.nodes)


def _is_less(one: int | None, other: int | None) -> bool:
    """Of fees: not to be sent is more than any."""
    return one is not None and (other is None or one < other)


def _expiry(chosen: Iterable[_Fit]) -> tuple[tuple[datetime, int], ...]:
    return tuple(sorted(fit.expiry for fit in chosen))
