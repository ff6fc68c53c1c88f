"""The language that somebody reads the shop in: also a guest, and the same as in the console on this browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from yutang.shop.door import inside, page, to

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

A_YEAR = 365 * 24 * 3600


@page(methods=("POST",))
def choose(request: HttpRequest) -> HttpResponse:
    response = to(request, inside(request, request.POST.get("next"), "me"))
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, chosen, max_age=A_YEAR, samesite="Lax", secure=settings.HTTPS
        )
    return response
