"""Forms of points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yutang.areas.points.models import Kind, Terms
from yutang.console.orders.forms import new_key
from yutang.console.rewards.fields import RewardsField
from yutang.ui.fields import MoneyField

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.forms import BoundField

    from yutang.areas.points.models import Rule

MOST = 10**9
WORDS = forms.Textarea(attrs={"rows": 2})
RULE_FIELDS = ("is_active", "points", "person_day_cap", "day_cap")
TERMS = (
    "expiry", "expiry_days", "expiry_years", "person_day_cap", "rate", "is_tender", "ceiling_percent", "least_points",
    "approve_from",
)  # fmt: skip


def _number(label: Any, least: int = 1, most: int = MOST, required: bool = False, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=most, required=required, **more)


class RulesForm(forms.Form):
    """The terms, and a row of fields for each kind: `<kind>-points` and so on."""

    expiry = forms.ChoiceField(label=_("Points expire"), choices=Terms.Expiry.choices)
    expiry_days = _number(_("Valid for days"), most=3650, required=True)
    expiry_years = _number(
        _("Years on"), 0, 10, required=True, help_text=_("0: at the end of the year in which they are given.")
    )
    person_day_cap = _number(
        _("Points a person can earn in a day"), help_text=_("By all rules together; empty: no limit.")
    )
    is_tender = forms.BooleanField(label=_("The checkout takes points"), required=False)
    rate = _number(
        _("Points for the smallest unit of money"), most=1_000_000, required=True,
        help_text=_("1: a hundred points are worth ¥1."),
    )  # fmt: skip
    ceiling_percent = _number(_("At most so many percent of the goods"), most=100, required=True)
    least_points = _number(_("At least so many points at once"), required=True)
    approve_from = _number(
        _("Changes by hand need a second person from"), required=True, help_text=_("Points, up or down.")
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in Kind:
            self.fields[f"{kind}-is_active"] = forms.BooleanField(label=kind.label, required=False)
            self.fields[f"{kind}-points"] = _number(_("Points"), 0, required=True)
            self.fields[f"{kind}-person_day_cap"] = _number(_("Per person and day"))
            self.fields[f"{kind}-day_cap"] = _number(_("Everybody per day"))
        amount = MoneyField(label=_("For every"), required=False)
        amount.currency = currency
        self.fields["purchase-per_amount"] = amount

    def rows(self) -> list[tuple[dict[str, BoundField], BoundField | None]]:
        """(fields by name, the amount of purchases) of each kind."""
        return [
            (
                {name: self[f"{kind}-{name}"] for name in RULE_FIELDS},
                self["purchase-per_amount"] if kind == Kind.PURCHASE else None,
            )
            for kind in Kind
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("purchase-is_active") and not given.get("purchase-per_amount"):
            self.add_error("purchase-per_amount", _("Say for which amount of money the points are given."))
        return given

    def rule(self, kind: str) -> dict[str, Any]:
        """What `services.save_rule` takes."""
        values = {name: self.cleaned_data[f"{kind}-{name}"] for name in RULE_FIELDS}
        if kind == Kind.PURCHASE:
            values["per_amount"] = self.cleaned_data["purchase-per_amount"]
        return values


def initial(terms: Terms, rules: Mapping[str, Rule]) -> dict[str, Any]:
    found = {name: getattr(terms, name) for name in TERMS}
    for kind, rule in rules.items():
        found |= {f"{kind}-{name}": getattr(rule, name) for name in RULE_FIELDS}
    return {**found, "purchase-per_amount": rules[Kind.PURCHASE].per_amount or 100}


class OfferForm(forms.Form):
    title = forms.CharField(label=_("Name"), max_length=80)
    text = forms.CharField(label=_("What people should know"), max_length=300, required=False, widget=WORDS)
    points = _number(_("Points"), required=True)
    rewards = RewardsField(label=_("What is given"))
    stock = _number(_("Pieces in all"), 0, required=True, help_text=_("Those exchanged already included."))
    person_limit = _number(_("At most per person"), help_text=_("Empty: no limit."))
    is_active = forms.BooleanField(label=_("Offered in the shop"), required=False, initial=True)


class ChangeForm(forms.Form):
    """`key` makes sending the form twice one change."""

    key = forms.CharField(max_length=32, widget=forms.HiddenInput, initial=new_key)
    points = forms.IntegerField(
        label=_("Points"), min_value=-MOST, max_value=MOST, help_text=_("−50 takes fifty away.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)


class DecideForm(forms.Form):
    answer = forms.ChoiceField(choices=[("yes", ""), ("no", "")])
    note = forms.CharField(max_length=300, required=False)
