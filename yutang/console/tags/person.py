"""The tags on a person's page: what they have, why, one tap to give or take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect, render

from yutang.areas.customers import queries as customers
from yutang.areas.tags import queries, services
from yutang.areas.tags.models import Tagging
from yutang.console.access import page
from yutang.console.segments import pictures
from yutang.console.staff.forms import id_of
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.customers.models import Customer

ONE_TAP = 8


def card(request: HttpRequest, person: Customer) -> dict[str, Any]:
    """Context of `console/tags/_card.html`; what may be given comes afterwards (`offers`)."""
    taggings, former = queries.of_person_and_before(person)
    for tagging in taggings:
        if tagging.source == Tagging.Source.RULE:
            tagging.evidence = pictures.sentence(tagging.tag.rule, request)
    return {"taggings": taggings, "former_taggings": former}


def offers(person: Customer) -> dict[str, Any]:
    """Context of `console/tags/_offers.html`: the tags the person does not have."""
    held = {tagging.tag_id for tagging in queries.of_person(person)}
    offered = [tag for tag in queries.tags().order_by("-id")[:2000] if tag.pk not in held]
    return {
        "person": person, "one_tap": [tag for tag in offered if tag.rule is None][:ONE_TAP],
        "offered_tags": sorted(offered, key=lambda tag: (tag.group.name, tag.name)),
    }  # fmt: skip


@page("tags.give")
def give(request: HttpRequest, customer_id: int) -> HttpResponse:
    """GET: what may be given, for the card; a page of its own without scripts."""
    person = customers.customer(request.actor, customer_id, "tags.give")
    if request.method != "POST":
        template = "_offers.html" if request.headers.get("HX-Request") else "offers.html"
        return render(request, f"console/tags/{template}", offers(person))
    tag_id = id_of(request.POST.get("tag", ""))
    if tag_id is None:
        raise NotFound
    services.give(customer=person, tag_id=tag_id, evidence=request.POST.get("evidence", ""), actor=request.actor)
    return _answer(request, person)


@page("tags.give", methods=("POST",))
def take(request: HttpRequest, customer_id: int, tag_id: int) -> HttpResponse:
    person = customers.customer(request.actor, customer_id, "tags.give")
    services.take(customer=person, tag_id=tag_id, actor=request.actor)
    return _answer(request, person)


def _answer(request: HttpRequest, person: Customer) -> HttpResponse:
    """Only the card for htmx; the whole page without scripts."""
    if not request.headers.get("HX-Request"):
        return redirect("console:customer", person.pk)
    return render(request, "console/tags/_card.html", {"person": person, **card(request, person)})
