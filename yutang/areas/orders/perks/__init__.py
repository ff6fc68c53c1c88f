"""What a buyer uses at the checkout besides money: coupons, points. One file per perk.

A perk takes part in pricing (its step in `orders.pricing`, which reads `Basket.choices[key]`), is used up in the
transaction that writes the order, and comes back when the order is closed or pieces of it are returned. Which perks an
order used is seen from its adjustments: their `step` begins with the perk's key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from yutang.areas.orders.models import Adjustment
from yutang.areas.orders.pricing import Reason

if TYPE_CHECKING:
    from yutang.areas.orders.pricing import Quote
    from yutang.core.access import Actor


@dataclass(frozen=True, slots=True)
class Returned:
    """Of the item at `position`, `before` of its `quantity` pieces were back, now `after` are."""

    position: int
    before: int
    after: int
    quantity: int


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What a refund did to, or would do to, a perk. `text` for people."""

    key: str
    text: str


class Perk(Protocol):
    key: str

    def take(self, *, order_id: int, customer_id: int | None, quote: Quote, actor: Actor) -> None:
        """Uses up what the quote counted on; a DomainError where it is gone meanwhile: nothing is written then."""

    def release(self, *, order_id: int, actor: Actor) -> None:
        """The order was closed without being paid: everything comes back. Again: nothing."""

    def preview(
        self, *, order_id: int, reasons: Sequence[Reason], returned: Sequence[Returned], is_whole: bool
    ) -> list[GivenBack]:
        """What `give_back` would do now. `is_whole`: with these, every piece of the order is back."""

    def give_back(
        self, *, order_id: int, reasons: Sequence[Reason], returned: Sequence[Returned], is_whole: bool, key: str,
        actor: Actor,
    ) -> list[GivenBack]:  # fmt: skip
        """Pieces of a paid order are back. `key` is unique per order: the same key again does nothing."""


def take(*, order_id: int, customer_id: int | None, quote: Quote, actor: Actor) -> None:
    used = {reason.step for reason in quote.reasons}
    for perk in PERKS:
        if any(step.startswith(perk.key) for step in used):
            perk.take(order_id=order_id, customer_id=customer_id, quote=quote, actor=actor)


def release(*, order_id: int, actor: Actor) -> None:
    for perk, _ in _used(order_id):
        perk.release(order_id=order_id, actor=actor)


def preview(*, order_id: int, returned: Sequence[Returned], is_whole: bool) -> list[GivenBack]:
    return [
        said
        for perk, reasons in _used(order_id)
        for said in perk.preview(order_id=order_id, reasons=reasons, returned=returned, is_whole=is_whole)
    ]


def give_back(
    *, order_id: int, returned: Sequence[Returned], is_whole: bool, key: str, actor: Actor
) -> list[GivenBack]:  # fmt: skip
    return [
        said
        for perk, reasons in _used(order_id)
        for said in perk.give_back(
            order_id=order_id, reasons=reasons, returned=returned, is_whole=is_whole, key=key, actor=actor
        )
    ]


def _used(order_id: int) -> list[tuple[Perk, list[Reason]]]:
    """The perks that an order used, each with its adjustments; one query where there are perks at all."""
    if not PERKS:
        return []
    rows = [
        Reason(row.position, row.step, row.label, row.amount, row.source_type, row.source_id)
        for row in Adjustment.objects.filter(order_id=order_id).order_by("id")
    ]
    found = ((perk, [row for row in rows if row.step.startswith(perk.key)]) for perk in PERKS)
    return [(perk, own) for perk, own in found if own]


# The perks import what stands above.
from yutang.areas.orders.perks.points import PointsPerk  # noqa: E402

PERKS: tuple[Perk, ...] = (PointsPerk(),)
