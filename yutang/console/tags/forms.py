from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yutang.areas.tags import queries
from yutang.areas.tags.models import TaggingRun, TagGroup


class GroupForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60, widget=forms.TextInput(attrs={"autofocus": True}))
    colour = forms.ChoiceField(label=_("Colour"), choices=TagGroup.Colour.choices)
    is_exclusive = forms.BooleanField(
        label=_("Only one tag of this group at a time"), required=False,
        help_text=_("A new tag of the group takes the place of the old one: small, medium, big."),
    )  # fmt: skip


class NewGroupForm(GroupForm):
    kind = forms.ChoiceField(
        label=_("Kind"), choices=TagGroup.Kind.choices,
        help_text=_("WeCom tags are those that guides see in WeCom; local tags stay here."),
    )  # fmt: skip
    field_order = ["name", "kind", "colour", "is_exclusive"]


class TagForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60, widget=forms.TextInput(attrs={"autofocus": True}))
    group = forms.TypedChoiceField(label=_("Tag group"), coerce=int)
    description = forms.CharField(label=_("What it means"), max_length=300, required=False)
    keep_days = forms.IntegerField(label=_("Keep for days"), min_value=1, max_value=3650, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = queries.groups().order_by("kind", "name")[:500]
        self.fields["group"].choices = [(g.pk, f"{g.name} · {g.get_kind_display()}") for g in known]

    def values(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        return {
            "name": chosen["name"], "group_id": chosen["group"], "description": chosen["description"],
            "keep_days": chosen["keep_days"],
        }  # fmt: skip


class RunForm(forms.Form):
    """`segments` are (id, name); none where chosen people come along."""

    tag = forms.TypedChoiceField(label=_("Tag"), coerce=int, widget=forms.Select(attrs={"data-select": True}))
    action = forms.ChoiceField(label=_("What to do"), choices=TaggingRun.Action.choices)
    segment = forms.TypedChoiceField(
        label=_("Segment"), coerce=int, required=False, empty_value=None,
        widget=forms.Select(attrs={"data-select": True}),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Why"), max_length=300, required=False,
        help_text=_("Stands beside the tag on everybody's page."),
    )  # fmt: skip

    def __init__(self, *args: Any, segments: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tag"].choices = [("", gettext("Choose a tag")), *tag_choices()]
        self.fields["segment"].choices = [("", gettext("Choose a segment")), *segments]


def tag_choices() -> list[tuple[int, str]]:
    tags = queries.tags().order_by("group__name", "name")[:2000]
    return [(tag.pk, f"{tag.group.name} · {tag.name}") for tag in tags]
