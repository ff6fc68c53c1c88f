"""Goods for members alone: who may buy them, and how one becomes one of those."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yutang.areas.membership import queries, queries_cards
from yutang.areas.membership.benefits import Benefits

if TYPE_CHECKING:
    from django.http import HttpRequest

    from yutang.areas.catalog.models import Product
    from yutang.areas.membership.models import Level, Plan


@dataclass(frozen=True)
class Gate:
    """`levels`, `cards`: any of them opens it, as far as they can still be had; `growth`: what this shopper has."""

    is_open: bool
    levels: list[Level]
    cards: list[Plan]
    growth: int | None

    @property
    def can_be_reached(self) -> bool:
        return bool(self.levels or self.cards)


def gate(request: HttpRequest, product: Product) -> Gate:
    person = request.shopper.customer_id
    is_open = queries.terms(person).may_buy(product.only_levels, product.only_cards)
    row = queries.member(person) if person is not None else None
    return Gate(
        is_open,
        levels=[level for level in queries.levels() if level.key in product.only_levels],
        cards=[plan for plan in queries_cards.on_sale() if Benefits.read(plan.benefits).exclusive]
        if product.only_cards
        else [],
        growth=None if person is None else row.growth if row else 0,
    )
