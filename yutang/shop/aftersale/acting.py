"""What a buyer does with a case: withdraw, take an offer, send back, ask for a ruling, show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yutang.areas.aftersale import queries, services
from yutang.areas.aftersale.services import Side
from yutang.shop.aftersale.forms import EvidenceForm, ParcelForm, WhyForm
from yutang.shop.aftersale.views import of_case
from yutang.shop.door import address, page, shown, to
from yutang.ui.forms import errors_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.aftersale.models import Case


@page(login=True, methods=("POST",))
def withdraw(request: HttpRequest, aftersale_id: int) -> HttpResponse:
    case = _mine(request, aftersale_id)
    services.withdraw(case_id=case.pk, actor=request.actor)
    return to(request, address(request, "case", case.pk))


@page(login=True, methods=("POST",))
def accept(request: HttpRequest, aftersale_id: int) -> HttpResponse:
    case = _mine(request, aftersale_id)
    services.accept(case_id=case.pk, actor=request.actor)
    return to(request, address(request, "case", case.pk))


@page(login=True, methods=("POST",))
def send_back(request: HttpRequest, aftersale_id: int) -> HttpResponse:
    return _done(request, aftersale_id, "send_back", ParcelForm(request.POST), services.send_back)


@page(login=True, methods=("POST",))
def escalate(request: HttpRequest, aftersale_id: int) -> HttpResponse:
    return _done(request, aftersale_id, "escalate", WhyForm(request.POST), services.escalate, side=Side.BUYER)


@page(login=True, methods=("POST",))
def evidence(request: HttpRequest, aftersale_id: int) -> HttpResponse:
    form = EvidenceForm(request.POST, request.FILES)
    return _done(request, aftersale_id, "evidence", form, services.add_evidence, side=Side.BUYER)


def _mine(request: HttpRequest, aftersale_id: int) -> Case:
    return queries.case_of(request.shopper.customer_id, aftersale_id)


def _done(
    request: HttpRequest, aftersale_id: int, name: str, form: Form, service: Callable[..., Any], **more: Any
) -> HttpResponse:  # fmt: skip
    """A refusal stands beside its field, on the page of the case."""
    case = _mine(request, aftersale_id)
    if form.is_valid():
        with errors_of(form):
            service(case_id=case.pk, **form.cleaned_data, **more, actor=request.actor)
            return to(request, address(request, "case", case.pk))
    return shown(request, "shop/aftersale/case.html", of_case(case, (name, form)), status=422)
