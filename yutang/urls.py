from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.urls import include, path

from yutang.console.shell import errors, views
from yutang.shop import door

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

urlpatterns = [
    path("healthz", views.health, name="health"),
    path("q/", include("yutang.links.urls")),
    path("media/", include("yutang.links.media.urls")),
    path("pay/", include("yutang.links.payments.urls")),
    path("s/<slug:shop>/", include("yutang.shop.urls")),
    path("api/v1/", include("yutang.api.urls")),
    path("", include("yutang.console.urls")),
]

_SHOP = re.compile(r"/s/([-a-zA-Z0-9_]+)/")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Below a shop's address in the shop's clothes."""
    if below := _SHOP.match(request.path_info):
        return door.nowhere(request, shop=below[1])
    return errors.not_found(request, exception)


handler400 = "yutang.console.shell.errors.bad_request"
handler403 = "yutang.console.shell.errors.forbidden"
handler404 = not_found
handler500 = "yutang.console.shell.errors.server_error"
