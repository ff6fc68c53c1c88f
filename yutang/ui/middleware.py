"""What every request passes: who asks, and headers every page carries."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

# No inline script anywhere. Styles may be inline: the chart library sets style attributes on its canvases.
_DIRECTIVES = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


def policy(**changes: str) -> str:
    """The header of a page; `frame_ancestors="'self'"` changes one directive or adds it."""
    directives = _DIRECTIVES | {name.replace("_", "-"): sources for name, sources in changes.items()}
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())


POLICY = policy()


def content_security_policy(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    return middleware


def visitor_address(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """REMOTE_ADDR becomes the visitor's address where proxies of ours stand before us; else it is the proxy's.

    Each of them added the address that it saw to the end of X-Forwarded-For, so that the last ones can be believed;
    what stands further to the left was written by the visitor.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        proxies: int = settings.TRUSTED_PROXIES
        if proxies > 0:
            seen = [address.strip() for address in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
            with suppress(ValueError, IndexError):
                request.META["REMOTE_ADDR"] = str(ip_address(seen[-proxies]))
        return get_response(request)

    return middleware
