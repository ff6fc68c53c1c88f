from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yutang.console.payments.labels import way
from yutang.ui.credentials import form_fields

if TYPE_CHECKING:
    from yutang.areas.payments.providers import Remote


class AccountForm(forms.Form):
    """The fields that the provider wants, and the ways that buyers are offered."""

    def __init__(self, *args: Any, provider: Remote, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = [field.name for field in provider.fields]
        self.fields |= form_fields(provider.fields, is_new=is_new)
        self.fields["methods"] = forms.MultipleChoiceField(
            label=_("Ways to pay"), choices=[(method, way(method)) for method in provider.methods],
            widget=forms.CheckboxSelectMultiple, help_text=_("Each device is offered those that work there."),
        )  # fmt: skip
        self.fields["is_active"] = forms.BooleanField(label=_("Take money through this account"), required=False)

    def values(self) -> dict[str, Any]:
        return {
            "credentials": {name: self.cleaned_data[name] for name in self.names},
            "methods": self.cleaned_data["methods"], "is_active": self.cleaned_data["is_active"],
        }  # fmt: skip
