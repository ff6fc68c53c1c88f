"""Reads of invoices: the list of staff, one with its documents, and a shopper's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from yutang.areas.orders.invoice_rules import InvoiceDetails, State, title_key
from yutang.areas.orders.models import Invoice, InvoiceDocument, Order, OrderItem
from yutang.areas.orders.queries_shop import shop_order
from yutang.areas.orders.services.invoicing import TITLES
from yutang.core import crypto
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from django.db.models import QuerySet

    from yutang.core.access import Actor

PERMISSION = "orders.invoices"
ORDER = ("-requested_at", "-order_id")
TABS = (State.WAITING.value, State.TO_REVERSE.value, State.ISSUED.value, "")


@dataclass(frozen=True)
class InvoiceLine:
    """Goods, or the freight (no item), as far as their money was kept. Minor units."""

    item: OrderItem | None
    quantity: int
    amount: int


@dataclass(frozen=True)
class WholeInvoice:
    """A request with everything that hangs on it; `due`: to be invoiced, or below zero to be reversed."""

    invoice: Invoice
    order: Order
    details: InvoiceDetails
    documents: list[InvoiceDocument]

    @property
    def due(self) -> int:
        kept = self.order.net_amount if self.order.paid_at else 0
        return kept - sum(document.amount for document in self.documents)

    @property
    def is_open(self) -> bool:
        """The buyer may still change it."""
        return not self.documents and self.invoice.state in (State.ASKED, State.WAITING)


def invoices(actor: Actor, *, tab: str = "", text: str = "") -> QuerySet[Invoice]:
    """What the permission reaches, to be paged by `ORDER`. `text`: a number of an order or a document, or a title."""
    found = Invoice.objects.select_related("order").prefetch_related("order__node", "documents")
    if (nodes := actor.nodes(PERMISSION)) is not None:
        found = found.filter(order__node__in=nodes)
    if tab:
        found = found.filter(state=tab)
    if text:
        key = crypto.blind_index(TITLES, title_key(text), actor.merchant_id)
        orders = Order.objects.filter(order_no=text[:80]).values("pk")
        numbers = InvoiceDocument.objects.filter(number=text[:40]).values("invoice")
        found = found.filter(Q(pk__in=orders) | Q(pk__in=numbers) | Q(title_index=key))
    return found


def of_order(actor: Actor, order_id: int) -> WholeInvoice:
    """The checked door of staff."""
    found = whole(shop_order(actor, order_id, PERMISSION))
    if found is None:
        raise NotFound
    return found


def whole(order: Order) -> WholeInvoice | None:
    """Of an order that came through a checked door; two queries."""
    row = Invoice.objects.filter(order=order).first()
    return None if row is None else _whole(row, order, list(documents(row)))


def wholes(rows: Iterable[Invoice]) -> list[WholeInvoice]:
    """Of a page of `invoices`: no further query."""
    return [_whole(row, row.order, list(row.documents.all())) for row in rows]


def documents(row: Invoice) -> QuerySet[InvoiceDocument]:
    return InvoiceDocument.objects.filter(invoice=row).order_by("pk")


def can_be_asked(order: Order) -> bool:
    """Whether a paid order is worth an invoice."""
    return order.paid_at is not None and order.status != Order.Status.CLOSED and order.net_amount > 0


def last_details(customer_id: int | None) -> InvoiceDetails:
    """What this person asked for last, as a beginning for the next one."""
    found = None
    if customer_id is not None:
        rows = Invoice.objects.filter(order__customer=customer_id, details__isnull=False)
        found = rows.order_by(*ORDER).first()
    return details(found) if found is not None else InvoiceDetails()


def details(row: Invoice) -> InvoiceDetails:
    """In full; empty once the person was erased."""
    return InvoiceDetails.opened(row.details, row.merchant_id) if row.details else InvoiceDetails(kind=row.kind)


def lines(order: Order, items: Iterable[OrderItem]) -> list[InvoiceLine]:
    """What an invoice is over, item by item, of a paid order; Σ amounts = `order.net_amount`."""
    goods = [
        InvoiceLine(item, item.quantity - item.returned + item.exchanged, item.amount - item.refunded)
        for item in items
    ]  # fmt: skip
    freight = order.net_amount - sum(line.amount for line in goods)
    return [line for line in (*goods, InvoiceLine(None, 1, freight)) if line.amount]


def to_issue(
    actor: Actor, *, order_ids: Collection[int] | None = None, size: int = 200
) -> Iterator[list[WholeInvoice]]:  # fmt: skip
    """Those that wait to be issued, of these orders only or all of them, the oldest first, page by page."""
    found = invoices(actor, tab=State.WAITING).select_related("order__shop").order_by("requested_at", "order_id")
    if order_ids is not None:
        found = found.filter(pk__in=order_ids)
    after = found
    while page := list(after[:size]):
        yield wholes(page)
        last = page[-1]
        later = Q(requested_at=last.requested_at, order_id__gt=last.order_id)
        after = found.filter(Q(requested_at__gt=last.requested_at) | later)


def _whole(row: Invoice, order: Order, written: list[InvoiceDocument]) -> WholeInvoice:
    return WholeInvoice(row, order, details(row), written)
