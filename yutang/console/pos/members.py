"""Who buys: found by phone, tail and name, or card; or new, by phone and with what they agreed to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yutang.areas.customers import queries as customers
from yutang.areas.customers import queries_counter
from yutang.areas.customers import services as people
from yutang.areas.orders import queries as orders
from yutang.areas.orders.services import baskets
from yutang.areas.privacy import consents
from yutang.areas.wallet import services as wallet
from yutang.console.access import page
from yutang.console.pos import buyers, counter, scanning
from yutang.console.staff.forms import id_of
from yutang.core.errors import NotFound
from yutang.ui.forms import errors_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from yutang.areas.customers.models import Customer

PERMISSION = "pos.sell"
PURPOSE = "marketing"


class NewMemberForm(forms.Form):
    phone = forms.CharField(label=_("Phone"), max_length=25, widget=forms.TextInput(attrs={"inputmode": "tel"}))
    name = forms.CharField(label=_("Name"), max_length=60, required=False)
    agrees = forms.BooleanField(label=_("The person agrees to this text"), required=False)


@page(PERMISSION, methods=("GET",))
def find(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("member", "")
    return _shown(request, request.GET.get("key", ""), text, _new_by(text))


@page(PERMISSION, methods=("POST",))
def choose(request: HttpRequest) -> HttpResponse:
    """One of those who are found by what was said; nobody is chosen by number alone. Without a number the basket is
    nobody's again."""
    chosen = id_of(request.POST.get("customer", ""))
    identity_id = None
    if chosen is not None:
        account = queries_counter.account_of(chosen)
        if account is None or chosen not in {person.pk for person in _meant(request, request.POST.get("member", ""))}:
            raise NotFound
        identity_id = account.pk
    return _buys(request, identity_id)


@page(PERMISSION, methods=("POST",))
def enter(request: HttpRequest) -> HttpResponse:
    """Enter in the field: a payment code says who buys; where one person only is meant, they do."""
    key, text = request.POST.get("key", ""), request.POST.get("member", "")
    if wallet.codes.is_code(text):
        return scanning.meet(request, key, text)
    people = _meant(request, text)
    if len(people) == 1 and (account := queries_counter.account_of(people[0].pk)) is not None:
        return _buys(request, account.pk)
    return _asked_again(_shown(request, key, text, _new_by(text)))


@page(PERMISSION, methods=("POST",))
def create(request: HttpRequest) -> HttpResponse:
    """A phone that is known already is that person: they are not asked again, and keep their name."""
    form = NewMemberForm(request.POST)
    key = request.POST.get("key", "")
    store_id = baskets.locked(key, request.actor).node_id
    if form.is_valid():
        phone = customers.normal_account("phone", form.cleaned_data["phone"], request.merchant.phone_region)
        if not phone:
            form.add_error("phone", gettext("This is not a phone number."))
        else:
            with errors_of(form):
                return _buys(request, _known_or_new(request, phone, form.cleaned_data, store_id))
    return _asked_again(_shown(request, key, "", form))


def _new_by(text: str) -> NewMemberForm:
    """What was looked for may be the phone of somebody new."""
    said = text.strip()
    return NewMemberForm(initial={"phone": said if said.isdecimal() and len(said) > 6 else ""})


def _asked_again(response: HttpResponse) -> HttpResponse:
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#people", "innerHTML"
    return response


def _known_or_new(request: HttpRequest, phone: str, given: dict[str, Any], store_id: int) -> int:
    actor = request.actor
    is_known = bool(customers.people_with_keys([customers.account_key("phone", "", phone, actor.merchant_id)]))
    identity = people.identify(
        kind="phone", value=phone, node_id=store_id, source="pos", name=given["name"].strip(), actor=actor
    )
    if given["agrees"] and not is_known and consents.newest_text(PURPOSE) is not None:
        consents.record(
            customer_id=identity.customer_id, purpose=PURPOSE, is_given=True, evidence=gettext("Asked at the till"),
            permission=PERMISSION, actor=actor,
        )  # fmt: skip
    return identity.pk


def _buys(request: HttpRequest, identity_id: int | None) -> HttpResponse:
    key = request.POST.get("key", "")
    return counter.changed(
        request, lambda: baskets.set_buyer(key=key, identity_id=identity_id, actor=request.actor)
    )  # fmt: skip


def _meant(request: HttpRequest, text: str) -> list[Customer]:
    return queries_counter.at_counter(
        request.actor, text[:60], namespaces=orders.sources() if text.strip() else (),
        region=request.merchant.phone_region, permission=PERMISSION,
    )  # fmt: skip


def _shown(request: HttpRequest, key: str, text: str, form: NewMemberForm) -> HttpResponse:
    found = buyers.shown(request, _meant(request, text))
    if wallet.codes.is_code(text):
        text = ""  # Enter says who it is
    context = {"people": found, "asked": text, "form": form, "key": key, "consent": consents.newest_text(PURPOSE)}
    return render(request, "console/pos/_people.html", context)
