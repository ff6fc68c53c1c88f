"""What a perk is, for the files of the perks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from yutang.areas.orders.pricing import Quote, Reason
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
