"""Puts a logged-in person's requests into the scope of the merchant they work for."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.contrib.auth import logout
from django.contrib.messages import get_messages
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from yutang.areas.merchants import queries
from yutang.core import tenancy

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

SESSION_KEY = "merchant_id"
SHOPS = "/s/"  # have a door of their own; there a member of staff is a shopper like everybody


def staff_scope(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Sets `request.actor` and `request.merchant`, the language the person chose and the merchant's time zone.

    One transaction a request, rolled back by an answer of 500. Who lost the membership is logged out.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        request.actor = request.merchant = None
        if request.path_info.startswith(SHOPS):
            return get_response(request)
        if not request.user.is_authenticated:
            return _with_toasts(request, get_response(request))
        if request.user.language and request.user.language != translation.get_language():
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        merchant_id = request.session.get(SESSION_KEY)
        if merchant_id is None:
            return get_response(request)
        with tenancy.scope(merchant_id):
            found = queries.actor_and_merchant(request.user, merchant_id, request.META.get("REMOTE_ADDR"))
            if found is not None:
                request.actor, request.merchant = found
                with timezone.override(ZoneInfo(request.merchant.timezone)):
                    response = get_response(request)
                    _with_toasts(request, response)
                if response.status_code >= 500:  # Django has turned the exception into an answer already
                    transaction.set_rollback(True)
                return response
        logout(request)
        return get_response(request)

    return middleware


def _with_toasts(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A fragment carries the messages of its request along, out of band."""
    patch_vary_headers(response, ["HX-Request"])  # the same address answers with a page or with a part of it
    if request.user.is_authenticated:
        response.headers.setdefault("Cache-Control", "private, no-cache")
    if (
        request.headers.get("HX-Request")
        and response.status_code == 200
        and not response.streaming
        and not response.headers.get("HX-Redirect")
        and response.headers.get("Content-Type", "").startswith("text/html")
        and "<html" not in response.content[:200].decode(errors="ignore")
        and (waiting := list(get_messages(request)))
    ):
        response.content += render_to_string("ui/toasts_oob.html", {"messages": waiting}).encode()
    return response
