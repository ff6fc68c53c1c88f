"""What buyers say, and the brand's answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext

from yutang.areas.catalog import queries, services
from yutang.areas.catalog.models import Review
from yutang.console.access import page
from yutang.console.shell.listing import render_list
from yutang.ui.forms import refused_as_message
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@page(queries.VIEW, methods=("GET",))
def review_list(request: HttpRequest) -> HttpResponse:
    wanted = {name: request.GET.get(name, "").strip()[:80] for name in ("q", "stars", "state", "answer")}
    found = queries.reviews()
    if wanted["q"]:
        found = found.filter(product__code=wanted["q"])
    if wanted["stars"] in {"1", "2", "3", "4", "5"}:
        found = found.filter(rating=int(wanted["stars"]))
    if wanted["state"] in Review.State.values:
        found = found.filter(state=wanted["state"])
    if wanted["answer"] in ("yes", "no"):
        found = found.filter(replied_at__isnull=wanted["answer"] == "no")
    context = {
        "page": page_of(found, request, size=20), "wanted": wanted, "states": Review.State.choices,
        "stars": [str(n) for n in range(5, 0, -1)],
    }  # fmt: skip
    return render_list(request, "console/catalog/reviews.html", "console/catalog/_reviews.html", context)


@page(queries.REPLY, methods=("POST",))
def reply(request: HttpRequest, review_id: int) -> HttpResponse:
    with refused_as_message(request):
        services.reply_to_review(review_id=review_id, text=request.POST.get("text", ""), actor=request.actor)
        messages.success(request, gettext("Answer saved."))
    return redirect("console:product_reviews")


@page(queries.REPLY, methods=("POST",))
def show(request: HttpRequest, review_id: int) -> HttpResponse:
    """Hidden only with a reason."""
    is_shown, reason = request.POST.get("is_shown") == "yes", request.POST.get("reason", "").strip()
    if not is_shown and not reason:
        messages.error(request, gettext("Say why the review is hidden."))
        return redirect("console:product_reviews")
    services.show_review(review_id=review_id, is_shown=is_shown, reason=reason, actor=request.actor)
    messages.success(request, gettext("Shown again.") if is_shown else gettext("Hidden."))
    return redirect("console:product_reviews")
