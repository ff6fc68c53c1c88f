"""An order goes somewhere else than it was placed for, while nothing of it has left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.catalog import queries as catalog
from yutang.areas.customers.addresses import Recipient
from yutang.areas.customers.addresses.recipient import LABELS, checked
from yutang.areas.customers.errors import BadAddress
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import queries_local
from yutang.areas.orders.errors import DearerThere, NotReached, WrongState
from yutang.areas.orders.models import Order, OrderItem, ShopOrder
from yutang.areas.orders.pricing import Basket, Line
from yutang.areas.orders.pricing.pipeline import Draft
from yutang.areas.orders.pricing.steps import freight, region
from yutang.areas.orders.services.fulfilling import BY_POST
from yutang.areas.orders.services.paying import lock, note
from yutang.core import audit, clock
from yutang.core.questions import ask

if TYPE_CHECKING:
    from yutang.core.access import Actor

OPEN = (Order.Status.UNPAID, Order.Status.PAID)


@transaction.atomic
def change_address(*, order_id: int, recipient: Recipient, is_by_buyer: bool = False, actor: Actor) -> Order:
    """Sends the whole order to somebody else or elsewhere. What was agreed to be paid stays: so a buyer may choose only
    where the goods are offered and sending them costs no more. BadAddress, WrongState when something has left, and for
    buyers NotInRegion, NotDelivered, NotReached, DearerThere."""
    region_of_phones = merchants.current_merchant(actor.merchant_id).phone_region
    good, errors = checked(recipient, phone_region=region_of_phones)
    if errors:
        field, reason = next(iter(errors.items()))
        raise BadAddress(field=field, field_label=gettext(LABELS[field]), reason=reason, errors=errors)
    order = lock(order_id)
    shop = order.shop
    if order.status not in OPEN or shop.fulfilment not in BY_POST:
        raise WrongState(order_no=order.order_no, status=order.get_status_display())
    if is_by_buyer and shop.fulfilment == ShopOrder.Fulfilment.LOCAL:
        _must_be_reached(order, good)
    elif is_by_buyer and good.province != shop.province:
        _must_cost_no_more(order, good.province)
    shop.recipient, shop.province, shop.city = good.sealed(actor.merchant_id), good.province, good.city
    shop.save(update_fields=["recipient", "province", "city"])
    order.updated_at = clock.now()
    order.save(update_fields=["updated_at"])
    note(order, "readdressed", actor)
    if not is_by_buyer:
        audit.record("orders.readdress", actor=actor, object_type="order", object_id=order_id)
    return order


def _must_cost_no_more(order: Order, province: str) -> None:
    items = list(OrderItem.objects.filter(order=order, gift_coupon_id=None).order_by("position"))
    sku_ids = [item.sku_id for item in items]
    told = ask(offers=catalog.offers_question(sku_ids), freight=catalog.freight_question(sku_ids))
    offers, tables = told["offers"], told["freight"]

    def fee(to: str) -> int:
        basket = Basket(
            lines=[Line(offers[item.sku_id], item.quantity) for item in items], fulfilment=order.shop.fulfilment,
            currency=order.shop.currency, at=clock.now(), province=to, freight=tables,
        )  # fmt: skip
        draft = Draft(basket)
        draft.amounts = [item.amount for item in items]  # what they were sold for, which may make the freight free
        region(draft)
        freight(draft)
        return draft.freight

    if fee(province) > fee(order.shop.province):
        raise DearerThere(field="address")


def _must_be_reached(order: Order, to: Recipient) -> None:
    """By the store that brings it, for no more than was agreed."""
    reach = queries_local.reach(order.node_id, to)
    if reach is None:
        raise NotReached(field="address")
    worth = sum(OrderItem.objects.filter(order=order).values_list("amount", flat=True))
    fee = reach.costs(worth)
    if fee is None or fee > order.shop.freight:
        raise DearerThere(field="address")
