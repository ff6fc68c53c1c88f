"""Metered benefits: how often a card has sent goods free this month."""

from __future__ import annotations

from django.db import transaction

from yutang.areas.membership import queries
from yutang.areas.membership.errors import NoUseLeft
from yutang.areas.membership.models import Card, CardUse
from yutang.areas.merchants import queries as merchants
from yutang.core import clock


@transaction.atomic
def use(*, card_id: int, customer_id: int, source: tuple[str, int]) -> None:
    """Takes one use of the month; the card's row is the lock. The same source again: nothing. NoUseLeft."""
    card = Card.objects.select_for_update(of=("self",), no_key=True).select_related("plan").get(pk=card_id)
    if CardUse.objects.filter(source_type=source[0], source_id=source[1]).exists():
        return
    left = queries.terms(customer_id)
    if left.card_id != card_id or left.free_freights <= 0:
        raise NoUseLeft(field="total")
    today = clock.today(merchants.current_merchant(card.merchant_id).timezone)
    CardUse.objects.create(
        merchant_id=card.merchant_id, card=card, period=f"{today:%Y-%m}", source_type=source[0], source_id=source[1]
    )


@transaction.atomic
def release(*, source: tuple[str, int]) -> bool:
    """The use comes back. Again: nothing."""
    rows = CardUse.objects.filter(source_type=source[0], source_id=source[1], released_at=None)
    return bool(rows.update(released_at=clock.now()))
