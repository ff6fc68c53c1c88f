"""The address book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.http import url_has_allowed_host_and_scheme

from yutang.areas.customers import addresses
from yutang.core.errors import NotFound
from yutang.shop.account.forms import AddressForm
from yutang.shop.door import address, page, shown, to
from yutang.ui.forms import errors_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.customers.addresses import Entry


@page(login=True)
def address_list(request: HttpRequest) -> HttpResponse:
    entries = addresses.of(request.shopper.customer_id)
    return shown(request, "shop/account/addresses.html", {"entries": entries})


@page(login=True, methods=("GET", "POST"))
def create(request: HttpRequest) -> HttpResponse:
    return _form(request, None)


@page(login=True, methods=("GET", "POST"))
def edit(request: HttpRequest, address_id: int) -> HttpResponse:
    return _form(request, _mine(request, address_id))


@page(login=True, methods=("POST",))
def delete(request: HttpRequest, address_id: int) -> HttpResponse:
    entry = _mine(request, address_id)
    addresses.delete(address_id=entry.pk, customer_id=request.shopper.customer_id, actor=request.actor)
    return to(request, address(request, "addresses"))


def _form(request: HttpRequest, entry: Entry | None) -> HttpResponse:
    initial = {name: getattr(entry, name) for name in AddressForm.base_fields} if entry else {}
    form = AddressForm(request.POST or None, initial=initial)
    if form.is_valid():
        with errors_of(form):
            addresses.save(
                address_id=entry.pk if entry else None, identity=request.shopper.identity, actor=request.actor,
                **form.cleaned_data,
            )  # fmt: skip
            return to(request, _back(request))
    context = {"form": form, "entry": entry, "back": request.GET.get("next", "")}
    return shown(request, "shop/account/address.html", context, status=422 if form.is_bound else 200)


def _mine(request: HttpRequest, address_id: int) -> Entry:
    found = next((one for one in addresses.of(request.shopper.customer_id) if one.pk == address_id), None)
    if found is None:
        raise NotFound
    return found


def _back(request: HttpRequest) -> str:
    """To the checkout that asked for an address, else to the list."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_ours and wanted.startswith(address(request, "home")) else address(request, "addresses")
