"""Gift cards by batch: made, handed out once, activated."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.merchants import queries as merchants
from yutang.areas.wallet import queries, services
from yutang.console.access import page
from yutang.console.shell.listing import render_list
from yutang.console.wallet.forms import BatchForm
from yutang.console.wallet.frame import EDIT, VIEW
from yutang.core.errors import DomainError, NotAllowed, NotFound
from yutang.ui.forms import errors_of, refused_as_message
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest


@page(VIEW, methods=("GET",))
def batch_list(request: HttpRequest) -> HttpResponse:
    queries.require_everywhere(request.actor, VIEW)
    found = page_of(queries.batches(), request, order=queries.NEWEST)
    return render_list(request, "console/wallet/cards.html", "console/wallet/_cards.html", {"page": found})


@page(EDIT)
def create(request: HttpRequest) -> HttpResponse:
    queries.require_everywhere(request.actor, EDIT)
    form = BatchForm(
        request.POST or None, nodes=merchants.nodes_for(EDIT, actor=request.actor), currency=request.merchant.currency,
        initial={"days": queries.terms().bearer_days},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        with errors_of(form):
            made = services.cards.make_batch(node_id=given.pop("node"), actor=request.actor, **given)
            messages.success(request, gettext("Made. The cards are worth something once they are activated."))
            return redirect("console:gift_card_batch", made.pk)
    return render(request, "console/wallet/new_cards.html", {"form": form}, status=422 if form.errors else 200)


@page(VIEW, methods=("GET",))
def batch(request: HttpRequest, gift_batch_id: int) -> HttpResponse:
    queries.require_everywhere(request.actor, VIEW)
    found = queries.batch(gift_batch_id)
    context = {
        "batch": found, "page": page_of(queries.cards(found), request, order=("id",)),
        "redeemed": queries.redeemed_count(found),
    }  # fmt: skip
    return render_list(request, "console/wallet/batch.html", "console/wallet/_batch.html", context)


@page(EDIT, methods=("POST",))
def activate(request: HttpRequest, gift_batch_id: int) -> HttpResponse:
    with refused_as_message(request):
        services.cards.activate(batch_id=gift_batch_id, actor=request.actor)
        messages.success(request, gettext("The cards can be redeemed now."))
    return redirect("console:gift_card_batch", gift_batch_id)


@page(EDIT, methods=("POST",))
def export(request: HttpRequest, gift_batch_id: int) -> HttpResponse:
    """Serial numbers and codes as CSV, once."""
    try:
        rows = services.cards.hand_out(batch_id=gift_batch_id, actor=request.actor)
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("console:gift_card_batch", gift_batch_id)
    text = io.StringIO()
    csv.writer(text).writerows([(gettext("Serial number"), gettext("Gift card code")), *rows])
    response = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="gift-cards-{gift_batch_id}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


@page(EDIT, methods=("POST",))
def void(request: HttpRequest, gift_card_id: int) -> HttpResponse:
    with refused_as_message(request):
        card = services.cards.void(card_id=gift_card_id, actor=request.actor)
        messages.success(request, gettext("The card is void."))
        return redirect("console:gift_card_batch", card.batch_id)
    return redirect("console:gift_cards")
