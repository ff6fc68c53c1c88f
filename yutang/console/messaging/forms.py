from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yutang.ui.credentials import form_fields

if TYPE_CHECKING:
    from yutang.areas.messaging.providers import Remote


class AccountForm(forms.Form):
    """The fields that the provider wants, and what the merchant decides."""

    def __init__(self, *args: Any, provider: Remote, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = [field.name for field in provider.fields]
        self.fields |= form_fields(provider.fields, is_new=is_new)
        self.fields["codes_per_day"] = forms.IntegerField(
            label=_("Codes a day at most"), min_value=1, max_value=1_000_000,
            help_text=_("Whoever floods your shop with requests for codes costs you no more than these in 24 hours."),
        )  # fmt: skip
        self.fields["is_active"] = forms.BooleanField(label=_("Send messages through this account"), required=False)

    def values(self) -> dict[str, Any]:
        return {
            "credentials": {name: self.cleaned_data[name] for name in self.names},
            "codes_per_day": self.cleaned_data["codes_per_day"], "is_active": self.cleaned_data["is_active"],
        }  # fmt: skip
