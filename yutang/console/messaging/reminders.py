"""What people are told by the shop: which kinds, how many days before, from which hour on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.messaging import queries, services
from yutang.areas.messaging import queries_notices as notices
from yutang.console.access import page
from yutang.console.messaging.forms import RemindersForm
from yutang.ui.forms import errors_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@page(queries.SETUP)
def reminders(request: HttpRequest) -> HttpResponse:
    queries.require_everything(request.actor)
    form = RemindersForm(request.POST or None, settings=notices.settings(), hour=notices.hour())
    if form.is_valid():
        with errors_of(form):
            services.save_reminders(hour=form.cleaned_data["hour"], rules=form.rules(), actor=request.actor)
            messages.success(request, gettext("Saved."))
            return redirect("console:reminders")
    return render(request, "console/messaging/reminders.html", {"form": form}, status=422 if form.is_bound else 200)


@page(queries.SETUP, methods=("GET",))
def today(request: HttpRequest) -> HttpResponse:
    """How many people each search would find now, whether it is on or not; asked for when the page is there."""
    settings = notices.settings()
    found = notices.preview(settings, actor=request.actor)
    rows = [(gettext(one.kind.label), one.is_on, found[one.kind.key]) for one in settings if one.kind.key in found]
    return render(request, "console/messaging/_today.html", {"rows": rows})
