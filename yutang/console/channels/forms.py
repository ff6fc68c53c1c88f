from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yutang.areas.channels.services import FIELDS
from yutang.ui.credentials import form_fields


class AccountForm(forms.Form):
    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= form_fields(FIELDS, is_new=is_new)
        self.fields["is_active"] = forms.BooleanField(label=_("Offer log-in with WeChat in the shop"), required=False)

    def values(self) -> dict[str, Any]:
        credentials = {field.name: self.cleaned_data[field.name] for field in FIELDS}
        return {"credentials": credentials, "is_active": self.cleaned_data["is_active"]}
