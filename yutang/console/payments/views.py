"""The merchant's accounts with payment services."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.payments import providers, queries, services
from yutang.console.access import page
from yutang.console.payments.forms import AccountForm
from yutang.console.payments.labels import way
from yutang.ui.forms import errors_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@page("payments.setup", methods=("GET",))
def account_list(request: HttpRequest) -> HttpResponse:
    queries.require_everything(request.actor)
    known = {account.provider: account for account in queries.accounts()}
    rows = []
    for provider in providers.remotes():
        account = known.get(provider.key)
        rows.append(
            {
                "key": provider.key, "label": gettext(provider.label), "account": account,
                "ways": [way(method) for method in account.methods] if account else [],
            }
        )  # fmt: skip
    context = {
        "rows": rows, "address": settings.PUBLIC_URL, "is_sandbox": settings.SANDBOX,
        "is_reachable": urlsplit(settings.PUBLIC_URL).scheme == "https",
    }  # fmt: skip
    return render(request, "console/payments/accounts.html", context)


@page("payments.setup")
def account(request: HttpRequest, provider: str) -> HttpResponse:
    chosen = providers.remote(provider)
    initial = queries.entered(provider, actor=request.actor)
    found = next((one for one in queries.accounts() if one.provider == provider), None)
    initial |= {
        "methods": found.methods if found else list(chosen.methods), "is_active": found is None or found.is_active,
    }  # fmt: skip
    form = AccountForm(request.POST or None, initial=initial, provider=chosen, is_new=found is None)
    if form.is_valid():
        with errors_of(form):
            services.save_account(provider=provider, **form.values(), actor=request.actor)
            messages.success(request, gettext("The account is saved."))
            return redirect("console:payment_accounts")
    context = {"form": form, "provider": gettext(chosen.label)}
    return render(request, "console/payments/account.html", context, status=422 if form.is_bound else 200)
