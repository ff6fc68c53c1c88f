"""The form of an invoice request, on the order and at the checkout."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yutang.areas.orders import invoice_rules
from yutang.areas.orders.invoice_rules import InvoiceDetails, Kind

PREFIX = "invoice"


class InvoiceForm(forms.Form):
    """What is wrong with it the service says. `kind` empty: none is wanted, which only the checkout offers."""

    kind = forms.ChoiceField(label=_("Invoice for"), choices=Kind.choices, required=False)
    title = forms.CharField(label=_("Invoice title"), required=False, max_length=invoice_rules.LONGEST_TITLE)
    tax_no = forms.CharField(label=_("Tax number"), required=False, max_length=40)
    email = forms.CharField(label=_("E-mail"), required=False, max_length=invoice_rules.LONGEST_EMAIL)

    def __init__(self, data: Any = None, *, known: InvoiceDetails, is_wanted: bool = True) -> None:
        """`known`: what the person asked for before."""
        initial = asdict(known)
        if not is_wanted:
            initial["kind"] = ""
        super().__init__(data, initial=initial, prefix=PREFIX)

    def details(self) -> InvoiceDetails:
        return InvoiceDetails(**self.cleaned_data)

    def problems(self) -> dict[str, str]:
        """{field: reason}; none where no invoice is wanted."""
        if not self.is_valid():
            return {field: str(reasons[0]) for field, reasons in self.errors.items()}
        found = self.details()
        return invoice_rules.checked(found)[1] if found.kind else {}
