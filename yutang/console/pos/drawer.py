"""A cashier's shift: float, cash in and out, the count at the end; and the shifts of a store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yutang.areas.merchants import queries as merchants
from yutang.areas.payments import queries as payments
from yutang.areas.payments.models import CashMove
from yutang.areas.payments.services import drawer
from yutang.console.access import page
from yutang.console.catalog.forms import MoneyField
from yutang.console.orders.forms import new_key
from yutang.console.pos import counter
from yutang.console.shell.listing import render_list
from yutang.console.staff.forms import id_of
from yutang.ui.forms import errors_of
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.payments.models import Shift

PERMISSION = "pos.sell"
Kind = CashMove.Kind


class OpenForm(forms.Form):
    opening = MoneyField(
        label=_("Float"), required=False, help_text=_("What lies in the drawer before the first sale.")
    )


class MoveForm(forms.Form):
    key = forms.CharField(max_length=32, widget=forms.HiddenInput, initial=new_key)
    kind = forms.ChoiceField(label=_("In or out"), choices=[(Kind.OUT, Kind.OUT.label), (Kind.IN, Kind.IN.label)])
    amount = MoneyField(label=_("Amount"))
    reason = forms.CharField(label=_("Reason"), max_length=80)


class CloseForm(forms.Form):
    counted = MoneyField(label=_("Counted"), help_text=_("Count first; what should be there is shown afterwards."))
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


@page(PERMISSION)
def mine(request: HttpRequest) -> HttpResponse:
    """Opens a shift where there is none."""
    shift = payments.open_shift(request.actor)
    if shift is not None:
        return _shown(request, shift)
    stores = counter.stores_of(request)
    store = counter.store_of(request, stores)
    form = _money(OpenForm(request.POST or None), request)
    if request.method == "POST" and form.is_valid():
        store = merchants.node(id_of(request.POST.get("store", "")) or 0, actor=request.actor, permission=PERMISSION)
        with errors_of(form):
            drawer.open_shift(
                node_id=store.pk, opening=form.cleaned_data["opening"] or 0, currency=request.merchant.currency,
                actor=request.actor,
            )  # fmt: skip
            messages.success(request, gettext("The shift is open."))
            return redirect("console:pos")
    context = {"form": form, "stores": stores, "store": store}
    return render(request, "console/pos/open_shift.html", context, status=422 if form.errors else 200)


@page(PERMISSION, methods=("POST",))
def move(request: HttpRequest) -> HttpResponse:
    form = _money(MoveForm(request.POST), request)
    if form.is_valid():
        given = form.cleaned_data
        with errors_of(form):
            drawer.move_cash(
                kind=given["kind"], amount=given["amount"], reason=given["reason"],
                key=f"{request.actor.id}:{given['key']}", actor=request.actor,
            )  # fmt: skip
            return redirect("console:pos_shift")
    return _refused(request, move=form)


@page(PERMISSION, methods=("POST",))
def close(request: HttpRequest) -> HttpResponse:
    open_now = payments.open_shift(request.actor)
    if open_now is None:
        return redirect("console:pos_shifts")
    form = _money(CloseForm(request.POST), request)
    if form.is_valid():
        with errors_of(form):
            drawer.close_shift(
                shift_id=open_now.pk, counted=form.cleaned_data["counted"], note=form.cleaned_data["note"],
                actor=request.actor,
            )  # fmt: skip
            return redirect("console:pos_shift_of", open_now.pk)
    return _refused(request, close=form)


@page(PERMISSION, methods=("GET",))
def shift_list(request: HttpRequest) -> HttpResponse:
    found = page_of(payments.shifts(request.actor, PERMISSION), request, order=payments.SHIFTS_ORDER)
    return render_list(request, "console/pos/shifts.html", "console/pos/_shifts.html", {"page": found})


@page(PERMISSION, methods=("GET",))
def shift(request: HttpRequest, shift_id: int) -> HttpResponse:
    """A closed one with its figures; an open one of somebody else without, the count is made blind."""
    found = payments.shift(request.actor, shift_id, PERMISSION)
    if found.closed_at is None and found.user_id == request.actor.id:
        return redirect("console:pos_shift")
    return render(request, "console/pos/shift.html", _figures(request, found))


def _shown(request: HttpRequest, shift: Shift, status: int = 200, **bound: forms.Form) -> HttpResponse:
    context = _figures(request, shift) | {
        "move": bound.get("move") or _money(MoveForm(), request),
        "close": bound.get("close") or _money(CloseForm(), request),
    }
    return render(request, "console/pos/shift.html", context, status=status)


def _refused(request: HttpRequest, **bound: forms.Form) -> HttpResponse:
    open_now = payments.open_shift(request.actor)
    return redirect("console:pos_shift") if open_now is None else _shown(request, open_now, status=422, **bound)


def _figures(request: HttpRequest, shift: Shift) -> dict[str, Any]:
    is_closed = shift.closed_at is not None
    return {
        "shift": shift, "page": page_of(payments.moves(shift), request, order=payments.MOVES_ORDER),
        "sums": [(label, payments.sums(shift).get(kind, 0)) for kind, label in Kind.choices] if is_closed else [],
    }  # fmt: skip


def _money(form: Any, request: HttpRequest) -> Any:
    for field in form.fields.values():
        if isinstance(field, MoneyField):
            field.currency = request.merchant.currency
    return form
