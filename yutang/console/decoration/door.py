"""The door of these screens: pages of the shop belong to the whole merchant, so one store's people stay outside."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from yutang.areas.decoration import queries
from yutang.console.access import page

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    View = Callable[..., HttpResponse]


def whole_page(permission: str, *, methods: tuple[str, ...] = ("GET", "POST")) -> Callable[[View], View]:
    """`page`, for whom the permission reaches everywhere."""

    def decorate(view: View) -> View:
        @page(permission, methods=methods)
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            queries.require_everywhere(request.actor, permission)
            return view(request, *args, **kwargs)

        return guarded

    return decorate
