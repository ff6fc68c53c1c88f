"""What follows from an import."""

from __future__ import annotations

from yutang.areas.imports.events import OrdersImported
from yutang.areas.tags import services as tags
from yutang.core import events


@events.on(OrdersImported)
def rule_tags_follow(event: OrdersImported) -> None:
    """New orders are news for the rules of tags."""
    if event.facts:
        tags.recompute_all(merchant_id=event.merchant_id)
