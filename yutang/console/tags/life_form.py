"""The form of a life fact: only what its kind can say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yutang.areas.tags.kinds import LifeKind
from yutang.areas.tags.lunar import YearlyDay
from yutang.areas.tags.models import LifeFact
from yutang.areas.tags.services import LifeValues

_DAY = ("calendar", "year", "month", "day", "is_leap")


class LifeForm(forms.Form):
    name = forms.CharField(max_length=200, required=False)
    detail = forms.ChoiceField(required=False)
    calendar = forms.ChoiceField(label=_("Calendar"), choices=LifeFact.Calendar.choices, required=False)
    year = forms.IntegerField(
        label=_("Year"), min_value=1900, max_value=2099, required=False, help_text=_("Empty if nobody knows.")
    )
    month = forms.IntegerField(label=_("Month"), min_value=1, max_value=12, required=False)
    day = forms.IntegerField(label=_("Day of the month"), min_value=1, max_value=31, required=False)
    is_leap = forms.BooleanField(label=_("In a leap month of the lunar calendar"), required=False)
    has_consent = forms.BooleanField(label=_("The person agrees to our keeping this"), required=False)
    source = forms.ChoiceField(
        label=_("Source"), choices=LifeFact.Source.choices, initial=LifeFact.Source.CHAT
    )  # fmt: skip
    evidence = forms.CharField(
        label=_("How do we know?"), max_length=300, required=False,
        help_text=_("For instance: from a chat on 1 May."),
    )  # fmt: skip
    valid_until = forms.DateField(
        label=_("Holds until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, kind: LifeKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = gettext(kind.name) if kind.name else ""
        self.fields["detail"].label = gettext(kind.detail) if kind.detail else ""
        self.fields["detail"].choices = [("", "–"), *((value, gettext(label)) for value, label in kind.choices)]
        absent = {
            "name": not kind.name, "detail": not kind.choices, "has_consent": not kind.is_sensitive,
            **dict.fromkeys(_DAY, not kind.date),
        }  # fmt: skip
        for field in (name for name, is_absent in absent.items() if is_absent):
            del self.fields[field]

    @staticmethod
    def of(fact: LifeFact) -> dict[str, Any]:
        """What the form begins with; where the new knowledge comes from is asked anew."""
        names = ("name", "detail", *_DAY, "has_consent", "valid_until")
        return {name: getattr(fact, name) for name in names}

    def clean(self) -> dict[str, Any]:
        sent = super().clean() or {}
        if (sent.get("month") is None) != (sent.get("day") is None) and not self.errors:
            raise forms.ValidationError(gettext("A day needs its month, and a month its day."))
        return sent

    def said(self) -> dict[str, Any]:
        """Arguments for the service."""
        sent = self.cleaned_data
        on = None
        if sent.get("month") is not None:
            calendar = sent["calendar"] or LifeFact.Calendar.SOLAR
            on = YearlyDay(str(calendar), sent["year"], sent["month"], sent["day"], sent["is_leap"])
        values = LifeValues(
            name=sent.get("name", ""), detail=sent.get("detail", ""), on=on,
            has_consent=sent.get("has_consent", False), valid_until=sent["valid_until"],
        )  # fmt: skip
        return {"values": values, "source": sent["source"], "evidence": sent["evidence"]}
