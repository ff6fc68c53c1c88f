"""What a basket costs, and why: docs/algorithms/pricing.md. Other areas add steps to the pipeline (`register`)."""

from __future__ import annotations

from yutang.areas.orders.pricing.basket import Basket, Line, Quote, QuotedLine, Reason
from yutang.areas.orders.pricing.pipeline import Draft, Step, price, register

__all__ = ["Basket", "Draft", "Line", "Quote", "QuotedLine", "Reason", "Step", "price", "register"]
