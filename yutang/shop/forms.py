"""Forms of the shop. Messages stand beside the field they are about."""

from __future__ import annotations

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

_ID = {"min_value": 1, "max_value": 2**63 - 1}


class KeyField(forms.CharField):
    """The id of one tap: the same again is the same, however often the line sends it."""

    def __init__(self) -> None:
        super().__init__(max_length=32, required=False, widget=forms.HiddenInput)

    def clean(self, value: str | None) -> str:
        text: str = super().clean(value)
        return text if text.isascii() and text.isalnum() else uuid.uuid4().hex


class LineForm(forms.Form):
    sku = forms.IntegerField(**_ID)
    quantity = forms.IntegerField(min_value=0)
    key = KeyField()


class PhoneForm(forms.Form):
    phone = forms.CharField(label=_("Phone"), max_length=30)


class CodeForm(PhoneForm):
    """`is_over`: the code that was sent is worth nothing any more."""

    is_over = False
    code = forms.RegexField(r"^\s*\d{6}\s*$", label=pgettext_lazy("one-time code", "Code"), max_length=10)
