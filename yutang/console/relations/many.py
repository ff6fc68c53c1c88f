"""One guide for the people chosen on the customer list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext

from yutang.areas.relations import services
from yutang.areas.relations.errors import NobodyChosen
from yutang.console.access import page
from yutang.console.staff.forms import id_of
from yutang.ui.templatetags import ui

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@page("relations.edit", methods=("POST",))
def assign(request: HttpRequest) -> HttpResponse:
    chosen = [number for text in request.POST.getlist("ids") if (number := id_of(text)) is not None]
    if not chosen:
        raise NobodyChosen
    changed = services.assign_many(
        customer_ids=chosen, guide_id=id_of(request.POST.get("guide", "")) or 0,
        reason=gettext("chosen on the list"), actor=request.actor,
    )  # fmt: skip
    text = ngettext("%(count)s person has a new guide.", "%(count)s people have a new guide.", changed)
    messages.success(request, text % {"count": ui.number(changed)})
    return redirect("console:customers")
