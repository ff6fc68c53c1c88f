from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yutang.areas.membership import queries_cards
from yutang.areas.membership.benefits import Benefits
from yutang.areas.membership.models import Level, Plan
from yutang.areas.membership.services.carding import PlanDraft
from yutang.areas.membership.services.leveling import Draft
from yutang.console.rewards.fields import RewardsField
from yutang.core import money

ICONS = ("star", "crown", "heart", "fish")


class AmountField(forms.CharField):
    """Minor units, written as people write amounts."""

    def __init__(self, *, currency: str = "CNY", **kwargs: Any) -> None:
        super().__init__(max_length=20, **kwargs)
        self.currency = currency

    def prepare_value(self, value: Any) -> Any:
        return str(money.to_decimal(value, self.currency)) if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        text = super().clean(value).strip()
        if not text:
            return None
        found = money.parsed(text, self.currency)
        if found is None:
            raise forms.ValidationError(_("Write an amount, such as 19.90."))
        return found


class BenefitsForm(forms.Form):
    """What a level or a card gives; the fields after its own."""

    percent_off = forms.IntegerField(label=_("Percent off"), min_value=0, max_value=90, required=False)
    free_freight_from = AmountField(label=_("Free delivery from"), required=False)
    points_percent = forms.IntegerField(
        label=_("Points in percent"), min_value=100, max_value=1000, required=False,
        help_text=_("150 gives half as many points again."),
    )  # fmt: skip
    priority = forms.BooleanField(label=_("Priority service"), required=False)
    vip = forms.BooleanField(label=_("VIP entrance"), required=False)
    birthday = RewardsField(label=_("Birthday gift"), required=False)
    monthly = RewardsField(label=_("Monthly gift"), required=False)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, AmountField):
                field.currency = currency

    def benefits(self) -> Benefits:
        given = self.cleaned_data
        return Benefits(
            level_price=given.get("level_price", False), percent_off=given["percent_off"] or 0,
            free_freight_from=given["free_freight_from"], points_percent=given["points_percent"] or 100,
            birthday=given["birthday"], monthly=given["monthly"], priority=given["priority"], vip=given["vip"],
            exclusive=given.get("exclusive", False),
        )  # fmt: skip

    @staticmethod
    def initial_of(given: Benefits) -> dict[str, Any]:
        return {
            "level_price": given.level_price, "percent_off": given.percent_off,
            "free_freight_from": given.free_freight_from, "points_percent": given.points_percent,
            "birthday": given.birthday, "monthly": given.monthly, "priority": given.priority, "vip": given.vip,
            "exclusive": given.exclusive,
        }  # fmt: skip


class LevelForm(BenefitsForm):
    name = forms.CharField(label=_("Name"), max_length=40)
    key = forms.SlugField(
        label=_("Key of the level"), max_length=40, help_text=_("Level prices of products name it. It never changes.")
    )
    icon = forms.ChoiceField(label=_("Icon"), choices=[(name, name) for name in ICONS])
    colour = forms.ChoiceField(label=_("Colour"), choices=Level.Colour.choices)
    threshold = forms.IntegerField(label=_("Reached from growth"), min_value=0)
    keep = forms.IntegerField(
        label=_("Kept with growth"), min_value=1, required=False,
        help_text=_("Growth of the last months that keeps it. Empty: it is kept for good."),
    )  # fmt: skip
    level_price = forms.BooleanField(label=_("Member prices"), required=False)
    field_order = ["name", "key", "icon", "colour", "threshold", "keep", "level_price"]

    def draft(self) -> Draft:
        given = self.cleaned_data
        return Draft(
            name=given["name"], threshold=given["threshold"], keep=given["keep"], icon=given["icon"],
            colour=given["colour"], benefits=self.benefits(),
        )  # fmt: skip


class RulesForm(forms.Form):
    spend_per_growth = AmountField(
        label=_("Spending that gives 1 growth"), help_text=_("0: purchases give no growth.")
    )  # fmt: skip
    review_growth = forms.IntegerField(label=_("Growth for a review"), min_value=0)
    review_limit = forms.IntegerField(label=_("Growth for reviews, at most a day"), min_value=0)
    keep_months = forms.IntegerField(label=_("Months that count for keeping a level"), min_value=1, max_value=60)
    grace_days = forms.IntegerField(label=_("Days between notice and fall"), min_value=0, max_value=365)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["spend_per_growth"].currency = currency


class PlanForm(BenefitsForm):
    name = forms.CharField(label=_("Name"), max_length=40)
    months = forms.TypedChoiceField(label=_("For"), choices=Plan.Months.choices, coerce=int)
    price = AmountField(label=_("Price"))
    free_freights = forms.IntegerField(label=_("Free deliveries a month"), min_value=0, max_value=100, required=False)
    is_on_sale = forms.BooleanField(label=_("On sale in the shop"), required=False, initial=True)
    exclusive = forms.BooleanField(
        label=_("Exclusive goods"), required=False,
        help_text=_("Opens products that are for holders of a membership card."),
    )  # fmt: skip
    field_order = ["name", "months", "price", "is_on_sale", "free_freights", "exclusive"]

    def draft(self) -> PlanDraft:
        given = self.cleaned_data
        return PlanDraft(
            name=given["name"], months=given["months"], price=given["price"] or 0, benefits=self.benefits(),
            free_freights=given["free_freights"] or 0, is_on_sale=given["is_on_sale"],
        )  # fmt: skip


class BatchForm(forms.Form):
    plan = forms.TypedChoiceField(label=_("Card"), coerce=int)
    count = forms.IntegerField(label=_("Number of codes"), min_value=1)
    valid_until = forms.DateField(
        label=_("Can be used until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    note = forms.CharField(label=_("Note"), max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].choices = [(plan.pk, plan.name) for plan in queries_cards.plans()[:200]]


class GrowthForm(forms.Form):
    amount = forms.IntegerField(label=_("Growth"), help_text=_("Below zero takes growth back."))
    reason = forms.CharField(label=_("Reason"), max_length=200)
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)


class GrantForm(forms.Form):
    plan = forms.TypedChoiceField(label=_("Card"), coerce=int)
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=3660)
    reason = forms.CharField(label=_("Reason"), max_length=200)
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].choices = [(plan.pk, plan.name) for plan in queries_cards.plans()[:200]]
