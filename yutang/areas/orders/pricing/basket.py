"""What goes into the pipeline and what comes out. Frozen: a quote can be computed again from its basket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from yutang.areas.catalog.queries import FreightTable, Offer
from yutang.areas.membership.queries import NO_TERMS, Terms
from yutang.areas.orders.pricing.local import Reach


@dataclass(frozen=True, slots=True)
class Line:
    """So many pieces of what is offered."""

    offer: Offer
    quantity: int


@dataclass(frozen=True, slots=True)
class Basket:
    """Everything a price depends on. `choices`: what the buyer picked, by step (a coupon's number, points to spend)."""

    lines: Sequence[Line]
    fulfilment: str  # models.ShopOrder.Fulfilment
    currency: str
    at: datetime
    customer_id: int | None = None
    province: str = ""
    terms: Terms = NO_TERMS  # what the buyer's level and card give
    choices: Mapping[str, str] = field(default_factory=dict)
    node_id: int | None = None  # the store of a pickup, of same-city delivery, or the till
    freight: Mapping[int | None, FreightTable] | None = None  # by `Offer.freight_template_id`; of what is sent
    local: Reach | None = None  # in the same city: the store's terms for the address, if it still reaches it


@dataclass(frozen=True, slots=True)
class Reason:
    """One step's change of one line (`line`: its place) or of the freight (None). `amount` signed, minor units."""

    line: int | None
    step: str
    label: str
    amount: int
    source_type: str = ""
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """`amount` = `list_amount` + Σ of its reasons ≥ 0, for all pieces."""

    line: Line
    list_amount: int
    amount: int


@dataclass(frozen=True, slots=True)
class Gift:
    """What a coupon gives for nothing. It stands beside the lines: no step sees it, no sum counts it. `worth`: of all
    pieces, by the coupon's terms, minor units."""

    line: Line
    coupon_id: int
    label: str
    worth: int

    @property
    def list_amount(self) -> int:
        return self.line.offer.price * self.line.quantity


@dataclass(frozen=True, slots=True)
class Quote:
    """`total` = Σ lines + freight; `freight` = Σ of its reasons ≥ 0."""

    lines: Sequence[QuotedLine]
    freight: int
    reasons: Sequence[Reason]
    terms: Terms = NO_TERMS  # that it was made by
    gift: Gift | None = None

    @property
    def goods(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def list_total(self) -> int:
        return sum(line.list_amount for line in self.lines)

    @property
    def discount(self) -> int:
        """What steps took off the goods, as a positive amount."""
        return self.list_total - self.goods

    @property
    def total(self) -> int:
        return self.goods + self.freight
