"""The address book."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from yutang.areas.customers.addresses import book, read_pasted
from yutang.areas.customers.errors import BadAddress
from yutang.core.errors import NotFound
from yutang.shop.account.forms import AddressForm
from yutang.shop.door import address, inside, page, shown, to

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.customers.addresses.book import AddressEntry


@page(login=True)
def address_list(request: HttpRequest) -> HttpResponse:
    entries = book.entries(request.shopper.customer_id)
    return shown(request, "shop/account/addresses.html", {"entries": entries})


@page(login=True, methods=("GET", "POST"))
def create(request: HttpRequest) -> HttpResponse:
    return _form(request, None)


@page(login=True, methods=("GET", "POST"))
def edit(request: HttpRequest, address_id: int) -> HttpResponse:
    found = next((one for one in book.entries(request.shopper.customer_id) if one.id == address_id), None)
    if found is None:
        raise NotFound
    return _form(request, found)


@page(login=True, methods=("POST",))
def delete(request: HttpRequest, address_id: int) -> HttpResponse:
    book.delete_address(identity=request.shopper.identity, address_id=address_id, actor=request.actor)
    return to(request, address(request, "addresses"))


def _form(request: HttpRequest, entry: AddressEntry | None) -> HttpResponse:
    initial = asdict(entry.recipient) | {"is_default": entry.is_default} if entry else {}
    pasted = request.POST.get("pasted", "")
    if pasted:  # what was copied out of a chat fills the form; saving is the next tap
        read = asdict(read_pasted(pasted[:300], phone_region=request.merchant.phone_region))
        form = AddressForm(initial=initial | {name: text for name, text in read.items() if text})
    else:
        form = AddressForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            book.save_address(
                identity=request.shopper.identity, recipient=form.recipient(), address_id=entry.id if entry else None,
                is_default=form.cleaned_data["is_default"], actor=request.actor,
            )  # fmt: skip
        except BadAddress as error:
            for field, reason in error.params["errors"].items():
                form.add_error(field, reason)
        else:
            return to(request, inside(request, request.POST.get("next"), "addresses"))
    context = {"form": form, "entry": entry, "next": request.POST.get("next") or request.GET.get("next", "")}
    return shown(request, "shop/account/address.html", context, status=422 if form.is_bound else 200)
