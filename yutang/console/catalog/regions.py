"""Which goods a region sees: what each region buys, and the rules made from it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from yutang.areas.analytics import queries as analytics
from yutang.areas.catalog import queries, services
from yutang.areas.catalog.models import RegionRule
from yutang.console.access import page
from yutang.console.catalog.forms import RegionRuleForm
from yutang.console.shell.listing import render_list
from yutang.ui.forms import errors_of
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

DAYS = (30, 90, 365)
MOST_ROWS = 50


def _tabs() -> list[tuple[str, str]]:
    return [
        (reverse("console:region_demand"), gettext("What regions buy")),
        (reverse("console:regions"), gettext("Region rules")),
    ]


@page(queries.VIEW, methods=("GET",))
def rule_list(request: HttpRequest) -> HttpResponse:
    found = page_of(queries.region_rules(), request)
    paths = {branch.pk: branch.label for branch in queries.categories()}
    for row in found.rows:
        row.path = paths.get(row.category_id, "")
    context = {"page": found, "tabs": _tabs()}
    return render_list(request, "console/catalog/regions.html", "console/catalog/_rules.html", context)


@page(queries.VIEW, methods=("GET",))
def demand(request: HttpRequest) -> HttpResponse:
    """Figures need the right to see figures too."""
    province, code = (request.GET.get(name, "").strip()[:80] for name in ("province", "product"))
    days = next((each for each in DAYS if request.GET.get("days") == str(each)), DAYS[1])
    until = timezone.localdate()
    period = analytics.Period(until - timedelta(days=days - 1), until)
    asked = analytics.scope(period=period, actor=request.actor)
    rows = analytics.region_demand(asked, province=province, product_code=code, most=MOST_ROWS)
    known = queries.products_by_code(row.product_code for row in rows)
    context = {
        "rows": [(row, known.get(row.product_code), _rule_address(row)) for row in rows], "tabs": _tabs(),
        "provinces": analytics.province_demand(asked), "province": queries.province_name(province), "product": code,
        "days": days, "choices": DAYS, "as_of": analytics.as_of(),
    }  # fmt: skip
    return render(request, "console/catalog/demand.html", context)


def _rule_address(row: analytics.RegionDemand) -> str:
    query = urlencode({"product": row.product_code, "province": row.province})
    return f"{reverse('console:region_rule')}?{query}"


@page(queries.EDIT)
def rule(request: HttpRequest) -> HttpResponse:
    """The rule of a product or category: as it is, with the region that the report's row adds."""
    form = RegionRuleForm(request.POST or None, initial=_initial(request))
    if form.is_valid():
        values = form.cleaned_data
        with errors_of(form):
            product = queries.product_by_code(values["product_code"]) if values["product_code"] else None
            saved = services.save_region_rule(
                effect=values["effect"], provinces=values["provinces"], product_id=product and product.pk,
                category_id=values["category_id"], actor=request.actor,
            )  # fmt: skip
            messages.success(request, gettext("Rule saved.") if saved else gettext("Rule taken away."))
            return redirect("console:regions")
    return render(request, "console/catalog/rule.html", {"form": form}, status=422 if form.is_bound else 200)


def _initial(request: HttpRequest) -> dict[str, object]:
    code, province = (request.GET.get(name, "").strip()[:80] for name in ("product", "province"))
    category = request.GET.get("category", "")
    category_id = int(category) if category.isdecimal() and len(category) < 19 else None
    held = None
    if code and (product := queries.products_by_code([code]).get(code)):
        held = queries.region_rule_of(product_id=product.pk)
    elif category_id:
        held = queries.region_rule_of(category_id=category_id)
    provinces = list(held.provinces) if held else []
    if province and (short := queries.province_name(province)) not in provinces:
        provinces.append(short)
    effect = held.effect if held else RegionRule.Effect.ONLY
    return {"product_code": code, "category_id": category_id, "effect": effect, "provinces": provinces}
