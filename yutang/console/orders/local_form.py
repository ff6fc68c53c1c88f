"""The form of a store's same-city delivery: a row for each district of its city."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from yutang.areas.orders import queries_local
from yutang.areas.orders.services import District
from yutang.ui.fields import MoneyField

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.forms import BoundField

    from yutang.areas.orders.models import LocalFee


NAMES = ("fee", "free", "least")


class LocalForm(forms.Form):
    """`fee-N`, `free-N`, `least-N` of the Nth district; without a fee it is not reached."""

    delivers = forms.BooleanField(label=_("Buyers can choose it"), required=False)
    lead_minutes = forms.IntegerField(
        label=_("Minutes until it can be at the door"), min_value=queries_local.LEAD_MINUTES.least,
        max_value=queries_local.LEAD_MINUTES.most,
        help_text=_("The first time that buyers are offered; times lie within the opening hours of the store."),
    )  # fmt: skip

    def __init__(
        self, data: Any, *, place: tuple[str, str], districts: Sequence[str], fees: Sequence[LocalFee], currency: str,
        initial: dict[str, Any],
    ) -> None:  # fmt: skip
        super().__init__(data, initial=initial)
        self.place, self.districts = place, districts
        known = {row.district: row for row in fees if (row.province, row.city) == place}
        for number, district in enumerate(districts):
            row = known.get(district)
            amounts = (row.fee, row.free_from, row.least or None) if row else (None, None, None)
            for name, label, amount in zip(
                NAMES,
                (_("Delivery fee"), pgettext_lazy("delivery fee", "Free from"), _("Least order")),
                amounts,
                strict=True,
            ):
                field = MoneyField(label=label, required=False, initial=amount)
                field.currency = currency
                self.fields[f"{name}-{number}"] = field

    def rows(self) -> list[tuple[str, list[BoundField]]]:
        return [
            (district, [self[f"{name}-{number}"] for name in NAMES]) for number, district in enumerate(self.districts)
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for number in range(len(self.districts)):
            fee, free, least = (given.get(f"{name}-{number}") for name in NAMES)
            if fee is None and f"fee-{number}" not in self.errors and (free or least):
                self.add_error(f"fee-{number}", gettext("Give a fee, 0 where it is free of charge."))
            if free == 0:
                self.add_error(f"free-{number}", gettext("Write 0 as the fee where it is always free of charge."))
        return given

    def chosen(self) -> list[District]:
        """The districts that are reached."""
        found = []
        for number, district in enumerate(self.districts):
            fee, free, least = (self.cleaned_data[f"{name}-{number}"] for name in NAMES)
            if fee is not None:
                found.append(District(*self.place, district, fee, free, least or 0))
        return found
