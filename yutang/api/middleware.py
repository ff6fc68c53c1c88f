"""The outermost layer of the API: no cookies in, nothing but problem documents out when something is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import get_language_from_request

from yutang.api import problems

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

PREFIX = "/api/"


def only_problems(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Cookies are dropped before anything reads them: a browser's session authorises nothing here, so there is nothing
    to forge. Whatever refuses below us in HTML (an unknown host, a crash) is told as a problem document."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return get_response(request)
        request.META.pop("HTTP_COOKIE", None)
        with translation.override(get_language_from_request(request)):
            response = get_response(request)
            if response.status_code < 400 or response.headers.get("Content-Type") == problems.CONTENT_TYPE:
                return response
            kept = {name: response.headers[name] for name in ("Allow",) if name in response.headers}
            return problems.answer(response.status_code, headers=kept)

    return middleware
