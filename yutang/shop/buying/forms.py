"""The form of the checkout."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yutang.areas.merchants import queries as merchants
from yutang.areas.orders.models import ShopOrder
from yutang.shop.forms import KeyField

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yutang.areas.customers.addresses import Entry
    from yutang.areas.merchants.models import OrgNode

Fulfilment = ShopOrder.Fulfilment
DAYS = 7  # ahead that a slot may be chosen


class CheckoutForm(forms.Form):
    """`address` becomes the entry of the address book, `store` the node, `slot` its beginning and end."""

    fulfilment = forms.ChoiceField(choices=[(f.value, f.label) for f in (Fulfilment.DELIVERY, Fulfilment.PICKUP)])
    address = forms.CharField(required=False, max_length=20)
    store = forms.CharField(required=False, max_length=20)
    slot = forms.CharField(required=False, max_length=60)
    note = forms.CharField(label=_("Note to the shop"), required=False, max_length=200)
    total = forms.IntegerField(required=False, min_value=0)  # that the buyer saw
    key = KeyField()

    def __init__(self, data: Any = None, *, addresses: Sequence[Entry], stores: Sequence[OrgNode]) -> None:
        super().__init__(data)
        self.addresses, self.stores = addresses, stores

    @property
    def first_fulfilment(self) -> str:
        return str(Fulfilment.DELIVERY)

    @property
    def chosen_fulfilment(self) -> str:
        return str(self.cleaned_data.get("fulfilment") or self.first_fulfilment)

    def slots(self) -> list[tuple[datetime, datetime]]:
        """That the chosen store offers."""
        store = self.cleaned_data.get("store")
        return merchants.slots(store.pk, days=DAYS) if store else []

    def clean_address(self) -> Entry | None:
        wanted = self.cleaned_data["address"]
        if not wanted:  # the one used last, or the default: the list begins with it
            return self.addresses[0] if self.addresses else None
        return next((one for one in self.addresses if str(one.pk) == wanted), None)

    def clean_store(self) -> OrgNode | None:
        wanted = self.cleaned_data["store"]
        if not wanted:
            return self.stores[0] if len(self.stores) == 1 else None
        return next((one for one in self.stores if str(one.pk) == wanted), None)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        text, given["slot"] = given.get("slot", ""), None
        if text:
            given["slot"] = next((one for one in self.slots() if one[0].isoformat() == text), None)
            if given["slot"] is None:
                self.add_error("slot", gettext("This time is no longer free. Choose another one."))
        if self.data.get("key"):  # only an order needs them, a look does not
            self._must_be_complete(given)
        return given

    def _must_be_complete(self, given: dict[str, Any]) -> None:
        if given.get("fulfilment") == Fulfilment.PICKUP and given.get("store") is None:
            self.add_error("store", gettext("Choose a store."))
        if given.get("fulfilment") == Fulfilment.DELIVERY and given.get("address") is None:
            self.add_error("address", gettext("Add an address."))
