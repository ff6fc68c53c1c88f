from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yutang.ui.credentials import form_fields

if TYPE_CHECKING:
    from django.forms import BoundField

    from yutang.areas.messaging.providers import Remote
    from yutang.areas.messaging.queries_notices import Setting


class AccountForm(forms.Form):
    """The fields that the provider wants, and what the merchant decides."""

    def __init__(self, *args: Any, provider: Remote, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = [field.name for field in provider.fields]
        self.fields |= form_fields(provider.fields, is_new=is_new)
        self.fields["codes_per_day"] = forms.IntegerField(
            label=_("Codes a day at most"), min_value=1, max_value=1_000_000,
            help_text=_("Whoever floods your shop with requests for codes costs you no more than these in 24 hours."),
        )  # fmt: skip
        self.fields["is_active"] = forms.BooleanField(label=_("Send messages through this account"), required=False)

    def values(self) -> dict[str, Any]:
        return {
            "credentials": {name: self.cleaned_data[name] for name in self.names},
            "codes_per_day": self.cleaned_data["codes_per_day"], "is_active": self.cleaned_data["is_active"],
        }  # fmt: skip


class RemindersForm(forms.Form):
    """A switch for every kind, days for those that have them."""

    hour = forms.IntegerField(
        label=_("Written from this hour of the day on"), min_value=0, max_value=23,
        help_text=_("In your own time zone. What happens at once, like a free place, does not wait for it."),
    )  # fmt: skip

    def __init__(self, *args: Any, settings: list[Setting], hour: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.settings = settings
        self.fields["hour"].initial = hour
        for one in settings:
            key = one.kind.key
            self.fields[f"on-{key}"] = forms.BooleanField(
                label=gettext(one.kind.label), required=False, initial=one.is_on
            )
            if one.kind.days is not None:
                self.fields[f"days-{key}"] = forms.IntegerField(
                    label=_("Within so many days"), min_value=1, max_value=one.kind.most_days, initial=one.days
                )

    def rows(self) -> list[tuple[BoundField, BoundField | None, str]]:
        """(switch, days, whom it is about)."""
        return [
            (
                self[f"on-{one.kind.key}"], self[f"days-{one.kind.key}"] if one.kind.days is not None else None,
                gettext(one.kind.hint),
            )
            for one in self.settings
        ]  # fmt: skip

    def rules(self) -> dict[str, tuple[bool, int | None]]:
        given = self.cleaned_data
        return {one.kind.key: (given[f"on-{one.kind.key}"], given.get(f"days-{one.kind.key}")) for one in self.settings}
