"""What the merchant sets for all its orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.orders import queries_terms, services
from yutang.console.access import page
from yutang.console.orders.forms import TermsForm
from yutang.ui.forms import errors_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@page(queries_terms.SETUP)
def settings(request: HttpRequest) -> HttpResponse:
    queries_terms.require_everywhere(request.actor)
    form = TermsForm(request.POST or None, initial={"receive_days": queries_terms.terms().receive_days})
    if form.is_valid():
        with errors_of(form):
            services.save_terms(receive_days=form.cleaned_data["receive_days"], actor=request.actor)
            messages.success(request, gettext("Saved."))
            return redirect("console:order_settings")
    return render(request, "console/orders/settings.html", {"form": form}, status=422 if form.is_bound else 200)
