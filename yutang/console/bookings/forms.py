from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yutang.areas.bookings import queries
from yutang.areas.bookings.models import Experience, Resource
from yutang.areas.bookings.services import Begin
from yutang.areas.segments import queries as segments
from yutang.ui.fields import MoneyField

if TYPE_CHECKING:
    from yutang.core.access import Actor

MOST_SEGMENTS = 200
WEEKDAYS = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
)  # fmt: skip
_TIME = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)")


def segment_choices(actor: Actor) -> list[tuple[str, str]]:
    rows = segments.visible(actor)[:MOST_SEGMENTS] if actor.may(segments.VIEW) else []
    return [("", "–"), *((str(row.pk), row.name) for row in rows)]


def _number(value: str) -> int | None:
    return int(value) if value else None


class TimesField(forms.CharField):
    """`10:00 14:30` → [600, 870]."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=400, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return clock_times(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[int]:
        return read_times(super().clean(value))


def read_times(text: str) -> list[int]:
    found = []
    for part in re.split(r"[\s,，、]+", text.strip()):
        if not part:
            continue
        match = _TIME.fullmatch(part)
        if match is None:
            raise ValidationError(gettext("“%(text)s” is no time; write 10:00 14:30.") % {"text": part})
        found.append(int(match[1]) * 60 + int(match[2]))
    return sorted(set(found))


def clock_times(minutes: list[int]) -> str:
    return " ".join(f"{one // 60:02d}:{one % 60:02d}" for one in minutes)


class ExperienceForm(forms.Form):
    title = forms.CharField(label=_("Name of the experience"), max_length=80)
    node_id = forms.ChoiceField(label=_("Store"))
    resource_id = forms.ChoiceField(label=_("Room or teacher"), required=False)
    price = MoneyField(label=_("Price per person"), required=False, help_text=_("Empty: free of charge."))
    minutes = forms.IntegerField(label=_("Minutes"), min_value=5, max_value=1440 * 14, initial=60)
    capacity = forms.IntegerField(label=_("Places"), min_value=1, max_value=10_000, initial=8)
    largest_party = forms.IntegerField(label=_("Most persons in one booking"), min_value=1, max_value=100, initial=1)
    audience = forms.ChoiceField(label=_("For whom"), choices=Experience.Audience.choices)
    segment_id = forms.ChoiceField(label=_("Segment"), required=False)
    quota = forms.IntegerField(
        label=_("Bookings per person"), min_value=0, max_value=1000, initial=0, help_text=_("0: as many as they like.")
    )
    quota_days = forms.IntegerField(label=_("within days"), min_value=1, max_value=3650, initial=30)
    days_ahead = forms.IntegerField(label=_("Can be booked days ahead"), min_value=1, max_value=365, initial=30)
    closes_hours = forms.IntegerField(label=_("Closes hours before"), min_value=0, max_value=720, initial=1)
    free_until_hours = forms.IntegerField(
        label=_("Free to cancel until hours before"), min_value=0, max_value=2160, initial=24
    )
    late_refund_percent = forms.IntegerField(
        label=_("Percent that goes back later"), min_value=0, max_value=100, initial=0
    )
    picture = forms.ImageField(label=_("Picture"), required=False)
    text = forms.CharField(label=_("Description"), required=False, max_length=4000, widget=forms.Textarea)
    is_active = forms.BooleanField(label=_("Can be booked"), required=False, initial=True)
    days = forms.CharField(
        label=_("Days that differ"), required=False, max_length=8000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line: 2026-12-24 10:00 14:30; a day without times is closed."),
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["price"].currency = currency
        self.fields["node_id"].choices = queries.nodes(actor)
        rooms = queries.resources(actor, queries.EDIT).filter(is_active=True).order_by("name")[:500]
        self.fields["resource_id"].choices = [("", "–"), *((room.pk, f"{room.name} · {room.node}") for room in rooms)]
        self.fields["segment_id"].choices = segment_choices(actor)
        for weekday, label in enumerate(WEEKDAYS):
            self.fields[f"weekday_{weekday}"] = TimesField(label=label)

    def clean_days(self) -> list[tuple[date, list[int]]]:
        found = []
        for line in self.cleaned_data["days"].splitlines():
            if not line.strip():
                continue
            day, _space, times = line.strip().partition(" ")
            try:
                found.append((date.fromisoformat(day), read_times(times)))
            except ValueError as error:
                raise ValidationError(gettext("“%(text)s” is no day.") % {"text": day[:40]}) from error
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("audience") == Experience.Audience.SEGMENT and not data.get("segment_id"):
            self.add_error("segment_id", gettext("Choose a segment."))
        if (data.get("largest_party") or 1) > (data.get("capacity") or 1):
            self.add_error("largest_party", gettext("There are not so many places."))
        return data

    def begins(self) -> list[Begin]:
        week = [Begin(n, None, one) for n in range(7) for one in self.cleaned_data[f"weekday_{n}"]]
        days = [Begin(None, day, one) for day, times in self.cleaned_data["days"] for one in times or [None]]
        return [*week, *days]

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        same = (
            "title", "minutes", "capacity", "largest_party", "audience", "quota", "quota_days", "days_ahead",
            "closes_hours", "free_until_hours", "late_refund_percent", "text", "is_active",
        )  # fmt: skip
        is_of_segment = data["audience"] == Experience.Audience.SEGMENT
        return {name: data[name] for name in same} | {
            "node_id": int(data["node_id"]), "resource_id": _number(data["resource_id"]), "price": data["price"] or 0,
            "segment_id": _number(data["segment_id"]) if is_of_segment else None,
        }  # fmt: skip


class ResourceForm(forms.Form):
    name = forms.CharField(label=_("Name of the room, teacher or seat"), max_length=80)
    kind = forms.ChoiceField(label=_("What is it?"), choices=Resource.Kind.choices)
    node_id = forms.ChoiceField(label=_("Store"))
    is_active = forms.BooleanField(label=_("Can be used"), required=False, initial=True)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["node_id"].choices = queries.nodes(actor)


class TermsForm(forms.Form):
    hold_minutes = forms.IntegerField(label=_("Minutes to pay"), min_value=5, max_value=1440)
    offer_minutes = forms.IntegerField(label=_("Minutes to take an offered place"), min_value=5, max_value=10_080)
    strikes = forms.IntegerField(
        label=_("Missed bookings that block"), min_value=0, max_value=100, help_text=_("0: nobody is blocked.")
    )
    strike_days = forms.IntegerField(label=_("within days"), min_value=1, max_value=3650)
    block_days = forms.IntegerField(label=_("Days without booking"), min_value=1, max_value=3650)


class HubForm(forms.Form):
    is_active = forms.BooleanField(label=_("The hub is open"), required=False)
    title = forms.CharField(label=_("Name of the hub"), max_length=40)
    text = forms.CharField(label=_("Words of welcome"), required=False, max_length=4000, widget=forms.Textarea)
    segment_id = forms.ChoiceField(
        label=_("Segment whose members are let in"), required=False, help_text=_("Besides those invited by hand.")
    )
    contact_name = forms.CharField(label=_("Who looks after members"), required=False, max_length=40)
    contact_phone = forms.CharField(label=_("Phone"), required=False, max_length=30)
    contact_wechat = forms.CharField(label=_("WeChat ID"), required=False, max_length=40)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["segment_id"].choices = segment_choices(actor)

    def values(self) -> dict[str, Any]:
        return self.cleaned_data | {"segment_id": _number(self.cleaned_data["segment_id"])}


class InviteForm(forms.Form):
    customer = forms.IntegerField(label=_("Customer number"), min_value=1, max_value=10**18)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
