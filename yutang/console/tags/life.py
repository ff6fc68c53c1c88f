"""Life facts on a person's page: what stands, with its source; recording, changing, taking back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext

from yutang.areas.customers import queries as customers
from yutang.areas.tags import lunar, queries, services
from yutang.areas.tags.kinds import KINDS, LifeKind
from yutang.areas.tags.models import LifeFact
from yutang.console.access import page
from yutang.console.tags.life_form import LifeForm
from yutang.core import clock
from yutang.core.errors import NotFound
from yutang.ui.forms import errors_of

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpRequest, HttpResponse

    from yutang.areas.customers.models import Customer


@dataclass(frozen=True)
class Shown:
    """A fact in words."""

    fact: LifeFact
    kind: LifeKind
    label: str
    about: str  # name and detail
    day: str
    coming: str  # how old, and when the day comes round


def card(request: HttpRequest, person: Customer) -> dict[str, Any]:
    """Context of `console/tags/_life.html`."""
    today = clock.today(request.merchant.timezone)
    standing, former = queries.life_and_before(person, actor=request.actor)
    return {
        "life": [_shown(fact, today) for fact in standing],
        "former_life": [_shown(fact, today) for fact in former],
        "life_kinds": [
            (kind.key, gettext(kind.label))
            for kind in KINDS.values()
            if not kind.is_sensitive or request.actor.may(queries.SENSITIVE)
        ],
    }


@page("life.edit")
def record(request: HttpRequest, customer_id: int) -> HttpResponse:
    """`?kind=child` says which form."""
    person = customers.customer(request.actor, customer_id, "life.edit")
    return _form(request, person, _kind(request.GET.get("kind", "")), None)


@page("life.edit")
def change(request: HttpRequest, customer_id: int, fact_id: int) -> HttpResponse:
    person = customers.customer(request.actor, customer_id, "life.edit")
    fact = queries.life_fact(fact_id, person=person, actor=request.actor)
    return _form(request, person, KINDS[fact.kind], fact)


def _form(request: HttpRequest, person: Customer, kind: LifeKind, fact: LifeFact | None) -> HttpResponse:
    form = LifeForm(request.POST or None, kind=kind, initial=None if fact is None else LifeForm.of(fact))
    if form.is_valid():
        with errors_of(form):
            said = {"customer": person, **form.said(), "actor": request.actor}
            if fact is None:
                services.record_life(kind=kind.key, **said)
            else:
                services.change_life(fact_id=fact.pk, **said)
            messages.success(request, gettext("Saved."))
            return redirect("console:customer", person.pk)
    context = {"form": form, "person": person, "kind": gettext(kind.label), "fact": fact}
    return render(request, "console/tags/life.html", context, status=422 if form.is_bound else 200)


@page("life.edit", methods=("POST",))
def retire(request: HttpRequest, customer_id: int, fact_id: int) -> HttpResponse:
    person = customers.customer(request.actor, customer_id, "life.edit")
    services.retire_life(fact_id=fact_id, customer=person, actor=request.actor)
    messages.success(request, gettext("Taken back; it stays in the history."))
    return redirect("console:customer", person.pk)


def _kind(key: str) -> LifeKind:
    if key not in KINDS:
        raise NotFound
    return KINDS[key]


def _shown(fact: LifeFact, today: date) -> Shown:
    kind = KINDS[fact.kind]
    detail = dict(kind.choices).get(fact.detail)
    about = " · ".join(part for part in (fact.name, gettext(detail) if detail else "") if part)
    return Shown(fact, kind, gettext(kind.label), about, _day(fact), _coming(fact, today))


def _day(fact: LifeFact) -> str:
    if fact.month is None or fact.day is None:
        return ""
    if fact.calendar == LifeFact.Calendar.SOLAR:
        return f"{fact.year}-{fact.month:02}-{fact.day:02}" if fact.year else f"{fact.month:02}-{fact.day:02}"
    text = gettext("lunar month %(month)s, day %(day)s")
    if fact.is_leap:
        text = gettext("lunar leap month %(month)s, day %(day)s")
    said = text % {"month": fact.month, "day": fact.day}
    return f"{said} ({fact.year})" if fact.year else said


def _coming(fact: LifeFact, today: date) -> str:
    if fact.month is None or fact.day is None:
        return ""
    said = []
    if fact.born_on is not None and fact.born_on <= today:
        born = fact.born_on
        years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
        aged = ngettext("%(n)s year old", "%(n)s years old", years)
        if fact.kind == "anniversary":
            aged = ngettext("%(n)s year ago", "%(n)s years ago", years)
        said.append(aged % {"n": years})
    on = lunar.YearlyDay(fact.calendar, fact.year, fact.month, fact.day, fact.is_leap)
    days = lunar.days_until(on, today)
    said.append(
        gettext("today") if days == 0 else ngettext("in %(n)s day", "in %(n)s days", days) % {"n": days}
    )  # fmt: skip
    return " · ".join(said)
