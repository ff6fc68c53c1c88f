"""The form of an address."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from yutang.areas.customers.addresses import Recipient


class AddressForm(forms.Form):
    """What is wrong with it the address book says."""

    name = forms.CharField(label=_("Recipient"), required=False, max_length=100)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=30)
    province = forms.CharField(label=_("Province"), required=False, max_length=40)
    city = forms.CharField(label=_("City"), required=False, max_length=40)
    district = forms.CharField(label=_("District"), required=False, max_length=40)
    street = forms.CharField(label=_("Street and number"), required=False, max_length=200)
    is_default = forms.BooleanField(label=_("Use by default"), required=False)

    def recipient(self) -> Recipient:
        return Recipient(**{name: text for name, text in self.cleaned_data.items() if name != "is_default"})
