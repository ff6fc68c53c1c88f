from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yutang.areas.wallet import accounts, bounds
from yutang.areas.wallet.models import CardBatch, Spending
from yutang.console.orders.forms import new_key
from yutang.console.rewards.fields import RewardsField
from yutang.ui.fields import MoneyField

if TYPE_CHECKING:
    from yutang.areas.merchants.models import OrgNode
    from yutang.areas.wallet.models import Plan

_KEY = {"max_length": 32, "widget": forms.HiddenInput, "initial": new_key}


class MoneyForm(forms.Form):
    """Its amounts are in the merchant's currency."""

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, MoneyField):
                field.currency = currency


class TermsForm(MoneyForm):
    spending = forms.ChoiceField(
        label=_("Spending order"), choices=Spending.choices,
        help_text=_("Shown to shoppers. It cannot change while anybody has a balance."),
    )  # fmt: skip
    is_offered = forms.BooleanField(label=_("Shoppers may recharge"), required=False)
    takes_free_amounts = forms.BooleanField(label=_("Any amount, besides the plans"), required=False)
    least_amount = MoneyField(label=_("Least free amount"))
    most_amount = MoneyField(label=_("Largest free amount"))
    person_ceiling = MoneyField(
        label=_("Most on one person's balance"), help_text=_("By law 5,000 yuan at most; local rules may be stricter.")
    )
    bearer_ceiling = MoneyField(label=_("Most on one gift card"), help_text=_("By law 1,000 yuan at most."))
    real_name_from = MoneyField(
        label=_("Real name from this sum of recharges on"), help_text=_("By law 10,000 yuan at most.")
    )
    refund_days = forms.IntegerField(
        label=_("Days within which principal is refunded without a reason"), min_value=1, max_value=100_000,
        help_text=_("By law 7 days at least."),
    )  # fmt: skip
    bearer_days = forms.IntegerField(
        label=_("Least days a gift card is good for"), min_value=1, max_value=100_000,
        help_text=_("By law three years at least (1,098 days)."),
    )  # fmt: skip
    grace_days = forms.IntegerField(
        label=_("Days that expired gift is good for again after a refund"), min_value=0, max_value=100_000,
        help_text=_("0: gift that comes back after it expired is gone."),
    )  # fmt: skip


class PlanForm(MoneyForm):
    name = forms.CharField(label=_("Name"), max_length=60)
    amount = MoneyField(label=_("Pay"))
    gift = MoneyField(label=_("Gift balance"), required=False)
    gift_days = forms.IntegerField(
        label=_("The gift expires after so many days"), min_value=1, max_value=100_000, required=False,
        help_text=_("Empty: never."),
    )  # fmt: skip
    rewards = RewardsField(label=_("Given with it"), required=False)
    is_active = forms.BooleanField(label=_("Offered in the shop and at the till"), required=False, initial=True)


class RefundForm(forms.Form):
    key = forms.CharField(**_KEY)
    figures = forms.CharField(max_length=1_000, widget=forms.HiddenInput)
    way = forms.ChoiceField(
        label=_("The money goes"), initial="back",
        choices=[("back", _("Back the way it came")), ("cash", _("Out of my drawer, in cash"))],
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), max_length=80, required=False)


class TakeForm(MoneyForm):
    """A recharge that staff take money for."""

    key = forms.CharField(**_KEY)
    node = forms.TypedChoiceField(label=_("Store"), coerce=int)
    plan = forms.TypedChoiceField(label=_("Recharge plan"), coerce=int, empty_value=None, required=False)
    amount = MoneyField(label=_("Another amount"), required=False)
    way = forms.ChoiceField(label=_("Way of payment"))

    def __init__(
        self, *args: Any, plans: list[Plan], nodes: list[OrgNode], ways: list[tuple[str, str]], **kwargs: Any
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        _choose(self, "node", [(node.pk, node.name) for node in nodes])
        _choose(self, "plan", [("", "–"), *[(plan.pk, plan.name) for plan in plans]])
        _choose(self, "way", ways)


class AdjustForm(MoneyForm):
    key = forms.CharField(**_KEY)
    kind = forms.ChoiceField(
        label=_("Balance"), choices=[(accounts.PRINCIPAL, _("Principal")), (accounts.GIFT, _("Gift balance"))]
    )
    direction = forms.ChoiceField(
        label=_("Direction"), choices=[("+", _("Add to it")), ("-", _("Take from it"))]
    )  # fmt: skip
    amount = MoneyField(label=_("Amount"))
    node = forms.TypedChoiceField(label=_("Store"), coerce=int)
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, nodes: list[OrgNode], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "node", [(node.pk, node.name) for node in nodes])


class BatchForm(MoneyForm):
    name = forms.CharField(label=_("Name"), max_length=60)
    count = forms.IntegerField(label=_("Cards"), min_value=1, max_value=bounds.MOST_CARDS, initial=1)
    face = MoneyField(label=_("Worth each"))
    is_sold = forms.BooleanField(
        label=_("Somebody pays for them"), required=False, initial=True,
        help_text=_("The store below holds the money from their activation on. Otherwise they are given away."),
    )  # fmt: skip
    gives = forms.ChoiceField(label=_("Becomes"), choices=CardBatch.Gives.choices)
    node = forms.TypedChoiceField(label=_("Store"), coerce=int)
    days = forms.IntegerField(label=_("Good for so many days"), min_value=1, max_value=100_000)

    def __init__(self, *args: Any, nodes: list[OrgNode], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "node", [(node.pk, node.name) for node in nodes])


class QuietForm(forms.Form):
    quiet = forms.IntegerField(
        label=pgettext_lazy("of a balance", "Not moved for so many days"), min_value=0, max_value=10_000, required=False
    )


def _choose(form: forms.Form, name: str, choices: list[Any]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices
