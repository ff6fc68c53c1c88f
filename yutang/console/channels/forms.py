from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yutang.areas.channels.services import FIELDS


class AccountForm(forms.Form):
    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in FIELDS:
            keeps = field.is_secret and not is_new
            self.fields[field.name] = forms.CharField(
                label=gettext(field.label), max_length=60, required=not keeps,
                help_text=_("Leave it empty to keep the one that is stored.") if keeps else "",
                widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
                if field.is_secret else forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            )  # fmt: skip
        self.fields["is_active"] = forms.BooleanField(label=_("Offer log-in with WeChat in the shop"), required=False)

    def values(self) -> dict[str, Any]:
        credentials = {field.name: self.cleaned_data[field.name] for field in FIELDS}
        return {"credentials": credentials, "is_active": self.cleaned_data["is_active"]}
