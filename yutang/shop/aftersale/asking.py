"""A buyer asks for after-sale, or for something else while nothing is agreed."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from yutang.areas.aftersale import queries, services
from yutang.areas.aftersale.errors import CannotBeAsked, NotNow
from yutang.areas.aftersale.queries_asking import what_can_be_asked
from yutang.areas.aftersale.services import Side
from yutang.areas.orders import queries_mine
from yutang.shop.aftersale import labels
from yutang.shop.aftersale.forms import AskForm
from yutang.shop.door import address, page, shown, to
from yutang.ui.forms import errors_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.aftersale.models import Case
    from yutang.areas.orders.models import Order


@page(login=True, methods=("GET", "POST"))
def ask(request: HttpRequest, order_id: int) -> HttpResponse:
    """First the kind, then the rest. A second tap is the same case."""
    order = queries_mine.order(request.shopper.customer_id, order_id)
    if earlier := queries.asked_with(request.shopper.customer_id, _key(order, request.POST.get("key", ""))):
        return to(request, address(request, "case", earlier.pk))
    return _asked(request, order, address(request, "order", order.pk))


@page(login=True, methods=("GET", "POST"))
def change(request: HttpRequest, aftersale_id: int) -> HttpResponse:
    case = queries.case_of(request.shopper.customer_id, aftersale_id)
    if "change" not in queries.may(case, Side.BUYER):
        raise NotNow(number=case.number, state=case.get_state_display())
    return _asked(request, case.order, address(request, "case", case.pk), case)


def _asked(request: HttpRequest, order: Order, back: str, case: Case | None = None) -> HttpResponse:
    asking = what_can_be_asked(order, besides=case.pk if case else None)
    kinds = [case.kind] if case and case.is_sent else asking.kinds()
    if not kinds:
        raise CannotBeAsked(title=order.order_no)
    sent = request.POST if request.method == "POST" else request.GET
    kind = kinds[0] if len(kinds) == 1 else sent.get("kind", case.kind if case else "")
    context: dict[str, Any] = {
        "order": order,
        "case": case,
        "back": back,
        "kinds": [(k, *labels.kind(k)) for k in kinds],
    }
    if kind not in kinds:
        return shown(request, "shop/aftersale/kinds.html", context)
    before = {line.item.position: line.pieces for line in queries.whole(case).lines} if case else None
    form = AskForm(
        sent, request.FILES, asking=asking, kind=kind, currency=order.shop.currency, case=case, before=before
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        with errors_of(form):
            made = _written(request, order, form, case)
            return to(request, address(request, "case", made.pk))
    context |= {
        "form": form, "kind": kind, "kind_label": labels.kind(kind)[1], "is_one_kind": len(kinds) == 1,
        "key": sent.get("key") or uuid.uuid4().hex, "is_wrong": request.method == "POST",
        "problems": _problems(form) if request.method == "POST" else [],
    }  # fmt: skip
    part = request.headers.get("HX-Request")
    template = "shop/aftersale/_goods.html" if part else "shop/aftersale/ask.html"
    return shown(request, template, context, status=422 if request.method == "POST" else 200)


def _written(request: HttpRequest, order: Order, form: AskForm, case: Case | None) -> Case:
    if case is not None:
        return services.change(case_id=case.pk, ask=form.ask(), actor=request.actor)
    return services.open_case(
        order_id=order.pk, ask=form.ask(), key=_key(order, form.cleaned_data["key"]),
        pictures=form.cleaned_data["pictures"], actor=request.actor,
    )  # fmt: skip


def _key(order: Order, key: str) -> str:
    return f"{order.pk}:{key}"


def _problems(form: AskForm) -> list[str]:
    """What is wrong beyond the fields that the page shows."""
    beside = {"reason", "amount", "text", "pictures"}
    return [str(each) for name, errors in form.errors.items() if name not in beside for each in errors]
