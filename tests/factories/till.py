"""A cashier at the till of a store."""

from __future__ import annotations

from tests.console.conftest import make_member
from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants.models import Merchant, OrgNode
from yutang.areas.orders.models import TillBasket
from yutang.areas.orders.services import baskets
from yutang.areas.payments import services as payments
from yutang.core import tenancy
from yutang.core.access import Actor


def cashier(merchant: Merchant, store: OrgNode, role: str = "store_manager", opening: int | None = 0) -> Actor:
    """A person with that role at the store, and an open drawer unless `opening` is None."""
    member = make_member(merchant, role, store)
    with tenancy.scope(merchant.pk):
        actor = merchants.actor_for(member.user, merchant.pk)
        assert actor is not None
        if opening is not None:
            payments.drawer.open_shift(node_id=store.pk, opening=opening, currency=merchant.currency, actor=actor)
    return actor


def basket(actor: Actor, store: OrgNode, *lines) -> TillBasket:
    """In hand, with these (SKU, pieces)."""
    held = baskets.in_hand(node_id=store.pk, actor=actor)
    for sku, pieces in lines:
        held = baskets.add(key=held.key, sku_id=sku.pk, pieces=pieces, actor=actor)
    return held
