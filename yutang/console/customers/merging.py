"""Merging two people by hand, taking accounts off a person, and the history of merges with undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.customers import queries, services
from yutang.areas.customers.errors import SamePerson
from yutang.areas.orders import queries as orders
from yutang.console.access import page
from yutang.console.customers import labels, listing
from yutang.console.shell.listing import render_list
from yutang.console.shell.views import safe_next
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@page("customers.merge", methods=("GET",))
def choose(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Who else is this person? Found by everything the list can be searched by."""
    person = queries.customer(request.actor, customer_id, "customers.merge")
    wanted = dict.fromkeys(listing.FILTERS, "") | {"q": request.GET.get("q", "").strip()[:200]}
    found = []
    if wanted["q"]:
        others = listing.people(request, wanted, "customers.merge").exclude(pk=person.pk)
        found = listing.rows(request, list(others.select_related("home_node").order_by("-id")[:20]))
    return render(request, "console/customers/merge.html", {"person": person, "found": found, "q": wanted["q"]})


@page("customers.merge")
def preview(request: HttpRequest, customer_id: int, other_id: int) -> HttpResponse:
    """Both beside each other and what would move; a POST does it."""
    person = queries.customer(request.actor, customer_id, "customers.merge")
    other = queries.customer(request.actor, other_id, "customers.merge")
    if person.pk == other.pk:
        raise SamePerson
    if request.method == "POST":
        services.merge(
            survivor_id=person.pk, absorbed_id=other.pk, actor=request.actor,
            evidence=[{"kind": "by_hand", "by": request.actor.name, "why": request.POST.get("why", "").strip()[:400]}],
        )  # fmt: skip
        messages.success(request, gettext("Merged. You can undo this in the merge history at any time."))
        return redirect("console:customer", person.pk)
    context = {"person": person, "other": other, "sides": compared(request, [person.pk, other.pk])}
    return render(request, "console/customers/preview.html", context)


def compared(request: HttpRequest, customer_ids: list[int]) -> list[queries.Side]:
    """Sides with what each bought and how many notes would move."""
    found = queries.sides(customer_ids)
    statistics = orders.statistics(request.actor, customer_ids)
    for side in found:
        side.customer.statistic = statistics[side.customer.pk]
        side.customer.source_label = labels.source(side.customer.source)
        side.customer.note_count = queries.notes(side.customer).count()
        labels.explain(side.accounts)
    return found


@page("customers.merge", methods=("POST",))
def split(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Takes the chosen accounts off the person."""
    person = queries.customer(request.actor, customer_id, "customers.merge")
    ids = [int(text) for text in request.POST.getlist("identity") if text.isdecimal() and len(text) < 19]
    own = {account.identity.pk for account in queries.evidence(person)}
    made = services.split(identity_ids=own & set(ids), reason=f"by hand: {request.actor.name}", actor=request.actor)
    messages.success(request, gettext("These accounts are a person of their own now: #%(id)s.") % {"id": made.pk})
    return redirect("console:customer", person.pk)


@page("customers.merge", methods=("GET",))
def history(request: HttpRequest) -> HttpResponse:
    found = page_of(queries.merges(request.actor), request, order=("-id",))
    labels.reasons(found.rows)
    return render_list(request, "console/customers/merges.html", "console/customers/_merges.html", {"page": found})


@page("customers.merge", methods=("POST",))
def undo(request: HttpRequest, merge_id: int) -> HttpResponse:
    merged = services.unmerge(merge_id=merge_id, actor=request.actor)
    stays, restored = queries.people_of_today(merged)
    if stays == restored:
        messages.warning(request, gettext("Undone, but other merges still tie these two: they stay one person."))
    else:
        messages.success(request, gettext("Undone: #%(id)s is a person of their own again.") % {"id": restored})
    return redirect(safe_next(request, request.POST.get("next"), "/customers/merges"))
