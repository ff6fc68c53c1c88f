"""Keys with which other systems use the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from yutang.areas.merchants.permissions import PERMISSIONS
from yutang.areas.openplatform import queries, services
from yutang.console.access import page
from yutang.console.api_keys.forms import KeyForm
from yutang.console.shell.listing import render_list
from yutang.ui.forms import errors_of
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@page("api_keys.manage", methods=("GET",))
def key_list(request: HttpRequest) -> HttpResponse:
    keys = queries.keys(actor=request.actor)
    if wanted := request.GET.get("q", "").strip():
        keys = keys.filter(name__icontains=wanted)
    found = page_of(keys, request)
    for key in found.rows:
        key.labels = [gettext(PERMISSIONS.get(scope, scope)) for scope in key.scopes]
        key.now = key.state()
    return render_list(request, "console/api_keys/list.html", "console/api_keys/_rows.html", {"page": found})


@never_cache
@page("api_keys.manage")
def create(request: HttpRequest) -> HttpResponse:
    """The new key stands in the answer to the POST and nowhere else."""
    form = KeyForm(request.POST or None, actor=request.actor)
    if form.is_valid():
        with errors_of(form):
            made = services.create(**form.values(), actor=request.actor)
            example = f'curl -H "Authorization: Bearer {made.token}" {request.build_absolute_uri("/api/v1/me")}'
            return render(request, "console/api_keys/made.html", {"made": made, "example": example})
    return render(request, "console/api_keys/new.html", {"form": form}, status=422 if form.is_bound else 200)


@page("api_keys.manage", methods=("POST",))
def revoke(request: HttpRequest, key_id: int) -> HttpResponse:
    key = services.revoke(key_id=key_id, actor=request.actor)
    messages.success(request, gettext("“%(name)s” is revoked; it opens nothing any more.") % {"name": key.name})
    return redirect("console:api_keys")
