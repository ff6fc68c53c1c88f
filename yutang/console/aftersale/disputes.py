"""Disputes: what waits for evidence or a ruling, and the page of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from yutang.areas.aftersale import queries, services
from yutang.areas.aftersale.errors import NotNow
from yutang.areas.aftersale.models import Dispute
from yutang.areas.aftersale.services import Side
from yutang.console.access import page
from yutang.console.aftersale import labels
from yutang.console.aftersale.acting import confirmed
from yutang.console.aftersale.forms import RulingForm
from yutang.console.shell.listing import render_list
from yutang.core.errors import DomainError
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.orders.services import Effects

_STATES = Dispute.State.values


@page(queries.VIEW, methods=("GET",))
def dispute_list(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    state = state if state in _STATES else ""
    found = page_of(queries.disputes(request.actor, state=state), request, order=queries.NEWEST, size=30)
    found.rows = [
        (row, labels.DISPUTE_COLOURS[Dispute.State(row.state)], labels.side(row.opened_by),
         labels.left(row.case.deadline_at) if row.case.is_open else "")
        for row in found.rows
    ]  # fmt: skip
    address = reverse("console:disputes")
    tabs = [(address, gettext("All")), *((f"{address}?state={key}", label) for key, label in Dispute.State.choices)]
    context = {"page": found, "tabs": tabs, "tab_address": f"{address}?state={state}" if state else address}
    return render_list(request, "console/aftersale/disputes.html", "console/aftersale/_disputes.html", context)


@page(queries.VIEW, methods=("GET",))
def dispute(request: HttpRequest, dispute_id: int) -> HttpResponse:
    found = queries.dispute(request.actor, dispute_id)
    case = queries.case(request.actor, found.case_id)
    whole = queries.whole(case)
    said = [row for row in reversed(whole.steps) if row.detail.get("text") and row.what != "noted"]
    sides = [
        (
            labels.side(side), [row for row in whole.pictures if row.side == side],
            [row for row in said if row.side == side],
        )
        for side in (Side.BUYER, Side.MERCHANT)
    ]  # fmt: skip
    context = {
        "dispute": found, "case": case, "order": case.order, "currency": case.order.shop.currency, "sides": sides,
        "colour": labels.DISPUTE_COLOURS[Dispute.State(found.state)], "lines": whole.lines,
        "reason": labels.reason(case.reason), "left": labels.left(case.deadline_at),
        "then": labels.then(case, found), "opened_by": labels.side(found.opened_by),
        "may_rule": _may_rule(request, found),
    }  # fmt: skip
    return render(request, "console/aftersale/dispute.html", context)


@page(queries.RULE)
def rule(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """A ruling is shown with everything it does, then it acts."""
    found = queries.dispute(request.actor, dispute_id, queries.RULE)
    case = queries.case(request.actor, found.case_id, queries.RULE)
    services.must_be_impartial(case, request.actor)
    if found.state != Dispute.State.RULING:
        raise NotNow(number=case.number, state=found.get_state_display())
    form = RulingForm(request.POST or None, currency=case.order.shop.currency)
    given = form.cleaned_data if form.is_valid() else {}

    def effects() -> list[Effects]:
        if not given:
            return []
        amount = services.checked_amount(case, given["ruling"], given["amount"])
        parts = services.ruled_parts(case, given["ruling"], amount)
        return services.effects(parts, is_restocked=given["is_restocked"])

    def act(seen: str) -> None:
        services.rule(case_id=case.pk, **{**given, "seen": seen}, actor=request.actor)

    return confirmed(
        request, case, form, act, effects=effects, title=gettext("Rule on the dispute"), what=gettext("Ruled."),
        back=reverse("console:dispute", args=[found.pk]), dispute=found, is_chosen=bool(given),
    )  # fmt: skip


def _may_rule(request: HttpRequest, found: Dispute) -> bool:
    actor = request.actor
    if found.state != Dispute.State.RULING or not actor.may(queries.RULE):
        return False
    reach = actor.nodes(queries.RULE)
    try:
        services.must_be_impartial(found.case, actor)
    except DomainError:
        return False
    return reach is None or found.node_id in reach
