from __future__ import annotations

import re
import unicodedata
import zoneinfo
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yutang.areas.merchants.models import Merchant, OrgNode
from yutang.areas.merchants.queries import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yutang.areas.merchants.queries import Hours

# Zones people choose by city; aliases such as Etc/GMT+8 only confuse.
_CONTINENTS = ("Asia/", "Europe/", "America/", "Australia/", "Pacific/", "Africa/")
_SPAN = re.compile(r"(\d{1,2}):([0-5]\d)\s*[-–—~至到]\s*(\d{1,2}):([0-5]\d)")


def _timezones() -> list[tuple[str, str]]:
    known = sorted(name for name in zoneinfo.available_timezones() if name.startswith(_CONTINENTS))
    return [(name, name) for name in [*known, "UTC"]]


class MerchantForm(forms.Form):
    name = forms.CharField(label=_("Brand name"), max_length=120)
    timezone = forms.ChoiceField(
        label=_("Time zone"), choices=_timezones, widget=forms.Select(attrs={"data-select": True}),
        help_text=_(
            "Days, months and reports begin and end by it. After a change all days are worked out anew; figures are "
            "missing for a while and follow when that is done."
        ),
    )  # fmt: skip
    second_factor = forms.ChoiceField(label=_("Second factor"), choices=Merchant.SecondFactor.choices)


class NodeForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autofocus": True}))
    ownership = forms.ChoiceField(label=_("Ownership"), choices=OrgNode.Ownership.choices)
    province = forms.CharField(label=_("Province"), max_length=40, required=False)
    city = forms.CharField(label=_("City"), max_length=40, required=False)


class NewNodeForm(NodeForm):
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(OrgNode.Kind.STORE, OrgNode.Kind.STORE.label), (OrgNode.Kind.REGION, OrgNode.Kind.REGION.label)],
    )
    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("As it stands in your files, for instance S001. It cannot be changed."),
    )
    field_order = ["kind", "code", "name", "ownership", "province", "city"]


class HoursForm(forms.Form):
    """Hours as people write them: 09:00-12:00, 13:30-21:00; nothing where it is closed."""

    days = forms.CharField(
        label=_("Days that differ"), required=False, widget=forms.Textarea(attrs={"rows": 4}), max_length=20_000,
        help_text=_("One a line, for instance 2026-10-01 10:00-18:00. Without times it is closed that day."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, hours: Hours, today: date) -> None:
        later = sorted(day for day in hours.days if day >= today)
        initial = {"days": "\n".join(_written(day.isoformat(), hours.days[day]) for day in later)}
        super().__init__(data, prefix="hours", initial=initial)
        for weekday, label in WEEKDAYS.items():
            self.fields[f"week_{weekday}"] = forms.CharField(
                label=label, required=False, max_length=120, initial=_written("", hours.on_weekday(weekday))
            )
        self.order_fields([f"week_{weekday}" for weekday in WEEKDAYS])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["week"] = {n: self._spans(f"week_{n}", cleaned.get(f"week_{n}", "")) for n in WEEKDAYS}
        days: dict[date, list[Span]] = {}
        for line in filter(None, map(str.strip, cleaned.get("days", "").splitlines())):
            day, _, times = line.partition(" ")
            try:
                on = date.fromisoformat(day)
            except ValueError:
                self.add_error("days", gettext("Write the day like 2026-10-01: %(line)s") % {"line": line})
                continue
            days[on] = self._spans("days", times)
        cleaned["days"] = days
        return cleaned

    def _spans(self, field: str, text: str) -> list[Span]:
        found = []
        for part in filter(None, map(str.strip, re.split("[,;、]", unicodedata.normalize("NFKC", text)))):
            times = _SPAN.fullmatch(part)
            if times is None:
                self.add_error(field, gettext("Write hours like 09:00-12:00, 13:30-21:00: %(text)s") % {"text": part})
                continue
            opens, opens_minute, closes, closes_minute = map(int, times.groups())
            found.append(Span(opens * 60 + opens_minute, closes * 60 + closes_minute))
        return found


def _written(day: str, spans: Sequence[Span]) -> str:
    return f"{day} {', '.join(map(str, spans))}".strip()
