"""The coupons on a person's page."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.shortcuts import render

from yutang.areas.coupons import queries, services, wording
from yutang.areas.customers import queries as customers
from yutang.console.access import page
from yutang.console.coupons.forms import IssueForm
from yutang.ui.forms import errors_of
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.customers.models import Customer

SIZE = 10


@page(queries.VIEW, methods=("GET",))
def coupons(request: HttpRequest, customer_id: int) -> HttpResponse:
    return _card(request, customers.customer(request.actor, customer_id, queries.VIEW))


@page(queries.ISSUE, methods=("POST",))
def issue(request: HttpRequest, customer_id: int) -> HttpResponse:
    person = customers.customer(request.actor, customer_id, queries.ISSUE)
    form = IssueForm(request.POST)
    if form.is_valid():
        with errors_of(form):
            services.issue(
                template_id=form.cleaned_data["template"], customer_id=person.pk, via="staff",
                key=f"staff:{person.pk}:{form.cleaned_data['key']}", actor=request.actor,
            )  # fmt: skip
            return _card(request, person)
    return _card(request, person, form)


@page(queries.ISSUE, methods=("POST",))
def withdraw(request: HttpRequest, customer_id: int, coupon_id: int) -> HttpResponse:
    person = customers.customer(request.actor, customer_id, queries.ISSUE)
    services.withdraw(coupon_id=queries.coupon(coupon_id, person.pk).pk, actor=request.actor)
    return _card(request, person)


def _card(request: HttpRequest, person: Customer, form: IssueForm | None = None) -> HttpResponse:
    found = page_of(queries.everything_of(person.pk), request, size=SIZE)
    for row in found.rows:
        row.said = wording.worth(row.terms, request.merchant.currency)
    may_issue = request.actor.may(queries.ISSUE) and not person.erased_at
    if may_issue and form is None:
        form = IssueForm(initial={"key": uuid.uuid4().hex})
    context = {"person": person, "page": found, "form": form if may_issue else None}
    return render(request, "console/coupons/_person.html", context)
