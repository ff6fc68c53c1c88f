from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yutang.areas.interactions import codes
from yutang.areas.interactions.models import Code
from yutang.areas.merchants import queries as merchants

if TYPE_CHECKING:
    from yutang.core.access import Actor


MOST_COLLEAGUES = 1000


class CodeForm(forms.Form):
    kind = forms.ChoiceField(label=_("Belongs to"), choices=Code.Kind.choices, initial=Code.Kind.POSTER)
    name = forms.CharField(
        label=_("Name"), max_length=80,
        help_text=_("Stands below the printed code, for instance “Counter, autumn tea”."),
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )  # fmt: skip
    holder = forms.CharField(
        label=_("Holder"), max_length=80, required=False,
        help_text=_("The guide's name or number, the place of the poster, the account of the advertisement."),
    )  # fmt: skip
    guide = forms.TypedChoiceField(
        label=_("Guide"), coerce=int, required=False, empty_value=None,
        widget=forms.Select(attrs={"data-select": True}),
        help_text=_("Of a guide's code: who comes by it first of all is looked after by this colleague."),
    )  # fmt: skip
    customer = forms.IntegerField(
        label=_("Code of customer"), required=False, min_value=1, max_value=2**63 - 1,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("The number of a distributor, expert or friend: who comes by it first of all was brought by them."),
    )  # fmt: skip
    node = forms.TypedChoiceField(label=_("Store"), coerce=int, widget=forms.Select(attrs={"data-select": True}))
    target = forms.CharField(
        label=_("Leads to"), max_length=500,
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://", "autocomplete": "off"}),
        help_text=_("The page people see after scanning. It can be changed later; the printed code stays the same."),
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.nodes = {node.pk: node for node in merchants.nodes_for(codes.EDIT, actor=actor)}
        colleagues = [
            (member.pk, str(member.user))
            for member in merchants.colleagues(actor=actor, permission=codes.EDIT)[:MOST_COLLEAGUES]
        ]
        self.fields["guide"].choices = [("", "–"), *colleagues]
        self.fields["node"].choices = [(node.pk, f"{node.name} · {node.code}") for node in self.nodes.values()]

    def values(self) -> dict[str, Any]:
        values = {**self.cleaned_data, "node": self.nodes[self.cleaned_data["node"]]}
        return values | {"guide_id": values.pop("guide"), "customer_id": values.pop("customer")}
