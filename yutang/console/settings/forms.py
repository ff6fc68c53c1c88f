from __future__ import annotations

import zoneinfo

from django import forms
from django.utils.translation import gettext_lazy as _

from yutang.areas.merchants.models import Merchant, OrgNode

# Zones people choose by city; aliases such as Etc/GMT+8 only confuse.
_CONTINENTS = ("Asia/", "Europe/", "America/", "Australia/", "Pacific/", "Africa/")


def _timezones() -> list[tuple[str, str]]:
    known = sorted(name for name in zoneinfo.available_timezones() if name.startswith(_CONTINENTS))
    return [(name, name) for name in [*known, "UTC"]]


class MerchantForm(forms.Form):
    name = forms.CharField(label=_("Brand name"), max_length=120)
    timezone = forms.ChoiceField(
        label=_("Time zone"), choices=_timezones, widget=forms.Select(attrs={"data-select": True}),
        help_text=_(
            "Days, months and reports begin and end by it. After a change all days are worked out anew; figures are "
            "missing for a while and follow when that is done."
        ),
    )  # fmt: skip
    second_factor = forms.ChoiceField(label=_("Second factor"), choices=Merchant.SecondFactor.choices)


class NodeForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autofocus": True}))
    ownership = forms.ChoiceField(label=_("Ownership"), choices=OrgNode.Ownership.choices)
    province = forms.CharField(label=_("Province"), max_length=40, required=False)
    city = forms.CharField(label=_("City"), max_length=40, required=False)


class NewNodeForm(NodeForm):
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(OrgNode.Kind.STORE, OrgNode.Kind.STORE.label), (OrgNode.Kind.REGION, OrgNode.Kind.REGION.label)],
    )
    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("As it stands in your files, for instance S001. It cannot be changed."),
    )
    field_order = ["kind", "code", "name", "ownership", "province", "city"]
