"""The form of a product: basics, SKUs, text, delivery; its pictures stand beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.catalog import queries, services
from yutang.areas.catalog.services import ProductDraft
from yutang.console.access import page
from yutang.console.catalog import grid
from yutang.console.catalog.forms import ProductForm
from yutang.console.catalog.pictures import shown
from yutang.ui.forms import errors_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.catalog.models import Product

_PLAIN = ("name", "code", "subtitle", "kind", "category_id", "position", "description", "is_delivered", "is_picked_up",
          "freight_template_id", "only_levels", "only_cards")  # fmt: skip


@page(queries.EDIT)
def create(request: HttpRequest) -> HttpResponse:
    return _form(request, None)


@page(queries.VIEW)
def edit(request: HttpRequest, product_id: int) -> HttpResponse:
    """Whoever may see products may look; saving takes the right to change them."""
    product = queries.product(product_id)
    if request.method == "POST":
        request.actor.require(queries.EDIT)
    return _form(request, product)


def _form(request: HttpRequest, product: Product | None) -> HttpResponse:
    old = services.draft_of(product) if product else None
    currency, may_edit = request.merchant.currency, request.actor.may(queries.EDIT)
    initial = {}
    if old:
        initial = {name: getattr(old, name) for name in _PLAIN} | {
            "tags": ", ".join(old.tags),
            "promises": ", ".join(old.promises),
        }
    form = ProductForm(request.POST or None, initial=initial)
    skus = grid.GridForm(
        request.POST or None, initial={"grid": grid.written(old, currency, has_cost=may_edit)}, currency=currency,
        old=old,        code=request.POST.get("code", "").strip(),
    )  # fmt: skip
    if form.is_valid() and skus.is_valid():
        draft = ProductDraft(**form.cleaned_data, **skus.cleaned_data["grid"])
        with errors_of(form):
            saved = services.save_product(draft=draft, product=product, actor=request.actor)
            messages.success(request, gettext("Saved “%(name)s”.") % {"name": saved.name})
            return redirect("console:product", saved.pk)
    wrong = [tab for tab, names in ProductForm.TABS.items() if form.is_bound and any(form[n].errors for n in names)]
    if skus.is_bound and skus.errors:
        wrong.append("skus")
    context = {
        "form": form, "skus": skus, "product": product, "wrong": wrong, "may_edit": may_edit,
        "open_tab": wrong[0] if wrong else "basics", **(shown(product) if product else {}),
    }  # fmt: skip
    return render(request, "console/catalog/form.html", context, status=422 if form.is_bound else 200)


@page(queries.VIEW, methods=("POST",))
def preview(request: HttpRequest) -> HttpResponse:
    """The description as it would be stored."""
    text = queries.cleaned(request.POST.get("description", "")[:100_000])
    return render(request, "console/catalog/_preview.html", {"text": text})
