"""Invoices (发票): asked for by buyers, written down by staff, and reversed when money goes back
(docs/decisions/0042-invoices.md). Every change locks the order first."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext

from yutang.areas.orders import invoice_rules
from yutang.areas.orders.errors import (
    BadInvoice,
    CannotBeInvoiced,
    InvoiceChanged,
    InvoiceIssued,
    InvoiceNumberTaken,
    WrongState,
)
from yutang.areas.orders.invoice_rules import Document, InvoiceDetails
from yutang.areas.orders.models import Invoice, InvoiceDocument, Order
from yutang.areas.orders.services.paying import lock, note
from yutang.core import audit, clock, crypto

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yutang.core.access import Actor

TITLES = "invoice_title"  # of the blind index


@transaction.atomic
def request(*, order_id: int, details: InvoiceDetails, actor: Actor) -> Invoice:
    """Asks for the invoice of an order, or changes what was asked for until it is issued. The face has fetched the
    order by the buyer's door. BadInvoice, CannotBeInvoiced, InvoiceIssued."""
    good, errors = invoice_rules.checked(details)
    _refuse(errors)
    order = lock(order_id)
    row = Invoice.objects.select_for_update().filter(order=order).first()
    if row is not None and _is_written(row):
        raise InvoiceIssued
    if order.status == Order.Status.CLOSED or (order.paid_at is not None and order.net_amount <= 0):
        raise CannotBeInvoiced(order_no=order.order_no)
    if row is None:
        row = Invoice(merchant_id=actor.merchant_id, order=order)
    else:
        row.revision += 1
    row.state = invoice_rules.state(is_paid=order.paid_at is not None, kept=order.net_amount, invoiced=0)
    row.kind, row.details = good.kind, good.sealed(actor.merchant_id)
    row.title_index = crypto.blind_index(TITLES, invoice_rules.title_key(good.title), actor.merchant_id)
    row.requested_at = clock.now()
    row.save()
    note(order, "invoice_asked", actor)
    return row


@transaction.atomic
def withdraw(*, order_id: int, actor: Actor) -> None:
    """Nothing of the request is kept. None was made: nothing. InvoiceIssued."""
    order = lock(order_id)
    row = Invoice.objects.select_for_update().filter(order=order).first()
    if row is None:
        return
    if _is_written(row):
        raise InvoiceIssued
    row.delete()
    note(order, "invoice_withdrawn", actor)


@transaction.atomic
def write(*, order_id: int, document: Document, revision: int, amount: int, actor: Actor) -> InvoiceDocument:
    """Writes down that an invoice was issued over what is not invoiced yet, or a red-letter one over what went back
    since. `revision` and `amount` (minor units, below zero for a red-letter one): what whoever issued it had seen.
    BadInvoice, WrongState when nothing is to be written, InvoiceChanged, InvoiceNumberTaken."""
    _refuse(invoice_rules.wrong_in(document, today=timezone.localdate()))
    order = lock(order_id)
    row = Invoice.objects.select_for_update().filter(order=order).first()
    if row is None:  # withdrawn meanwhile
        raise InvoiceChanged
    due = order.net_amount - _invoiced(row)
    if order.paid_at is None or not due:
        raise WrongState(order_no=order.order_no, status=row.get_state_display())
    if (revision, amount) != (row.revision, due):
        raise InvoiceChanged
    with _number_free(document.number):
        written = InvoiceDocument.objects.create(
            merchant_id=actor.merchant_id, invoice=row, number=document.number, issued_on=document.issued_on,
            url=document.url, amount=due, by=actor.name,
        )  # fmt: skip
    _follow(order, row)
    what = "invoice_issued" if due > 0 else "invoice_reversed"
    note(order, what, actor, amount=abs(due), text=document.number)
    audit.record(
        f"orders.{what}", actor=actor, object_type="order", object_id=order_id,
        detail={"number": document.number, "amount": due},
    )  # fmt: skip
    return written


@transaction.atomic
def follow(*, order_id: int) -> None:
    """Moves a request to where money that came or went back has put it; harmless twice, and for an order without."""
    if not Invoice.objects.filter(order=order_id).exists():
        return
    order = lock(order_id)
    if row := Invoice.objects.select_for_update().filter(order=order).first():
        _follow(order, row)


@transaction.atomic
def record_look(*, order_id: int, actor: Actor) -> None:
    """Writes down that somebody of the staff reads for whom it is in full."""
    audit.record("orders.look_at_invoice", actor=actor, object_type="order", object_id=order_id)


@transaction.atomic
def record_export(*, count: int, actor: Actor) -> None:
    audit.record("orders.export_invoices", actor=actor, object_type="order", detail={"orders": count})


# -- parts -------------------------------------------------------------------------------------------------------


def _is_written(row: Invoice) -> bool:
    """Something was issued, even if all of it was reversed since."""
    return InvoiceDocument.objects.filter(invoice=row).exists()


def _invoiced(row: Invoice) -> int:
    return InvoiceDocument.objects.filter(invoice=row).aggregate(sum=Sum("amount"))["sum"] or 0


def _follow(order: Order, row: Invoice) -> None:
    after = invoice_rules.state(is_paid=order.paid_at is not None, kept=order.net_amount, invoiced=_invoiced(row))
    if after != row.state:
        row.state = after
        row.save(update_fields=["state"])


def _refuse(errors: dict[str, str]) -> None:
    if errors:
        field, reason = next(iter(errors.items()))
        raise BadInvoice(field=field, field_label=gettext(invoice_rules.LABELS[field]), reason=reason, errors=errors)


@contextmanager
def _number_free(number: str) -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "invoice_number_once" not in str(error):
            raise
        raise InvoiceNumberTaken(field="number", number=number) from error
