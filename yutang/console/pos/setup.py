"""The merchant's rules for its tills."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yutang.areas.orders import queries_till
from yutang.areas.orders.services import baskets
from yutang.areas.privacy.consents import require_everything
from yutang.console.access import page
from yutang.ui.forms import errors_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PERMISSION = "pos.setup"


class RulesForm(forms.Form):
    largest_discount = forms.IntegerField(
        label=_("Largest discount at the till, in percent"), min_value=0, max_value=100,
        help_text=_("Of what the goods of a sale cost. Whoever may lower prices can go that far."),
    )  # fmt: skip
    tax_rate = forms.DecimalField(
        label=_("Tax in prices, in percent"), min_value=Decimal(0), max_value=Decimal(100), decimal_places=2,
        help_text=_("Receipts show the total without it; 0: they say nothing of taxes."),
    )  # fmt: skip


@page(PERMISSION)
def settings(request: HttpRequest) -> HttpResponse:
    require_everything(request.actor, PERMISSION)
    rules = queries_till.rules()
    initial = {"largest_discount": rules.largest_discount, "tax_rate": Decimal(rules.tax_rate) / 100}
    form = RulesForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with errors_of(form):
            baskets.save_rules(
                largest_discount=form.cleaned_data["largest_discount"],
                tax_rate=int(form.cleaned_data["tax_rate"] * 100), actor=request.actor,
            )  # fmt: skip
            messages.success(request, gettext("Saved."))
            return redirect("console:pos_settings")
    return render(request, "console/pos/settings.html", {"form": form}, status=422 if form.errors else 200)
