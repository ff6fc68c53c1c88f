"""Puts a logged-in person's requests into the scope of the merchant they work for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.areas.merchants import queries
from yutang.core import tenancy

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

SESSION_KEY = "merchant_id"


def staff_scope(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Sets `request.actor` and `request.merchant`; one transaction a request, rolled back by an unhandled error."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.actor = request.merchant = None
        merchant_id = request.session.get(SESSION_KEY)
        if merchant_id is None or not request.user.is_authenticated:
            return get_response(request)
        with tenancy.scope(merchant_id):
            request.actor = queries.actor_for(request.user, merchant_id, request.META.get("REMOTE_ADDR"))
            if request.actor is not None:
                request.merchant = queries.current_merchant(merchant_id)
            return get_response(request)

    return middleware
