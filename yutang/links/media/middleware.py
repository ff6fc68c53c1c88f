"""Pictures are answered before sessions and languages: the same for everybody, so caches may keep one copy for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseNotFound
from django.urls import Resolver404, resolve

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

PREFIX = "/media/"


def before_sessions(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return get_response(request)
        try:
            found = resolve(request.path_info)
        except Resolver404:
            return HttpResponseNotFound()
        return found.func(request, *found.args, **found.kwargs)

    return middleware
