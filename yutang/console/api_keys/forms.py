from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants.permissions import PERMISSIONS
from yutang.areas.openplatform import queries
from yutang.core import clock

if TYPE_CHECKING:
    from yutang.core.access import Actor

EXPIRIES = [("30", _("In 30 days")), ("90", _("In 90 days")), ("365", _("In a year")), ("", _("No expiry"))]


class KeyForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("The system that will use it, for instance “ERP”."),
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )  # fmt: skip
    node = forms.TypedChoiceField(
        label=_("Reach"), coerce=int,
        widget=forms.Select(attrs={"data-select": True}),
        help_text=_("A key of a store sees that store's customers and orders only."),
    )  # fmt: skip
    expires = forms.ChoiceField(label=_("Expires"), choices=EXPIRIES, required=False, initial="90")
    origins = forms.CharField(
        label=_("Web sites"), required=False, widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_(
            "For a script in pages: one address a line, like https://shop.example.com. The key is public then and can"
            " only record interactions. Empty: an ordinary, secret key."
        ),
    )  # fmt: skip
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"), error_messages={"required": _("Choose at least one of the list.")}
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.nodes = {node.pk: node for node in merchants.nodes_for("api_keys.manage", actor=actor)}
        everywhere = [(0, _("Whole company"))] if queries.grantable_nodes(actor=actor) is None else []
        places = [(node.pk, f"{node.name} · {node.code}") for node in self.nodes.values() if node.is_active]
        self.fields["node"].choices = [*everywhere, *places]
        self.fields["scopes"].choices = [(scope, PERMISSIONS[scope]) for scope in queries.grantable(actor=actor)]

    def scope_rows(self) -> list[dict[str, Any]]:
        """What the page shows beside each box."""
        chosen = self["scopes"].value() or []
        return [
            {"key": key, "label": gettext(label), "is_chosen": key in chosen}
            for key, label in self.fields["scopes"].choices
        ]

    def values(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        days = chosen["expires"]
        return {
            "name": chosen["name"],
            "scopes": chosen["scopes"],
            "origins": chosen["origins"].split(),
            "node": self.nodes.get(chosen["node"]),  # 0: the whole company
            "expires_at": clock.now() + timedelta(days=int(days)) if days else None,
        }
