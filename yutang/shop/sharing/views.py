"""Posters at addresses of their own: drawn once, kept as a file, and told by their ETag."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags
from django.utils.translation import gettext

from yutang.areas.catalog import queries as catalog
from yutang.areas.decoration import queries as decoration
from yutang.areas.decoration.needs import Viewer
from yutang.core import clock, money
from yutang.core.errors import NotFound
from yutang.shop.browse.product import visible
from yutang.shop.decorated.views import card_of
from yutang.shop.door import address, page
from yutang.shop.sharing import poster
from yutang.shop.sharing.poster import Poster

if TYPE_CHECKING:
    from django.http import HttpRequest

LOOKS = "1"  # another number when posters are drawn in another way
SECONDS = 300


@page()
def product(request: HttpRequest, product_id: int) -> HttpResponse:
    found = visible(product_id)
    price = money.formatted(found.lowest_price, request.merchant.currency, request.LANGUAGE_CODE)
    several = len({sku.price for sku in catalog.skus_of([found.pk]).get(found.pk, []) if sku.is_active}) > 1
    wanted = Poster(
        found.name, request.merchant.name, request.build_absolute_uri(address(request, "product", found.pk)),
        price=gettext("from %(price)s") % {"price": price} if several else price,
    )  # fmt: skip
    return _answer(request, f"p{found.pk}", wanted, catalog.covers([found.pk]).get(found.pk, ""))


@page()
def home(request: HttpRequest) -> HttpResponse:
    return _of_page(request, "")


@page()
def topic(request: HttpRequest, page_slug: str) -> HttpResponse:
    return _of_page(request, page_slug)


def _of_page(request: HttpRequest, slug: str) -> HttpResponse:
    """As everybody sees the page: a poster goes from hand to hand."""
    found = decoration.shown(slug, Viewer(clock.now()))
    if found is None and slug:
        raise NotFound
    if found is None:
        home_address = request.build_absolute_uri(address(request, "home"))
        return _answer(request, "home", Poster(request.merchant.name, request.merchant.name, home_address), "")
    card = card_of(request, found.page, found)
    banners = found.of("banner")
    picture = found.page.share_picture or (banners[0].data[0].picture.digest if banners else "")
    return _answer(request, f"t{found.page.pk}", Poster(card.title, request.merchant.name, card.url), picture)


def _answer(request: HttpRequest, subject: str, wanted: Poster, picture: str) -> HttpResponse:
    wanted = replace(
        wanted, hint=gettext("Hold or scan to open the shop"),
        picture=catalog.picture_path(request.merchant.pk, picture, 800) if picture else None,
    )  # fmt: skip
    fingerprint = hashlib.sha256(repr((LOOKS, wanted)).encode()).hexdigest()[:32]
    headers = {"ETag": f'"{fingerprint}"', "Cache-Control": f"public, max-age={SECONDS}"}
    if headers["ETag"] in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponseNotModified(headers=headers)
    name = f"{subject}-{request.LANGUAGE_CODE}"
    return HttpResponse(_drawn(request.merchant.pk, name, fingerprint, wanted), "image/jpeg", headers=headers)


def _drawn(merchant_id: int, name: str, fingerprint: str, wanted: Poster) -> bytes:
    """From the folder, or drawn and put there in place of what it was before. `name`: of the subject in a language."""
    folder = Path(settings.FILES) / "posters" / str(merchant_id)
    path = folder / f"{name}-{fingerprint}.jpg"
    if path.exists():
        return path.read_bytes()
    content = poster.draw(wanted)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}-{os.getpid()}-{os.urandom(4).hex()}")
    draft.write_bytes(content)
    for old in folder.glob(f"{name}-*.jpg"):
        old.unlink(missing_ok=True)
    draft.replace(path)
    return content
