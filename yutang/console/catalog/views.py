"""The list of products, and what is done to many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from yutang.areas.catalog import queries, services
from yutang.areas.catalog.models import Product
from yutang.areas.catalog.queries import Search
from yutang.console.access import page
from yutang.console.shell.listing import render_list
from yutang.core import money
from yutang.ui.forms import refused_as_message
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

# tab → the states it shows
TABS = {
    "": (Product.State.ON_SALE,),
    "off": (Product.State.DRAFT, Product.State.OFF_SALE),
    "bin": (Product.State.REMOVED,),
}
ACTIONS = {
    "on_sale": Product.State.ON_SALE, "off_sale": Product.State.OFF_SALE, "remove": Product.State.REMOVED,
    "restore": Product.State.OFF_SALE,
}  # fmt: skip


@page(queries.VIEW, methods=("GET",))
def product_list(request: HttpRequest) -> HttpResponse:
    wanted = search_of(request)
    found = page_of(queries.search(wanted), request, order=queries.in_order(wanted))
    covers, branches = queries.covers(row.pk for row in found.rows), queries.categories()
    paths = {branch.pk: branch.label for branch in branches}
    for row in found.rows:
        row.cover, row.path = covers.get(row.pk), paths.get(row.category_id, "")
    tab = _tab(request)
    address = reverse("console:products")
    context = {
        "page": found, "wanted": wanted, "branches": branches, "kinds": Product.Kind.choices, "tab": tab,
        "tabs": [
            (address, gettext("On sale")), (f"{address}?tab=off", gettext("In the warehouse")),
            (f"{address}?tab=bin", gettext("Recycle bin")),
        ],
        "tab_address": f"{address}?tab={tab}" if tab else address, "bulk": request.actor.may(queries.EDIT),
        "is_filtered": any(name != "tab" and value for name, value in request.GET.items()),
    }  # fmt: skip
    return render_list(request, "console/catalog/list.html", "console/catalog/_rows.html", context)


def search_of(request: HttpRequest) -> Search:
    """The filters in the address; one that cannot be read lets everything through."""
    given = {name: request.GET.get(name, "").strip()[:80] for name in ("q", "category", "tag", "kind", "from", "to")}
    return Search(
        text=given["q"], states=TABS[_tab(request)], tag=given["tag"], kind=given["kind"],
        category_id=int(given["category"]) if given["category"].isdecimal() and len(given["category"]) < 19 else None,
        price_from=money_or_none(given["from"], request.merchant.currency),
        price_to=money_or_none(given["to"], request.merchant.currency),
    )  # fmt: skip


def money_or_none(text: str, currency: str) -> int | None:
    parsed = money.parsed(text, currency)
    return parsed if parsed is not None and parsed < 10**15 else None


def _tab(request: HttpRequest) -> str:
    tab = request.GET.get("tab", "")
    return tab if tab in TABS else ""


def chosen(request: HttpRequest) -> list[int]:
    return [int(text) for text in request.POST.getlist("ids") if text.isdecimal() and len(text) < 19]


@page(queries.EDIT, methods=("POST",))
def bulk(request: HttpRequest) -> HttpResponse:
    ids, action = chosen(request), request.POST.get("action", "")
    with refused_as_message(request):
        if action == "move":
            category = request.POST.get("category", "")
            target = int(category) if category.isdecimal() and len(category) < 19 else None
            changed = services.move_to_category(product_ids=ids, category_id=target, actor=request.actor)
        elif action in ACTIONS:
            changed = services.set_state(product_ids=ids, state=ACTIONS[action], actor=request.actor)
        else:
            changed = 0
        said = ngettext("%(n)s product changed.", "%(n)s products changed.", changed) % {"n": changed}
        messages.success(request, said)
    if request.POST.get("stay") and len(ids) == 1:
        return redirect("console:product", *ids)
    tab = request.POST.get("tab", "")
    query = f"?{urlencode({'tab': tab})}" if tab in TABS and tab else ""
    return redirect(f"{reverse('console:products')}{query}")
