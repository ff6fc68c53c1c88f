"""Pictures of one product: uploaded, described, put in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.shortcuts import redirect, render

from yutang.areas.catalog import queries, services
from yutang.areas.catalog.services import PictureDraft
from yutang.console.access import page
from yutang.core.errors import DomainError, NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.catalog.models import Product


def shown(product: Product) -> dict[str, Any]:
    return {
        "product": product,
        "pictures": queries.pictures_of([product.pk]).get(product.pk, []),
        "product_skus": [sku for sku in queries.skus_of([product.pk]).get(product.pk, []) if sku.is_active],
    }


@page(queries.EDIT, methods=("POST",))
def pictures(request: HttpRequest, product_id: int) -> HttpResponse:
    """One form for all of it: what is typed is saved whichever button was pressed. `act`: `up:12`, `remove:12`."""
    product, refusals = queries.product(product_id), []
    drafts = _drafts(request)
    if drafts or "act" in request.POST:
        services.save_pictures(
            product_id=product_id, drafts=_acted(drafts, request.POST.get("act", "")), actor=request.actor
        )
    for file in request.FILES.getlist("file"):
        try:
            with transaction.atomic():
                services.add_picture(product_id=product_id, content=file, actor=request.actor)
        except NotAllowed:
            raise
        except DomainError as error:
            refusals.append(f"{file.name}: {error}")
    if not request.headers.get("HX-Request") and not refusals:
        return redirect("console:product", product_id)
    return render(request, "console/catalog/_pictures.html", {**shown(product), "refusals": refusals, "may_edit": True})


def _drafts(request: HttpRequest) -> list[PictureDraft]:
    def number(text: str) -> int | None:
        return int(text) if text.isdecimal() and len(text) < 19 else None

    ids = [pk for text in request.POST.getlist("picture") if (pk := number(text)) is not None]
    return [
        PictureDraft(
            picture_id=pk, alt=request.POST.get(f"alt-{pk}", "").strip()[:120],
            sku_id=number(request.POST.get(f"sku-{pk}", "")),
        )
        for pk in ids
    ]  # fmt: skip


def _acted(drafts: list[PictureDraft], act: str) -> list[PictureDraft]:
    verb, _, number = act.partition(":")
    place = next((index for index, draft in enumerate(drafts) if str(draft.picture_id) == number), None)
    if place is None:
        return drafts
    if verb == "remove":
        return [draft for draft in drafts if str(draft.picture_id) != number]
    other = place + {"up": -1, "down": 1}.get(verb, 0)
    if 0 <= other < len(drafts):
        drafts[place], drafts[other] = drafts[other], drafts[place]
    return drafts
