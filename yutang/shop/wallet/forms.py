from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from yutang.core import money
from yutang.shop.forms import KeyField

if TYPE_CHECKING:
    from yutang.areas.wallet.models import Plan

FREE = "free"


class RechargeForm(forms.Form):
    """`plan`: the number of one, or "free" with an amount."""

    plan = forms.ChoiceField(label=_("Recharge plan"))
    amount = forms.CharField(label=_("Another amount"), max_length=20, required=False)
    key = KeyField()

    def __init__(self, *args: Any, plans: list[Plan], currency: str, is_free: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        choices = [(str(plan.pk), plan.name) for plan in plans]
        plan_field = self.fields["plan"]
        assert isinstance(plan_field, forms.ChoiceField)
        plan_field.choices = [*choices, *([(FREE, gettext("Another amount"))] if is_free else [])]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("plan") == FREE:
            amount = money.parsed(given.get("amount", ""), self.currency)
            if not amount:
                self.add_error("amount", gettext("This is not an amount."))
            given["minor"] = amount
        return given

    @property
    def wanted(self) -> dict[str, int]:
        """For services.recharging.start."""
        given = self.cleaned_data
        return {"amount": given["minor"]} if given["plan"] == FREE else {"plan_id": int(given["plan"])}


class RedeemForm(forms.Form):
    code = forms.CharField(label=_("Gift card code"), max_length=40)


class NameForm(forms.Form):
    name = forms.CharField(label=_("Real name"), max_length=60)
    id_no = forms.CharField(label=pgettext_lazy("of a person", "Identity card number"), max_length=20)
