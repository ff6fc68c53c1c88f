"""Looking around: home, categories, search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.areas.catalog import queries as catalog
from yutang.core.errors import NotFound
from yutang.shop import recording
from yutang.shop.browse.cards import listing
from yutang.shop.decorated.views import home_of
from yutang.shop.door import address, page, shown
from yutang.shop.sharing.card import Card

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.ui.paging import Page

LONGEST = 60  # characters of a search


@page()
def home(request: HttpRequest) -> HttpResponse:
    """As the brand has made it; until it has, everything that is on sale."""
    if not _is_more(request) and (decorated := home_of(request)) is not None:
        return decorated
    found = listing(request)
    if _is_more(request):
        return _more(request, found)
    tops = [branch for branch in catalog.categories() if branch.depth == 0 and branch.category.is_visible]
    poster = address(request, "home_poster")
    card = Card.of(request, title=request.merchant.name, text="", path=request.path, picture="", poster=poster)
    context = {"page": found, "categories": tops[:10], "tab": "home", "card": card}
    return shown(request, "shop/browse/home.html", context)


@page()
def categories(request: HttpRequest) -> HttpResponse:
    """The tree: its tops at the side, what is below the chosen one beside it."""
    branches = [branch for branch in catalog.categories() if branch.category.is_visible]
    tops = [branch for branch in branches if branch.depth == 0]
    wanted = request.GET.get("top", "")
    top = next((branch for branch in tops if str(branch.pk) == wanted), tops[0] if tops else None)
    found = listing(request, category_id=top.pk) if top else None
    if _is_more(request) and found is not None:
        return _more(request, found)
    below = [branch for branch in branches if top and branch.depth == 1 and branch.category.parent_id == top.pk]
    context = {"tops": tops, "top": top, "below": below, "page": found, "tab": "categories"}
    return shown(request, "shop/browse/categories.html", context)


@page()
def category(request: HttpRequest, category_id: int) -> HttpResponse:
    branches = {branch.pk: branch for branch in catalog.categories() if branch.category.is_visible}
    if category_id not in branches:
        raise NotFound
    found = listing(request, category_id=category_id)
    if _is_more(request):
        return _more(request, found)
    below = [branch for branch in branches.values() if branch.category.parent_id == category_id]
    context = {"branch": branches[category_id], "below": below, "page": found}
    return shown(request, "shop/browse/category.html", context)


@page()
def search(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:LONGEST]
    found = listing(request, text=text) if text else None
    if _is_more(request) and found is not None:
        return _more(request, found)
    if found is not None and recording.may_tell(request):
        recording.note(request, "search", properties={"query": text, "results": found.total})
    return shown(request, "shop/browse/search.html", {"text": text, "page": found})


@page()
def suggest(request: HttpRequest) -> HttpResponse:
    """What is offered while somebody types."""
    found = catalog.suggestions(request.GET.get("q", "")[:LONGEST])
    return shown(request, "shop/browse/_suggestions.html", {"products": found})


def _is_more(request: HttpRequest) -> bool:
    """The list asks for its next page when its end comes into view."""
    return bool(request.headers.get("HX-Request")) and "cursor" in request.GET


def _more(request: HttpRequest, found: Page) -> HttpResponse:
    return shown(request, "shop/browse/_cards.html", {"page": found})
