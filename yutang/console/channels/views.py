"""The merchant's WeChat Official Account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.channels import queries, services
from yutang.areas.payments import queries as payments
from yutang.console.access import page
from yutang.console.channels.forms import AccountForm
from yutang.ui.forms import errors_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@page("channels.setup")
def wechat(request: HttpRequest) -> HttpResponse:
    queries.require_everything(request.actor)
    account = queries.official_account()
    initial = {"app_id": account.app_id if account else "", "is_active": account is None or account.is_active}
    form = AccountForm(request.POST or None, initial=initial, is_new=account is None)
    if form.is_valid():
        with errors_of(form):
            services.save_account(**form.values(), actor=request.actor)
            messages.success(request, gettext("The account is saved."))
            return redirect("console:wechat")
    paying = payments.paying_app()
    context = {
        "form": form, "account": account, "domain": request.get_host().partition(":")[0],
        "is_paying": bool(paying) and account is not None and paying == account.app_id, "pays_elsewhere": paying,
    }  # fmt: skip
    return render(request, "console/channels/wechat.html", context, status=422 if form.is_bound else 200)
