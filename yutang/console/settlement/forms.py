from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yutang.areas.catalog import queries as catalog
from yutang.ui.fields import MoneyField


class ShareField(forms.DecimalField):
    """`87.5` (percent) → 8750."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=Decimal(0), max_value=Decimal(100), decimal_places=2, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return Decimal(value) / 100 if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        found = super().clean(value)
        return None if found is None else int(found * 100)


class TermsForm(forms.Form):
    share = ShareField(label=_("Percent of its sales that the store keeps"))
    serve_share = ShareField(label=_("Percent it gets for goods it gives out for other stores"))
    gift_share = ShareField(label=_("Percent of spent gift balance that it bears"))


class SupplierForm(forms.Form):
    name = forms.CharField(label=_("Supplier"), max_length=80)
    category_id = forms.ChoiceField(label=_("Category"))
    share = ShareField(label=_("Percent of sales that the supplier gets"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category_id"].choices = [(branch.pk, branch.label) for branch in catalog.categories()]


class PeriodForm(forms.Form):
    since = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))


class PaymentForm(forms.Form):
    amount = MoneyField(label=_("Amount"))
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
    key = forms.CharField(min_length=8, max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].currency = currency
