"""What orders know of a person. Amounts, times and goods stay: the law wants accounts kept, and they name nobody."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_noop, ngettext

from yutang.areas.catalog import queries as catalog
from yutang.areas.customers.addresses import Recipient
from yutang.areas.customers.erasing import Person
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import queries_invoices
from yutang.areas.orders.models import (
    CartLine,
    Invoice,
    InvoiceDocument,
    Order,
    OrderStep,
    Parcel,
    SaleLine,
    ShopOrder,
    TillBasket,
)
from yutang.areas.privacy import registry
from yutang.core import money
from yutang.core.access import Actor

_OPEN = (Order.Status.UNPAID, Order.Status.PAID, Order.Status.PARTLY_SHIPPED, Order.Status.SHIPPED)
CART_BATCH = 5_000


def register() -> None:
    registry.register(
        registry.Holder(
            area="orders",
            tables=(
                "orders_order",
                "orders_saleline",
                "orders_cartline",
                "orders_tillbasket",
                "orders_invoice",
                "orders_invoicedocument",
            ),
            copy=copy,
            erase=erase,
            objections=open_orders,
        )
    )
    registry.nothing_personal("orders_customerstatistic", "sums of orders, which stay; they name nobody")
    registry.register_timer(
        registry.Timer("carts", gettext_noop("Carts of visitors who did not log in"), 60, count_carts, remove_carts)
    )
    registry.register_timer(
        registry.Timer(
            "invoices", gettext_noop("Requests for invoices of orders that were never paid"), 30, count_unpaid,
            remove_unpaid,
        )
    )  # fmt: skip


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
    parcels: dict[int, list[dict[str, Any]]] = {}
    for parcel in Parcel.objects.filter(order__customer=person.customer_id).order_by("pk"):
        row = {"carrier": parcel.carrier, "tracking_no": parcel.tracking_no, "at": parcel.at}
        parcels.setdefault(parcel.order_id, []).append(row)
    sent = ShopOrder.objects.filter(order__customer=person.customer_id).order_by("pk")
    lines = SaleLine.objects.filter(customer_id=person.customer_id).order_by("occurred_at", "id")
    return {
        gettext_noop("Orders"): list(rows.values()),
        gettext_noop("Deliveries"): [
            {
                "order_no": rows[shop.pk]["order_no"], "kind": shop.get_fulfilment_display(),
                "recipient": asdict(Recipient.opened(shop.recipient, person.merchant_id)) if shop.recipient else {},
                "note": shop.buyer_note, "parcels": parcels.get(shop.pk, []),
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
        gettext_noop("Cart"): _cart(person),
        gettext_noop("Invoices"): _invoices(person),
    }  # fmt: skip


def erase(person: Person, actor: Actor) -> None:
    """Free text goes: what the buyer wrote to the shop, what staff wrote on the order, engravings and the like; to
    whom and where it was sent, and by which number; what lies in the cart; and for whom invoices are, whose numbers and
    amounts stay."""
    del actor
    # Orders first: whoever changes one locks it before its other half (services.lock).
    Order.objects.filter(customer=person.customer_id).exclude(note="").update(note="")
    ShopOrder.objects.filter(order__customer=person.customer_id).update(
        recipient=None, province="", city="", buyer_note=""
    )
    Parcel.objects.filter(order__customer=person.customer_id).exclude(tracking_no="").update(tracking_no="")
    steps = OrderStep.objects.filter(order__customer=person.customer_id)
    steps.filter(what="noted").update(detail={})
    # A number opens the carrier's page with name and address; which parcel it was stays.
    steps.filter(what__in=("shipped", "corrected")).update(detail=JSONObject(parcel=KeyTransform("parcel", "detail")))
    SaleLine.objects.filter(customer_id=person.customer_id).exclude(spec="").update(spec="")
    _erase_invoices(person)
    CartLine.objects.filter(identity__in=person.identities).delete()
    TillBasket.objects.filter(identity__in=person.identities).update(
        identity=None, label="", coupons="auto", uses_points=False, shown_at=None
    )  # fmt: skip


def open_orders(person: Person) -> list[str]:
    count = Order.objects.filter(customer=person.customer_id, status__in=_OPEN).count()
    if not count:
        return []
    return [ngettext("%(count)s order is still open.", "%(count)s orders are still open.", count) % {"count": count}]


def count_carts(before: datetime) -> int:
    return _old_carts(before).count()


def remove_carts(before: datetime) -> int:
    """Takes carts of browsers out that nobody has put anything into since."""
    gone = 0
    while batch := list(_old_carts(before).order_by("added_at").values_list("pk", flat=True)[:CART_BATCH]):
        gone += CartLine.objects.filter(pk__in=batch).delete()[0]
    return gone


def count_unpaid(before: datetime) -> int:
    return _unpaid(before).count()


def remove_unpaid(before: datetime) -> int:
    """An order that is not paid closes within a day."""
    return _unpaid(before).delete()[0]


def _unpaid(before: datetime) -> QuerySet[Invoice]:
    return Invoice.objects.filter(state=Invoice.State.ASKED, requested_at__lt=before)


def _erase_invoices(person: Person) -> None:
    mine = Invoice.objects.filter(order__customer=person.customer_id)
    mine.filter(state__in=(Invoice.State.ASKED, Invoice.State.WAITING)).delete()
    InvoiceDocument.objects.filter(invoice__in=mine.values("pk")).update(url="")
    mine.update(details=None, title_index=b"")


def _invoices(person: Person) -> list[dict[str, Any]]:
    merchant = merchants.current_merchant(person.merchant_id)
    rows = Invoice.objects.filter(order__customer=person.customer_id).select_related("order")
    return [
        {
            "order_no": row.order.order_no, "state": row.get_state_display(), "at": row.requested_at,
            **asdict(queries_invoices.details(row)),
            "documents": [
                {
                    "number": written.number, "on": written.issued_on, "link": written.url,
                    "amount": str(money.to_decimal(written.amount, merchant.currency)),
                }
                for written in row.documents.all()
            ],
        }
        for row in rows.prefetch_related("documents").order_by("requested_at", "order_id")
    ]  # fmt: skip


def _old_carts(before: datetime) -> QuerySet[CartLine]:
    return CartLine.objects.exclude(visitor="").filter(added_at__lt=before)


def _cart(person: Person) -> list[dict[str, Any]]:
    lines = list(CartLine.objects.filter(identity__in=person.identities).order_by("added_at", "pk"))
    offers = catalog.offers(line.sku_id for line in lines)
    return [
        {
            "title": offers[line.sku_id].title if line.sku_id in offers else "", "quantity": line.quantity,
            "at": line.added_at,
        }
        for line in lines
    ]  # fmt: skip
