from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yutang.areas.merchants import queries
from yutang.areas.merchants.models import OrgNode, Role
from yutang.areas.merchants.permissions import AREAS, PERMISSIONS

if TYPE_CHECKING:
    from yutang.core.access import Actor


def id_of(text: str) -> int | None:
    """The id that was sent; None for what can be none. Python reads no number of thousands of digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def role_choices(roles: list[Role]) -> list[tuple[int, str]]:
    return [(role.pk, queries.role_name(role)) for role in roles]


def node_choices(nodes: list[OrgNode], keep: set[int] | None = None) -> list[tuple[int, str]]:
    """Active nodes, and those of `keep` (where something holds already)."""
    return [(node.pk, f"{node.name} · {node.code}") for node in nodes if node.is_active or node.pk in (keep or ())]


class InviteForm(forms.Form):
    name = forms.CharField(label=_("Full name"), max_length=120, widget=forms.TextInput(attrs={"autofocus": True}))
    email = forms.CharField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=_("The person logs in with it."),
    )  # fmt: skip
    role = forms.TypedChoiceField(label=_("Role"), coerce=int)
    node = forms.TypedChoiceField(
        label=_("Where"), coerce=int, widget=forms.Select(attrs={"data-select": True}),
        help_text=_("The role holds here and everywhere below."),
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.nodes = {node.pk: node for node in queries.nodes_for("staff.edit", actor=actor)}
        self.roles = {role.pk: role for role in queries.roles() if queries.may_hand_out_somewhere(actor, role)}
        self.fields["role"].choices = [("", "—"), *role_choices(list(self.roles.values()))]
        self.fields["node"].choices = node_choices(list(self.nodes.values()))

    def values(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        return {**chosen, "role": self.roles[chosen["role"]], "node": self.nodes[chosen["node"]]}


class GrantsForm(forms.Form):
    """Pairs of (role, node) as two parallel lists: the n-th role holds at the n-th node; no role, no pair."""

    def __init__(self, data: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.wanted: set[tuple[int, int]] = set()

    def clean(self) -> dict[str, Any]:
        roles, nodes = self.data.getlist("role"), self.data.getlist("node")
        for role, node in zip(roles, nodes, strict=False):
            if not role:
                continue
            pair = id_of(role), id_of(node)
            if pair[0] is None or pair[1] is None:
                raise forms.ValidationError(gettext("Choose a role and a place in every row."))
            self.wanted.add(pair)
        return {}


class RoleForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"autofocus": True}))
    permissions = forms.MultipleChoiceField(
        label=_("Permissions"), choices=list(PERMISSIONS.items()), required=False,
        error_messages={"invalid_choice": _("There is no permission %(value)s.")},
    )  # fmt: skip


def permission_groups(chosen: list[str], actor: Actor) -> list[dict[str, Any]]:
    """The registry grouped by area; `free` says whether this actor may hand the permission out."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for key, label in PERMISSIONS.items():
        groups.setdefault(key.split(".")[0], []).append(
            {
                "key": key,
                "label": gettext(label),
                "is_chosen": key in chosen,
                "is_free": queries.holds_everywhere(actor, {key, "staff.edit"}),
            }
        )
    return [
        {"key": area, "label": gettext(AREAS.get(area, area)), "permissions": permissions}
        for area, permissions in groups.items()
    ]
