"""The account that sends text messages, and what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.messaging import providers, queries, services
from yutang.areas.messaging.models import CODES_PER_DAY, OneTimeCode
from yutang.console.access import page
from yutang.console.messaging.forms import AccountForm
from yutang.console.shell.listing import render_list
from yutang.ui.forms import errors_of
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

COLOURS = {"sending": "blue", "sent": "green", "unknown": "orange", "failed": "red"}


@page("messaging.setup", methods=("GET",))
def message_list(request: HttpRequest) -> HttpResponse:
    phone, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    found = page_of(queries.codes(actor=request.actor, phone=phone, state=state), request)
    for row in found.rows:
        row.colour = COLOURS[row.state]
    context = {"page": found, "states": OneTimeCode.State.choices, "state": state, **_state()}
    return render_list(request, "console/messaging/list.html", "console/messaging/_rows.html", context)


@page("messaging.setup")
def account(request: HttpRequest) -> HttpResponse:
    provider = providers.remotes()[0]  # there is one so far
    initial = queries.entered(actor=request.actor)
    found = queries.account()
    initial |= {
        "codes_per_day": found.codes_per_day if found else CODES_PER_DAY, "is_active": found is None or found.is_active,
    }  # fmt: skip
    form = AccountForm(request.POST or None, initial=initial, provider=provider, is_new=found is None)
    if form.is_valid():
        with errors_of(form):
            services.save_account(provider=provider.key, **form.values(), actor=request.actor)
            messages.success(request, gettext("The account is saved."))
            return redirect("console:messages")
    context = {"form": form, "provider": gettext(provider.label)}
    return render(request, "console/messaging/account.html", context, status=422 if form.is_bound else 200)


def _state() -> dict[str, Any]:
    """What the card above the list says: who sends, and how much of the day's limit is used."""
    found = queries.account()
    most = found.codes_per_day if found and found.is_active else CODES_PER_DAY
    return {
        "account": found, "provider": gettext(providers.get(found.provider).label) if found else "",
        "is_sandbox": settings.SANDBOX and not (found and found.is_active), "most": most,
        "sent_today": queries.sent_today(most),
    }  # fmt: skip
