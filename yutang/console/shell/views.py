"""The language switch, and the probe for whoever watches the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from yutang.areas.merchants import services

if TYPE_CHECKING:
    from django.http import HttpRequest


def safe_next(request: HttpRequest, wanted: str | None, otherwise: str) -> str:
    """An address on this server, or `otherwise`: nobody is led elsewhere after logging in.

    Only whole addresses count: `redirect` would take a bare word for the name of a view.
    """
    is_whole = wanted and wanted.startswith(("/", "http://", "https://"))
    if is_whole and url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return otherwise


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remembered in a cookie, and on the account of whoever is logged in."""
    chosen = request.POST.get("language", "")
    response = redirect(safe_next(request, request.POST.get("next"), "/"))
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, chosen, max_age=365 * 24 * 3600, samesite="Lax", secure=settings.HTTPS
        )
        if request.user.is_authenticated:
            services.account.choose_language(user=request.user, language=chosen)
    return response


@require_GET
def health(request: HttpRequest) -> JsonResponse:
    """200 while the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
