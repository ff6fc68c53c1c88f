from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from yutang.core.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class OrderPaid(DomainEvent):
    """An order of the own shop or till has all its money. `total` in minor units; `customer_id` None: nobody known."""

    name: ClassVar[str] = "orders.paid"
    order_id: int
    customer_id: int | None
    total: int

    def lock(self) -> str | None:
        return f"order:{self.order_id}"


@dataclass(frozen=True, kw_only=True)
class OrderRefunded(DomainEvent):
    """Money of an order goes back: `amount` of it, in minor units."""

    name: ClassVar[str] = "orders.refunded"
    order_id: int
    customer_id: int | None
    amount: int

    def lock(self) -> str | None:
        return f"order:{self.order_id}"


@dataclass(frozen=True, kw_only=True)
class ReviewWritten(DomainEvent):
    """A buyer reviewed what they bought. `home_customer_id`: under whose account it was."""

    name: ClassVar[str] = "orders.review_written"
    order_id: int
    review_id: int
    customer_id: int
    home_customer_id: int

    def lock(self) -> str | None:
        return f"customer:{self.customer_id}"


@dataclass(frozen=True, kw_only=True)
class OrderShipped(DomainEvent):
    """Pieces of an order were handed to a carrier."""

    name: ClassVar[str] = "orders.shipped"
    order_id: int
    customer_id: int | None
    parcel_id: int

    def lock(self) -> str | None:
        return f"order:{self.order_id}"
