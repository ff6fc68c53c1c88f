"""Stock by store and SKU: as a list, as a grid, and the journal of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from yutang.areas.catalog import queries as catalog
from yutang.areas.inventory import queries
from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants.models import OrgNode
from yutang.console.access import page
from yutang.console.inventory.forms import forms_of
from yutang.console.shell.listing import render_list
from yutang.console.staff.forms import id_of
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.inventory.models import StockItem

VIEW = "inventory.view"
MOST_PRODUCTS = 200  # that a text may find
MOST_COLUMNS = 30  # stores of the grid; a region narrows it


@page(VIEW, methods=("GET",))
def stock_list(request: HttpRequest) -> HttpResponse:
    is_low = request.GET.get("tab") == "low"
    context = {
        "page": page_of(_found(request, is_low=is_low), request, order=queries.ORDER), "is_low": is_low,
        **_around(request, "low" if is_low else ""),
    }  # fmt: skip
    return render_list(request, "console/inventory/list.html", "console/inventory/_rows.html", context)


@page(VIEW, methods=("GET",))
def grid(request: HttpRequest) -> HttpResponse:
    """Rows are SKUs, columns are stores, a cell is what can be sold."""
    around = _around(request, "grid")
    node = id_of(request.GET.get("node", ""))
    reach = None if node is None else merchants.descendants(frozenset({node}))
    inside = [each for each in around["nodes"] if each.is_active and (reach is None or each.pk in reach)]
    columns = inside[:MOST_COLUMNS]
    found = _found(request)
    rows = page_of(queries.skus(found), request, order=("sku_id",), size=30)
    cells: dict[int, dict[int, StockItem]] = {}
    square = queries.of_skus(found, [row["sku_id"] for row in rows.rows], [each.pk for each in columns])
    for item in square:
        cells.setdefault(item.sku_id, {})[item.node_id] = item
    rows.rows = [
        (next(iter(of_sku.values())).sku, [of_sku.get(each.pk) for each in columns])
        for row in rows.rows
        if (of_sku := cells.get(row["sku_id"]))
    ]
    context = {"page": rows, "columns": columns, "left_out": len(inside) - len(columns), **around}
    return render_list(request, "console/inventory/grid.html", "console/inventory/_grid.html", context)


@page(VIEW, methods=("GET",))
def item(request: HttpRequest, stock_item_id: int) -> HttpResponse:
    found = queries.item(request.actor, stock_item_id)
    return render(request, "console/inventory/item.html", shown(request, found))


def shown(request: HttpRequest, found: StockItem, wrong: tuple[str, Form] | None = None) -> dict[str, Any]:
    """Context of an item's page; `wrong`: a form that was refused, by its name."""
    forms = forms_of(found, request.actor)
    if wrong:
        forms[wrong[0]] = wrong[1]
    return {
        "item": found, "page": page_of(queries.moves_of(found), request, order=("-id",)), "forms": forms,
        "open": wrong[0] if wrong else "receive",
    }  # fmt: skip


def _found(request: HttpRequest, *, is_low: bool = False) -> QuerySet[StockItem]:
    text, node = request.GET.get("q", "").strip()[:80], id_of(request.GET.get("node", ""))
    sku_ids = None
    if text:
        wanted = catalog.Search(text=text)
        products = catalog.search(wanted).order_by(*catalog.in_order(wanted))[:MOST_PRODUCTS]
        by_product = catalog.skus_of(product.pk for product in products)
        sku_ids = [sku.pk for skus in by_product.values() for sku in skus]
    nodes = None if node is None else merchants.descendants(frozenset({node}))
    return queries.items(request.actor, node_ids=nodes, sku_ids=sku_ids, is_low=is_low)


def _around(request: HttpRequest, tab: str) -> dict[str, Any]:
    address, squares = reverse("console:stock"), reverse("console:stock_grid")
    return {
        "tabs": [(address, gettext("All stock")), (f"{address}?tab=low", gettext("Low stock")),
                 (squares, gettext("Store by SKU"))],
        "tab_address": {"": address, "low": f"{address}?tab=low", "grid": squares}[tab],
        "nodes": merchants.nodes_for(VIEW, actor=request.actor), "node": request.GET.get("node", ""),
        "is_filtered": bool(request.GET.get("q") or request.GET.get("node")), "hq": OrgNode.Kind.HQ,
    }  # fmt: skip
