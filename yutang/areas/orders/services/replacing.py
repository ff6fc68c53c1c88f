"""Pieces go out again for pieces that came back: held while they are on their way, then an order at no price.

What was paid for the first pieces stays where it was paid (`OrderItem.exchanged`), so that it can still go back."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_noop

from yutang.areas.catalog import queries as catalog
from yutang.areas.inventory import queries as inventory
from yutang.areas.inventory import services as stock
from yutang.areas.inventory.errors import OutOfStock
from yutang.areas.inventory.services import Wanted
from yutang.areas.orders.errors import NotOnSale, SoldOut
from yutang.areas.orders.models import Adjustment, Order, OrderItem, ShopOrder
from yutang.areas.orders.services.paying import lock, note, settle
from yutang.areas.orders.services.placing import held_by
from yutang.core import clock

if TYPE_CHECKING:
    from yutang.areas.catalog.queries import Offer
    from yutang.areas.inventory.queries import Stock
    from yutang.core.access import Actor

STEP = "exchange"


@transaction.atomic
def hold_replacement(*, order_id: int, sku_id: int, pieces: int, key: str, actor: Actor) -> int:
    """Holds pieces that will go to the buyer of an order; the store they lie in. NotOnSale when there is no such SKU,
    SoldOut when no store has so many; then nothing is written."""
    order = Order.objects.select_related("shop").get(pk=order_id)
    offer = _offer(sku_id)
    at_store = [order.node_id] if order.shop.fulfilment == ShopOrder.Fulfilment.LOCAL else None
    found = inventory.allocate({sku_id: pieces}, province=order.shop.province, city=order.shop.city, node_ids=at_store)
    if found is None:
        most = max((row.available for row in inventory.stock([sku_id], node_ids=at_store)), default=0)
        raise SoldOut(field="sku_id", title=offer.title, available=most)
    _hold(offer, found[sku_id], pieces, key, actor)
    return found[sku_id].node_id


@transaction.atomic
def lock_exchange(*, order_id: int, position: int, sku_id: int, node_id: int, actor: Actor) -> None:
    """For who takes pieces of an item back and sends others for them (`replace`), ahead of both: exchanges that cross
    would wait for each other."""
    item = OrderItem.objects.get(order=order_id, position=position)
    stock.lock(places=[(item.sku_id, item.node_id), (sku_id, node_id)], actor=actor)


def release_replacement(*, key: str, actor: Actor) -> None:
    """What was held is for others again."""
    stock.release(key=key, actor=actor)


@transaction.atomic
def replace(
    *, order_id: int, position: int, sku_id: int, pieces: int, node_id: int, held: str, key: str, actor: Actor
) -> Order:  # fmt: skip
    """The order that takes what `hold_replacement` held at the store under the key `held` to the buyer of
    `order_id`, at no price. It waits to be shipped like any other. The same key again is the same order."""
    before = lock(order_id)
    if earlier := Order.objects.filter(shop__key=key).first():
        return earlier
    offer, now = _offer(sku_id), clock.now()
    order = Order.objects.create(
        merchant_id=actor.merchant_id, channel_id=before.channel_id, node_id=before.node_id, status=Order.Status.UNPAID,
        order_no=f"{now:%y%m%d}{secrets.randbelow(10**10):010d}", identity_id=before.identity_id,
        customer_id=before.customer_id, ordered_at=now, updated_at=now,
    )  # fmt: skip
    shop = before.shop
    paid_for = shop.replaces or OrderItem.objects.get(order=before, position=position)
    ShopOrder.objects.create(
        merchant_id=actor.merchant_id, order=order, key=key, fulfilment=shop.fulfilment, currency=shop.currency,
        total=0, province=shop.province, city=shop.city, recipient=shop.recipient, replaces=paid_for,
    )  # fmt: skip
    listed = offer.price * pieces
    OrderItem.objects.create(
        merchant_id=actor.merchant_id, order=order, position=0, sku_id=sku_id, product_id=offer.product_id,
        node_id=node_id, kind=offer.kind, title=offer.title, spec=offer.spec, sku_code=offer.sku_code,
        product_code=offer.product_code, picture=offer.picture, quantity=pieces, list_amount=listed, amount=0,
        cost=None if offer.cost is None else offer.cost * pieces,
    )  # fmt: skip
    Adjustment.objects.create(
        merchant_id=actor.merchant_id, order=order, position=0, step=STEP, source_type="order", source_id=str(order_id),
        label=gettext_noop("Exchange"), amount=-listed,
    )  # fmt: skip
    note(order, "placed", actor)
    # Both in this transaction, which has the pool locked from the first statement on: nobody comes in between.
    stock.release(key=held, actor=actor)
    lies = next(iter(inventory.stock([sku_id], node_ids=[node_id])), None)
    if lies is None:
        raise SoldOut(field="sku_id", title=offer.title, available=0)
    _hold(offer, lies, pieces, held_by(order.pk), actor)
    settle(order.pk, actor)
    return lock(order.pk)


def _offer(sku_id: int) -> Offer:
    """Whether it is on sale does not matter: it was promised."""
    found = catalog.offers([sku_id]).get(sku_id)
    if found is None:
        raise NotOnSale(field="sku_id", title="?")
    return found


def _hold(offer: Offer, lies: Stock, pieces: int, key: str, actor: Actor) -> None:
    try:
        stock.hold(wanted=[Wanted(lies, pieces)], holder_key=key, key=key, actor=actor)
    except OutOfStock as error:
        raise SoldOut(field="sku_id", title=offer.title, available=error.params["available"]) from error
