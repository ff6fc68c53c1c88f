"""The door behind every QR code: records the scan and leads on."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from yutang.areas.interactions import codes
from yutang.areas.interactions.errors import CodeArchived
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

COOKIE = "yt_visitor"
COOKIE_SECONDS = 365 * 24 * 3600
_VISITOR = re.compile(r"[0-9a-f]{32}")
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,36}")
# Programs that say so: crawlers, and chats that fetch a link to show a preview of it. A missing name is one too.
_BOT = re.compile(r"bot|crawl|spider|slurp|preview|facebookexternalhit|curl|wget|python|headless|^$", re.IGNORECASE)


@never_cache
@require_safe
def scan(request: HttpRequest, slug: str) -> HttpResponse:
    """Bots and prefetches are led on uncounted; who asks not to be tracked is counted without a visitor."""
    is_counted = not _is_bot(request)
    visitor = _visitor(request) if is_counted else None
    try:
        address = codes.follow(slug=slug, event_id=_event_id(request, slug) if is_counted else None, visitor=visitor)
    except (NotFound, CodeArchived) as error:
        return render(request, "links/closed.html", {"is_archived": error.status == 410}, status=error.status)
    response = HttpResponseRedirect(address)
    response.headers["Referrer-Policy"] = "no-referrer"
    if visitor is not None:
        response.set_cookie(
            COOKIE, visitor, max_age=COOKIE_SECONDS, path="/q/", httponly=True, samesite="Lax", secure=settings.HTTPS
        )
    return response


def _is_bot(request: HttpRequest) -> bool:
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    is_read = request.method == "GET" and "prefetch" not in purpose
    return not is_read or _BOT.search(request.headers.get("User-Agent", "")) is not None


def _visitor(request: HttpRequest) -> str | None:
    if request.headers.get("DNT") == "1" or request.headers.get("Sec-GPC") == "1":
        return None
    known = request.COOKIES.get(COOKIE, "")
    return known if _VISITOR.fullmatch(known) else uuid.uuid4().hex


def _event_id(request: HttpRequest, slug: str) -> str:
    """A request that a proxy sends again keeps its X-Request-ID and is recorded once."""
    sent = request.headers.get("X-Request-ID", "")
    return f"scan:{slug}:{sent if _REQUEST_ID.fullmatch(sent) else uuid.uuid4().hex}"
