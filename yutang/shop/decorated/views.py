"""Pages that the brand has made: the home page, topics, and drafts as a preview."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from yutang.areas.decoration import queries as decoration
from yutang.areas.decoration.needs import Viewer
from yutang.core import clock
from yutang.core.errors import NotFound
from yutang.shop.door import address, page, shown
from yutang.shop.sharing.card import Card, breadcrumbs
from yutang.ui.middleware import policy

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.decoration.models import Page
    from yutang.areas.decoration.queries import Shown


@page()
def topic(request: HttpRequest, page_slug: str) -> HttpResponse:
    found = decoration.shown(page_slug, viewer_of(request))
    if found is None or not page_slug:
        raise NotFound
    return drawn(request, found)


@page()
def preview(request: HttpRequest, token: str) -> HttpResponse:
    """A draft, for whoever was given its address; framed by the editor. Nobody is recorded as having looked."""
    viewer = Viewer(clock.now(), city=viewer_of(request).city)
    found = decoration.previewed(token, merchant_id=request.merchant.pk, viewer=viewer)
    response = drawn(request, found)
    response.headers["Content-Security-Policy"] = policy(**_media(found), frame_ancestors="'self'")
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def home_of(request: HttpRequest) -> HttpResponse | None:
    """The home page that the brand has made; None where there is none."""
    found = decoration.shown("", viewer_of(request))
    return None if found is None else drawn(request, found)


def viewer_of(request: HttpRequest) -> Viewer:
    identity = request.shopper.identity
    if identity is None:
        return Viewer(clock.now())
    return Viewer(clock.now(), identity.customer_id, identity.customer.city)


def drawn(request: HttpRequest, found: Shown) -> HttpResponse:
    is_home = found.page.kind == found.page.Kind.HOME
    context: dict[str, Any] = {
        "found": found, "is_preview": found.version_id is None, "card": card_of(request, found.page, found),
        "tab": "home" if is_home else "",
        "data": None if is_home else breadcrumbs(request, [(found.page.title, card_address(request, found.page))]),
    }  # fmt: skip
    response = shown(request, f"shop/decorated/{found.page.kind}.html", context)
    if media := _media(found):
        response.headers["Content-Security-Policy"] = policy(**media)
    return response


def card_address(request: HttpRequest, page: Page) -> str:
    return address(request, "topic", page.slug) if page.slug else address(request, "home")


def card_of(request: HttpRequest, page: Page, found: Shown | None = None) -> Card:
    """What a chat shows of the page; the picture is the one chosen for it, else the first of a banner."""
    banners = found.of("banner") if found else []
    picture = page.share_picture or (banners[0].data[0].picture.digest if banners else "")
    title = page.share_title or (page.title if page.slug else request.merchant.name)
    usual = gettext("Everything of %(brand)s, ordered in two taps.") % {"brand": request.merchant.name}
    poster = address(request, "topic_poster", page.slug) if page.slug else address(request, "home_poster")
    return Card.of(
        request, title=title, text=page.share_text or usual, path=card_address(request, page), picture=picture,
        poster=poster,
    )  # fmt: skip


def _media(found: Shown) -> dict[str, str]:
    """Where films of this page lie: nowhere else may the browser fetch one from."""
    origins = sorted({piece.data.origin for piece in found.of("video")})
    return {"media_src": " ".join(["'self'", *origins])} if origins else {}
