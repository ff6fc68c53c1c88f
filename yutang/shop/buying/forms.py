"""The form of the checkout."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import queries_local
from yutang.areas.orders.errors import NotReached, SlotClosed
from yutang.areas.orders.models import ShopOrder
from yutang.shop.forms import KeyField
from yutang.shop.orders.forms import InvoiceForm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yutang.areas.catalog.queries import Offer
    from yutang.areas.customers.addresses.book import AddressEntry
    from yutang.areas.merchants.models import OrgNode
    from yutang.areas.merchants.queries import Slot
    from yutang.areas.orders.pricing.local import Reach

Fulfilment = ShopOrder.Fulfilment
WAYS = (Fulfilment.DELIVERY, Fulfilment.LOCAL, Fulfilment.PICKUP)
DAYS = 7  # ahead that a slot may be chosen


class CheckoutForm(forms.Form):
    """`address` becomes the entry of the address book, `store` the node, `slot` its two instants. Complete it must be
    as an order only, not for a look at what it would cost. `local`: the store that would bring the goods to the chosen
    address, and its terms."""

    fulfilment = forms.ChoiceField(choices=[(way.value, way.label) for way in WAYS], required=False)
    address = forms.CharField(required=False, max_length=20)
    store = forms.CharField(required=False, max_length=20)
    slot = forms.CharField(required=False, max_length=60)
    note = forms.CharField(label=_("Note to the shop"), required=False, max_length=200)
    total = forms.IntegerField(required=False, min_value=0)  # that the buyer saw
    key = KeyField()

    def __init__(
        self, data: Any, *, goods: Sequence[tuple[Offer, int]], entries: Sequence[AddressEntry],
        stores: Sequence[OrgNode], invoice: InvoiceForm, is_order: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(data)
        self.is_order = is_order
        self.goods, self.entries, self.stores = goods, entries, stores
        self.local: Reach | None = None
        self.invoice = invoice

    @property
    def chosen_fulfilment(self) -> str:
        """What was chosen; else delivery, unless some of the goods are only to be fetched."""
        is_sent = all(offer.is_delivered for offer, _ in self.goods)
        return str(self.cleaned_data.get("fulfilment") or (Fulfilment.DELIVERY if is_sent else Fulfilment.PICKUP))

    @property
    def sends(self) -> bool:
        return self.chosen_fulfilment != Fulfilment.PICKUP

    @property
    def is_local(self) -> bool:
        return self.chosen_fulfilment == Fulfilment.LOCAL

    def ways(self) -> list[tuple[str, str]]:
        """What is offered; same-city delivery where a store brings the goods to the address, or while it is chosen."""
        return [
            (way.value, str(way.label))
            for way in WAYS
            if way != Fulfilment.LOCAL or self.local is not None or self.is_local
        ]

    @property
    def chosen_store(self) -> OrgNode | None:
        """Where it is fetched, or from where it is brought."""
        if not self.is_local:
            return None if self.sends else self.cleaned_data.get("store")
        return next((one for one in self.stores if self.local is not None and one.pk == self.local.node_id), None)

    def slots(self) -> list[Slot]:
        """That the chosen store offers."""
        store, today = self.chosen_store, timezone.localdate()
        days = [today + timedelta(days=n) for n in range(DAYS)]
        if store is None:
            return []
        return merchants.slots(store, days, lead=self.local.lead if self.is_local and self.local else merchants.LEAD)

    def clean_address(self) -> AddressEntry | None:
        wanted = self.cleaned_data["address"]
        if not wanted:  # the default, else the one used last
            return next((one for one in self.entries if one.is_default), self.entries[0] if self.entries else None)
        return next((one for one in self.entries if str(one.id) == wanted), None)

    def clean_store(self) -> OrgNode | None:
        wanted = self.cleaned_data["store"]
        if not wanted:
            return self.stores[0] if len(self.stores) == 1 else None
        return next((one for one in self.stores if str(one.pk) == wanted), None)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        text, given["slot"] = given.get("slot", ""), None
        self.local = self._local(given.get("address"))
        if text and self.chosen_store is not None:
            given["slot"] = next((one for one in self.slots() if one.starts.isoformat() == text), None)
            if given["slot"] is None:
                self.add_error("slot", str(SlotClosed()))
        if self.is_order:
            self._must_be_complete(given)
        if self.invoice.is_bound:
            for field, reason in self.invoice.problems().items():
                self.add_error(None, f"{self.invoice.fields[field].label}: {reason}")
        return given

    def _local(self, entry: AddressEntry | None) -> Reach | None:
        """Asks only where some store brings goods at all."""
        is_sent = all(offer.is_delivered for offer, _ in self.goods)
        if entry is None or not is_sent or not any(one.delivers for one in self.stores):
            return None
        wanted: dict[int, int] = {}
        for offer, quantity in self.goods:
            wanted[offer.sku_id] = wanted.get(offer.sku_id, 0) + quantity
        worth = sum(offer.price * quantity for offer, quantity in self.goods)
        return queries_local.offered(entry.recipient, wanted, worth)

    def _must_be_complete(self, given: dict[str, Any]) -> None:
        if self.sends and given.get("address") is None:
            self.add_error("address", gettext("Add an address."))
        elif self.is_local and self.local is None:
            self.add_error("address", str(NotReached()))
        if not self.sends and given.get("store") is None:
            self.add_error("store", gettext("Choose a store."))
