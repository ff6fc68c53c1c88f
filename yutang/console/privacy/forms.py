from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from yutang.areas.privacy.models import USES, Channel

_USES = [(purpose.value, purpose.label) for purpose in USES]


class ConsentForm(forms.Form):
    purpose = forms.ChoiceField(label=_("Purpose"), choices=_USES)
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices, required=False)
    is_given = forms.TypedChoiceField(
        label=_("Statement"), choices=[("yes", _("Agrees")), ("no", _("Refuses or withdraws"))],
        coerce=lambda said: said == "yes",
    )  # fmt: skip
    evidence = forms.CharField(
        label=_("Evidence"), max_length=500, required=False,
        help_text=_("How it was said, for instance “call of 12 March”. Without names or numbers."),
    )  # fmt: skip


class EraseForm(forms.Form):
    typed = forms.CharField(label=_("Customer number"), max_length=20, widget=forms.TextInput({"autocomplete": "off"}))
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)
    despite_orders = forms.BooleanField(label=_("Erase although orders are open"), required=False)


class TextForm(forms.Form):
    purpose = forms.ChoiceField(label=_("Purpose"), choices=_USES)
    text = forms.CharField(label=_("Text"), max_length=20_000, widget=forms.Textarea({"rows": 6}))


class DocumentForm(forms.Form):
    text = forms.CharField(
        label=_("Text in Chinese"), max_length=20_000, widget=forms.Textarea({"rows": 22, "class": "font-monospace"}),
        help_text=_("HTML is kept, without scripts and styles."),
    )  # fmt: skip
    text_en = forms.CharField(
        label=_("Text in English"), max_length=20_000, required=False,
        widget=forms.Textarea({"rows": 10, "class": "font-monospace"}),
        help_text=_("Who reads the shop in English sees this; without it the Chinese text."),
    )  # fmt: skip
