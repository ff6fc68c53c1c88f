"""The steps, in their order, and what holds whatever they do: docs/algorithms/pricing.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yutang.areas.orders.pricing.basket import Basket, Gift, Quote, QuotedLine, Reason
from yutang.core import money

if TYPE_CHECKING:
    from yutang.areas.coupons.best import Choice
    from yutang.areas.orders.pricing.steps import Parcel

FREIGHT = 900  # the place of freight; what changes goods comes before, what changes freight after


class Draft:
    """A quote on its way through the steps."""

    def __init__(self, basket: Basket) -> None:
        self.basket = basket
        self.list_amounts = [line.offer.price * line.quantity for line in basket.lines]
        self.amounts = list(self.list_amounts)
        self.freight = 0
        self.reasons: list[Reason] = []
        self.coupons: Choice | None = None  # what the step of coupons has chosen, for that of the freight
        self.gift: Gift | None = None
        self.parcels: list[Parcel] | None = None  # what is sent together, once a step has asked

    def change(self, line: int, amount: int, *, step: str, label: str, source: tuple[str, object] = ("", "")) -> None:
        """Adds a signed amount to one line. ValueError below zero: a step must know what is left."""
        if not amount:
            return
        if self.amounts[line] + amount < 0:
            raise ValueError(f"{step} takes more off line {line} than it costs")
        self.amounts[line] += amount
        self.reasons.append(Reason(line, step, label, amount, source[0], str(source[1])))

    def share(
        self, amount: int, lines: Sequence[int], *, step: str, label: str, source: tuple[str, object] = ("", "")
    ) -> None:
        """Takes an amount off several lines, in proportion to what they cost now."""
        weights = [self.amounts[line] for line in lines]
        for line, part in zip(lines, money.allocated(-amount, weights), strict=True):
            self.change(line, part, step=step, label=label, source=source)

    def change_freight(self, amount: int, *, step: str, label: str, source: tuple[str, object] = ("", "")) -> None:
        if not amount:
            return
        if self.freight + amount < 0:
            raise ValueError(f"{step} takes more off the freight than it costs")
        self.freight += amount
        self.reasons.append(Reason(None, step, label, amount, source[0], str(source[1])))


@dataclass(frozen=True)
class Step:
    """`place` orders the steps: region 0, level 100, promotion 200, coupon 300, points 400, freight 900, freight
    coupon 950. `run` may read the database; on the hot path it should not, unless the basket chose it."""

    key: str
    place: int
    run: Callable[[Draft], None]


_steps: dict[str, Step] = {}


def register(step: Step) -> None:
    """Called in `apps.ready()` of the area that owns the step."""
    _steps[step.key] = step


def steps() -> list[Step]:
    return sorted(_steps.values(), key=lambda step: (step.place, step.key))


def price(basket: Basket, using: Iterable[Step] | None = None) -> Quote:
    """The same basket gives the same quote, cent by cent."""
    draft = Draft(basket)
    for step in steps() if using is None else using:
        step.run(draft)
    lines = [
        QuotedLine(line, listed, amount)
        for line, listed, amount in zip(basket.lines, draft.list_amounts, draft.amounts, strict=True)
    ]
    return Quote(lines, draft.freight, draft.reasons, basket.terms, draft.gift)
