"""What was agreed with a person and who did what about them: the papers, below the fold of their page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from yutang.areas.customers import queries
from yutang.console.access import page
from yutang.console.audit import views as audit
from yutang.console.privacy import person as privacy

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SHOWN = 10


@page("customers.view", methods=("GET",))
def records(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Each card only for who may see it elsewhere."""
    person = queries.customer(request.actor, customer_id)
    context = {"person": person, "privacy": privacy.card(request, person), "entries": None}
    if request.actor.may("audit.view"):
        about = audit.visible(request).filter(object_type="customer", object_id=str(person.pk))
        context["entries"] = [audit.labelled(entry) for entry in about[:SHOWN]]
    return render(request, "console/customers/_records.html", context)
