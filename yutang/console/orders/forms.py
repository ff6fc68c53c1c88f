"""Forms of orders: pieces of each item are fields of their own."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yutang.areas.customers.addresses import Recipient
from yutang.areas.orders import queries_terms
from yutang.areas.orders.invoice_rules import Document
from yutang.areas.orders.models import ShopOrder
from yutang.areas.orders.services import Back
from yutang.ui.fields import MoneyField, TableFileField

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.forms import BoundField

    from yutang.areas.orders.models import OrderItem


def new_key() -> str:
    """Sent along with a form, so that sending it twice is once."""
    return uuid.uuid4().hex


class PiecesForm(forms.Form):
    """How many of each item. `held`: position → pieces that wait for an after-sale decision."""

    key = forms.CharField(max_length=32, widget=forms.HiddenInput, initial=new_key)

    def __init__(
        self, *args: Any, items: Sequence[OrderItem], all_of_them: bool = True,
        held: Mapping[int, int] | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.items, self.held = items, held or {}
        for item in items:
            most = self.most(item)
            self.fields[f"pieces-{item.position}"] = forms.IntegerField(
                label=item.title, min_value=0, max_value=most, initial=most if all_of_them else 0, required=False,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )  # fmt: skip

    def most(self, item: OrderItem) -> int:
        return max(item.left - self.held.get(item.position, 0), 0)

    def rows(self) -> list[tuple[OrderItem, BoundField]]:
        return [(item, self[f"pieces-{item.position}"]) for item in self.items]

    def pieces(self) -> dict[int, int]:
        """Position → pieces, of those that were chosen."""
        chosen = {item.position: self.cleaned_data[f"pieces-{item.position}"] or 0 for item in self.items}
        return {position: quantity for position, quantity in chosen.items() if quantity}


class CarrierForm(forms.Form):
    carrier = forms.CharField(
        label=_("Carrier"), max_length=40, required=False, widget=forms.TextInput(attrs={"list": "carriers"})
    )
    tracking_no = forms.CharField(label=_("Tracking number"), max_length=60, required=False)
    is_uncarried = forms.BooleanField(label=_("Goes without a carrier"), required=False)

    def clean(self) -> dict[str, Any]:
        """A slip of the finger does not send goods off without a number."""
        found = self.cleaned_data
        for name in ("carrier", "tracking_no"):
            if not found.get("is_uncarried") and not found.get(name) and name not in self.errors:
                self.add_error(name, self.fields[name].error_messages["required"])
        return found

    def given(self) -> dict[str, str]:
        """For services.ship and services.correct_parcel."""
        is_carried = not self.cleaned_data["is_uncarried"]
        return {name: self.cleaned_data[name] if is_carried else "" for name in ("carrier", "tracking_no")}


class CourierForm(forms.Form):
    """Of same-city delivery."""

    carrier = forms.CharField(label=_("Who brings it"), max_length=40)
    courier_phone = forms.RegexField(
        r"[0-9+][0-9 -]{4,28}", label=pgettext_lazy("of who brings it", "Phone"), required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )  # fmt: skip

    def given(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("carrier", "courier_phone")}


class ShipForm(CarrierForm, PiecesForm):
    pass


class BringForm(CourierForm, PiecesForm):
    pass


class ParcelForm(CarrierForm):
    """`was`: how it goes by the page."""

    was = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)


class BroughtForm(CourierForm):
    was = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)


PARCEL_FORMS: dict[str, type[ParcelForm | BroughtForm]] = {
    ShopOrder.Fulfilment.DELIVERY: ParcelForm, ShopOrder.Fulfilment.LOCAL: BroughtForm
}  # fmt: skip
SHIP_FORMS: dict[str, type[ShipForm | BringForm]] = {
    ShopOrder.Fulfilment.DELIVERY: ShipForm, ShopOrder.Fulfilment.LOCAL: BringForm
}  # fmt: skip


class RefundForm(PiecesForm):
    """`amount-N` in place of what the pieces cost; empty: exactly that."""

    freight = MoneyField(label=_("Freight"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=80)
    is_restocked = forms.BooleanField(
        label=_("Goods that were handed over come back into stock"), required=False, initial=True
    )
    # What the preview said: a refund that would do anything else is shown again first.
    seen = forms.CharField(required=False, max_length=20_000)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, all_of_them=False, **kwargs)
        self.fields["freight"].currency = currency
        for item in self.items:
            field = MoneyField(label=item.title, required=False)
            field.currency = currency
            self.fields[f"amount-{item.position}"] = field

    def most(self, item: OrderItem) -> int:
        return item.quantity - item.returned

    def rows_with_amounts(self) -> list[tuple[OrderItem, BoundField, BoundField]]:
        return [(item, pieces, self[f"amount-{item.position}"]) for item, pieces in self.rows()]

    def back(self) -> list[Back]:
        given = self.cleaned_data
        wanted = [(i.position, given[f"pieces-{i.position}"] or 0, given[f"amount-{i.position}"]) for i in self.items]
        return [Back(*one) for one in wanted if one[1] or one[2]]


class TermsForm(forms.Form):
    receive_days = forms.IntegerField(
        label=_("Days until a shipped order is completed by itself"), min_value=queries_terms.receive_days().least,
        max_value=queries_terms.receive_days().most,
    )  # fmt: skip


class PriceForm(forms.Form):
    """`expected`: the total that the page showed."""

    goods = MoneyField(label=_("Goods"))
    freight = MoneyField(label=_("Freight"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200)
    expected = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["goods"].currency = self.fields["freight"].currency = currency


class AddressForm(forms.Form):
    """What is wrong with it the service says."""

    name = forms.CharField(label=_("Recipient"), required=False, max_length=100)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=30)
    province = forms.CharField(label=_("Province"), required=False, max_length=40)
    city = forms.CharField(label=_("City"), required=False, max_length=40)
    district = forms.CharField(label=_("District"), required=False, max_length=40)
    street = forms.CharField(label=_("Street and number"), required=False, max_length=200)

    def recipient(self) -> Recipient:
        return Recipient(**self.cleaned_data)


class DocumentForm(forms.Form):
    """What is wrong with it the service says. `revision`, `amount`: what the page showed."""

    number = forms.CharField(label=_("Invoice number"), max_length=40)
    issued_on = forms.DateField(label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    url = forms.CharField(
        label=_("Link"), required=False, max_length=500, widget=forms.URLInput(attrs={"placeholder": "https://"})
    )
    revision = forms.IntegerField()
    amount = forms.IntegerField()

    def document(self) -> Document:
        given = self.cleaned_data
        return Document(given["number"], given["issued_on"], given["url"])


class ShipmentsForm(forms.Form):
    file = TableFileField(label=_("File"), widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.xlsx,.xls"}))
