"""What the shop does with a case: agree and receive after a preview, refuse, reject, send again, show, note."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.aftersale import queries, services
from yutang.areas.aftersale.errors import NotNow
from yutang.areas.aftersale.models import Case
from yutang.areas.aftersale.queries_asking import what_can_be_asked
from yutang.areas.aftersale.services import Side
from yutang.areas.orders import queries_shop
from yutang.console.access import page
from yutang.console.aftersale.forms import (
    AnswerForm,
    AskForm,
    EvidenceForm,
    ReasonForm,
    ReceiveForm,
    ResendForm,
    SeenForm,
)
from yutang.console.aftersale.views import shown
from yutang.console.orders.refunding import described
from yutang.ui.forms import errors_of, refused_as_message

if TYPE_CHECKING:
    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.orders.services import Effects

HANDLE = queries.HANDLE


@page(HANDLE)
def agree(request: HttpRequest, aftersale_id: int) -> HttpResponse:
    """Shown with everything it does, then done, unless that has changed meanwhile."""
    case = _case(request, aftersale_id, "agree")
    form = SeenForm(request.POST or None)

    def act(seen: str) -> None:
        services.agree(case_id=case.pk, seen=seen, actor=request.actor)

    return confirmed(
        request, case, form, act, effects=lambda: services.effects(services.agreed_parts(case)), title=gettext("Agree"),
        what=gettext("Agreed."),
    )  # fmt: skip


@page(HANDLE)
def receive(request: HttpRequest, aftersale_id: int) -> HttpResponse:
    case = _case(request, aftersale_id, "receive")
    form = ReceiveForm(request.POST or None, initial={"is_restocked": True})
    is_restocked = "is_restocked" in request.POST or not form.is_bound

    def act(seen: str) -> None:
        services.receive(case_id=case.pk, seen=seen, is_restocked=is_restocked, actor=request.actor)

    return confirmed(
        request, case, form, act, title=gettext("Receive the goods"), what=gettext("Received."),
        effects=lambda: services.effects(services.received_parts(case), is_restocked=is_restocked),
    )  # fmt: skip


def confirmed(
    request: HttpRequest, case: Case, form: Form, act: Callable[[str], None], *,
    effects: Callable[[], list[Effects]], title: str, what: str, back: str = "", **more: Any,
) -> HttpResponse:  # fmt: skip
    """A preview, then the act: only what was seen is done."""
    seen: list[Effects] | None = None
    checked = form if form.is_bound else SeenForm({})
    if checked.is_valid():
        with errors_of(checked):
            seen = effects()
            if "confirm" in request.POST and form.cleaned_data["seen"] == services.said(seen):
                act(form.cleaned_data["seen"])
                messages.success(request, what)
                return redirect(back or "console:aftersale_case", *([] if back else [case.pk]))
    is_changed = seen is not None and "confirm" in request.POST and request.POST.get("seen", "") != services.said(seen)
    context = {
        "case": case, "form": form, "checked": checked, "title": title,
        "is_changed": is_changed, "is_chosen": True, "currency": case.order.shop.currency,
        "seen": services.said(seen) if seen is not None else "", "is_shown": seen is not None,
        "described": described(seen) if seen else None, "return_to": queries.terms().return_to,
        "is_return": case.kind != Case.Kind.REFUND_ONLY,
        "total": sum(one.planned.total for one in seen or []), **more,
    }  # fmt: skip
    is_wrong = form.is_bound and (seen is None or bool(form.errors))
    return render(request, "console/aftersale/confirm.html", context, status=422 if is_wrong else 200)


@page(HANDLE, methods=("POST",))
def refuse(request: HttpRequest, aftersale_id: int) -> HttpResponse:
    return _turn_down(request, aftersale_id, "refuse", services.refuse, gettext("Refused."))


@page(HANDLE, methods=("POST",))
def reject(request: HttpRequest, aftersale_id: int) -> HttpResponse:
    return _turn_down(request, aftersale_id, "reject", services.reject, gettext("The goods were turned down."))


def _turn_down(
    request: HttpRequest, aftersale_id: int, name: str, service: Callable[..., Case], what: str
) -> HttpResponse:  # fmt: skip
    case = _door(request, aftersale_id)
    has_offer = case.kind != Case.Kind.EXCHANGE
    form = AnswerForm(request.POST, currency=case.order.shop.currency, has_offer=has_offer)

    def act() -> None:
        service(
            case_id=case.pk, reason=form.cleaned_data["reason"], offer=form.cleaned_data.get("offer"),
            actor=request.actor,
        )  # fmt: skip

    return _done(request, case, name, form, act, what)


@page(HANDLE, methods=("POST",))
def resend(request: HttpRequest, aftersale_id: int) -> HttpResponse:
    case, form = _door(request, aftersale_id), ResendForm(request.POST)

    def act() -> None:
        services.resend(case_id=case.pk, **form.cleaned_data, actor=request.actor)

    return _done(request, case, "resend", form, act, gettext("Shipped."))


@page(HANDLE, methods=("POST",))
def evidence(request: HttpRequest, aftersale_id: int) -> HttpResponse:
    case, form = _door(request, aftersale_id), EvidenceForm(request.POST, request.FILES)

    def act() -> None:
        services.add_evidence(case_id=case.pk, **form.cleaned_data, side=Side.MERCHANT, actor=request.actor)

    return _done(request, case, "evidence", form, act, gettext("Evidence added."))


@page(HANDLE, methods=("POST",))
def escalate(request: HttpRequest, aftersale_id: int) -> HttpResponse:
    case, form = _door(request, aftersale_id), ReasonForm(request.POST)

    def act() -> None:
        services.escalate(
            case_id=case.pk, reason=form.cleaned_data["reason"], side=Side.MERCHANT, actor=request.actor
        )  # fmt: skip

    return _done(request, case, "escalate", form, act, gettext("A ruling was asked for."))


@page(HANDLE, methods=("POST",))
def add_note(request: HttpRequest, aftersale_id: int) -> HttpResponse:
    case = _door(request, aftersale_id)
    with refused_as_message(request):
        services.add_note(case_id=case.pk, text=request.POST.get("text", ""), actor=request.actor)
        messages.success(request, gettext("Note saved."))
    return redirect("console:aftersale_case", case.pk)


@page(HANDLE)
def open_case(request: HttpRequest, shop_order_id: int) -> HttpResponse:
    """What a buyer said elsewhere, written down for them."""
    order = queries_shop.shop_order(request.actor, shop_order_id, HANDLE)
    asking = what_can_be_asked(order)
    form = AskForm(
        request.POST or None, request.FILES or None, asking=asking, currency=order.shop.currency
    )  # fmt: skip
    if form.is_valid():
        with errors_of(form):
            made = services.open_case(
                order_id=order.pk, ask=form.ask(), key=f"{order.pk}:{form.cleaned_data['key']}",
                pictures=form.cleaned_data["pictures"], side=Side.MERCHANT, actor=request.actor,
            )  # fmt: skip
            messages.success(request, gettext("Case %(number)s is open.") % {"number": made.number})
            return redirect("console:aftersale_case", made.pk)
    context = {"order": order, "form": form, "currency": order.shop.currency, "asking": asking}
    return render(request, "console/aftersale/new.html", context, status=422 if form.is_bound else 200)


def _door(request: HttpRequest, aftersale_id: int) -> Case:
    return queries.case(request.actor, aftersale_id, HANDLE)


def _case(request: HttpRequest, aftersale_id: int, action: str) -> Case:
    """For pages that lead to an action: not where it cannot be done."""
    case = _door(request, aftersale_id)
    if action not in queries.may(case, Side.MERCHANT):
        raise NotNow(number=case.number, state=case.get_state_display())
    return case


def _done(
    request: HttpRequest, case: Case, name: str, form: Form, act: Callable[[], None], what: str
) -> HttpResponse:  # fmt: skip
    """A refusal stands beside its field, on the page of the case."""
    if form.is_valid():
        with errors_of(form):
            act()
            messages.success(request, what)
            return redirect("console:aftersale_case", case.pk)
    return render(request, "console/aftersale/case.html", shown(request, case, (name, form)), status=422)
