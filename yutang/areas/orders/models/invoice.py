"""Invoices (发票) that buyers ask for, and what was written for them. The product keeps book; the tax bureau's own
system issues."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yutang.areas.customers.models import unchecked_merchant
from yutang.areas.orders.models.recorded import Order
from yutang.core import clock
from yutang.core.tenancy import TenantModel


class Invoice(TenantModel):
    """The request of one order. `state` follows from the order and the documents (rules.invoice_state)."""

    class State(models.TextChoices):
        ASKED = "asked", _("Issued after payment")
        WAITING = "waiting", pgettext_lazy("invoice", "To be issued")
        ISSUED = "issued", pgettext_lazy("invoice", "Issued")
        TO_REVERSE = "to_reverse", _("To be reversed")
        OVER = "over", _("Nothing left to invoice")

    class Kind(models.TextChoices):
        PERSONAL = "personal", pgettext_lazy("invoice", "Personal")
        COMPANY = "company", pgettext_lazy("invoice", "Company")

    merchant = unchecked_merchant()
    order = models.OneToOneField(Order, on_delete=models.PROTECT, primary_key=True, related_name="invoice")
    state = models.CharField(max_length=10, choices=State)
    kind = models.CharField(max_length=8, choices=Kind)
    details = models.BinaryField(null=True)  # encrypted JSON: title, tax_no, email; null once the person was erased
    title_index = models.BinaryField(max_length=16, default=b"")  # finds a whole title
    # Of what the buyer asked for: staff issue what they have seen, or nothing.
    revision = models.IntegerField(default=1)
    requested_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [
            models.Index(fields=["merchant", "state", "-requested_at", "-order"], name="invoice_by_state"),
            models.Index(fields=["merchant", "-requested_at", "-order"], name="invoice_newest"),
            models.Index(fields=["merchant", "title_index"], condition=~Q(title_index=b""), name="invoice_by_title"),
        ]


class InvoiceDocument(TenantModel):
    """An invoice that was issued (amount above zero), or a red-letter one that takes a part of it back (below)."""

    merchant = unchecked_merchant()
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="documents", db_index=False)
    number = models.CharField(max_length=40)
    issued_on = models.DateField()
    url = models.CharField(max_length=500, blank=True)  # where the buyer finds it
    amount = models.BigIntegerField()
    by = models.CharField(max_length=200)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "number"], name="invoice_number_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="invoice_document_amount"),
        ]
        indexes = [models.Index(fields=["merchant", "invoice"], name="document_of_invoice")]
