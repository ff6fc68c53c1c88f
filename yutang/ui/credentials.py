"""Form fields for what a merchant enters to connect an account with another service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yutang.core.credentials import Field


def form_fields(fields: Iterable[Field], *, is_new: bool) -> dict[str, forms.Field]:
    """A secret is never shown again; left empty, the one that is stored stays."""
    made: dict[str, forms.Field] = {}
    for field in fields:
        keeps = field.is_secret and not is_new
        made[field.name] = forms.CharField(
            label=gettext(field.label), max_length=10_000 if field.is_long else 200,
            required=field.is_required and not keeps, widget=_widget(field),
            help_text=_("Leave it empty to keep the one that is stored.") if keeps else "",
        )  # fmt: skip
    return made


def _widget(field: Field) -> forms.Widget:
    typed = {"autocomplete": "off", "spellcheck": "false"}
    if field.is_long:  # keys have lines
        return forms.Textarea(attrs={**typed, "rows": 4, "class": "yt-code"})
    return forms.PasswordInput(attrs={"autocomplete": "new-password"}) if field.is_secret else forms.TextInput(typed)
