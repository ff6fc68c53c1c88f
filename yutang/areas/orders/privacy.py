"""What orders know of a person. Amounts, times and goods stay: the law wants accounts kept, and they name nobody."""

from __future__ import annotations

import json

from django.utils.translation import gettext_noop, ngettext

from yutang.areas.customers.erasing import Person
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders.models import Order, OrderStep, SaleLine, ShopOrder
from yutang.areas.privacy import registry
from yutang.core import crypto, money
from yutang.core.access import Actor

_OPEN = (Order.Status.UNPAID, Order.Status.PAID, Order.Status.PARTLY_SHIPPED, Order.Status.SHIPPED)


def register() -> None:
    registry.register(
        registry.Holder(
            area="orders",
            tables=("orders_order", "orders_saleline"),
            copy=copy,
            erase=erase,
            objections=open_orders,
        )
    )
    registry.nothing_personal("orders_customerstatistic", "sums of orders, which stay; they name nobody")


def copy(person: Person) -> registry.Section:
    merchant = merchants.current_merchant(person.merchant_id)
    orders = Order.objects.filter(customer=person.customer_id).select_related("channel").order_by("ordered_at", "id")
    rows = {
        order.pk: {
            "order_no": order.order_no, "channel": str(order.channel), "status": order.get_status_display(),
            "at": order.ordered_at, "amount": str(money.to_decimal(order.net_amount, merchant.currency)),
            "currency": merchant.currency, "note": order.note,
        }
        for order in orders
    }  # fmt: skip
    sent = ShopOrder.objects.filter(order__customer=person.customer_id).order_by("pk")
    lines = SaleLine.objects.filter(customer_id=person.customer_id).order_by("occurred_at", "id")
    return {
        gettext_noop("Orders"): list(rows.values()),
        gettext_noop("Deliveries"): [
            {
                "order_no": rows[shop.pk]["order_no"], "kind": shop.get_fulfilment_display(),
                "recipient": json.loads(crypto.decrypt(shop.recipient, person.merchant_id)) if shop.recipient else {},
                "note": shop.buyer_note,
            }
            for shop in sent
        ],
        gettext_noop("Sale lines"): [
            {
                "order_no": rows[line.order_id]["order_no"] if line.order_id in rows else "", "at": line.occurred_at,
                "kind": line.get_kind_display(), "title": line.title, "quantity": line.quantity,
                "amount": str(money.to_decimal(line.amount, merchant.currency)), "currency": merchant.currency,
            }
            for line in lines
        ],
    }  # fmt: skip


def erase(person: Person, actor: Actor) -> None:
    """Free text goes: what the buyer wrote to the shop, what staff wrote on the order, engravings and the like; and
    to whom and where it was sent."""
    del actor
    ShopOrder.objects.filter(order__customer=person.customer_id).update(
        recipient=None, province="", city="", buyer_note=""
    )
    OrderStep.objects.filter(order__customer=person.customer_id, what="noted").update(detail={})
    Order.objects.filter(customer=person.customer_id).exclude(note="").update(note="")
    SaleLine.objects.filter(customer_id=person.customer_id).exclude(spec="").update(spec="")


def open_orders(person: Person) -> list[str]:
    count = Order.objects.filter(customer=person.customer_id, status__in=_OPEN).count()
    if not count:
        return []
    return [ngettext("%(count)s order is still open.", "%(count)s orders are still open.", count) % {"count": count}]
