"""What a basket costs, and why: docs/algorithms/pricing.md. Other areas add steps to the pipeline (`register`)."""

from __future__ import annotations

from yutang.areas.orders.pricing.basket import Basket, Gift, Line, Quote, QuotedLine, Reason
from yutang.areas.orders.pricing.pipeline import Draft, Step, price, register
from yutang.areas.orders.pricing.till import STEP as TILL
from yutang.areas.orders.pricing.till import Lowered, lowered_by

__all__ = [
    "TILL",
    "Basket",
    "Draft",
    "Gift",
    "Line",
    "Lowered",
    "Quote",
    "QuotedLine",
    "Reason",
    "Step",
    "lowered_by",
    "price",
    "register",
]
