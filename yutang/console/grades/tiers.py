"""Small, middle and big fish: how many, the ladder, what another one would change, how it has changed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from yutang.areas.grades import queries, services
from yutang.areas.grades.models import Ladder
from yutang.console.access import page
from yutang.console.grades import filters
from yutang.core import money
from yutang.core.errors import DomainError, Invalid
from yutang.lake import engine
from yutang.ui.templatetags import ui

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.grades.queries import Move
    from yutang.console.grades.filters import Filters

HISTORY = 10


class LadderForm(forms.Form):
    """Money is typed in whole units, kept in minor ones."""

    measure = forms.ChoiceField(label=_("Measured by"), choices=Ladder.Measure.choices)
    window_days = forms.IntegerField(
        label=_("Window in days"), required=False, min_value=1, max_value=services.MAX_WINDOW,
        help_text=_("Only what was bought in the last so many days; empty: everything so far."),
    )  # fmt: skip
    middle_from = forms.DecimalField(label=_("Middle fish from"), min_value=0, max_digits=16, decimal_places=2)
    big_from = forms.DecimalField(label=_("Big fish from"), min_value=0, max_digits=16, decimal_places=2)

    def ladder(self, currency: str) -> dict[str, Any]:
        cleaned = self.cleaned_data
        is_money = cleaned["measure"] == Ladder.Measure.NET
        return {
            "measure": cleaned["measure"], "window_days": cleaned["window_days"],
            **{
                name: money.to_minor(cleaned[name], currency) if is_money else int(cleaned[name])
                for name in ("middle_from", "big_from")
            },
        }  # fmt: skip


@dataclass(frozen=True)
class Tile:
    label: str
    people: int
    share: float | None
    net: int
    net_share: float | None
    width: str
    address: str
    rule: str


@dataclass(frozen=True)
class Change:
    before: str
    after: str
    people: int
    is_up: bool


@page("grades.view")
def tiers(request: HttpRequest) -> HttpResponse:
    """GET shows; POST previews or sets another ladder."""
    chosen = filters.read(request.GET, request)
    now, currency = queries.ladder(), request.merchant.currency
    asked = queries.asked(day=chosen.day, nodes=chosen.nodes, actor=request.actor)
    may_set = request.actor.may(services.EDIT) and request.actor.nodes(services.EDIT) is None
    form, preview = LadderForm(initial=_initial(now, currency)), None
    if request.method == "POST":
        request.actor.require(services.EDIT)
        form = LadderForm(request.POST)
        if form.is_valid():
            try:
                if "save" in request.POST:
                    services.set_ladder(**form.ladder(currency), actor=request.actor)
                    messages.success(request, gettext("The new ladder holds from now on."))
                    return redirect("console:grades_tiers")
                then = services.checked_ladder(**form.ladder(currency))
                preview = changes(queries.preview(asked, now=now, then=then))
            except Invalid as error:
                form.add_error(error.field if error.field in form.fields else None, error.params["reason"])
            except DomainError as error:
                form.add_error(None, str(error))
    context = {
        "filters": chosen, "as_of": engine.as_of(), "form": form, "may_set": may_set, "preview": preview,
        "tiles": _tiles(queries.tiers(asked, now), chosen, now, currency), "rule": said(now, currency),
        "history": [(ladder, said(ladder, currency)) for ladder in queries.ladders()[:HISTORY]],
    }  # fmt: skip
    return render(request, "console/grades/tiers.html", context)


def said(ladder: Ladder, currency: str) -> str:
    """The ladder in words."""
    values = {
        "measure": ladder.get_measure_display(), "middle": shown(ladder, ladder.middle_from, currency),
        "big": shown(ladder, ladder.big_from, currency),
    }  # fmt: skip
    if ladder.window_days is None:
        return gettext("%(measure)s so far: middle fish from %(middle)s, big fish from %(big)s") % values
    return ngettext(
        "%(measure)s of the last %(days)s day: middle fish from %(middle)s, big fish from %(big)s",
        "%(measure)s of the last %(days)s days: middle fish from %(middle)s, big fish from %(big)s",
        ladder.window_days,
    ) % {**values, "days": ladder.window_days}


def shown(ladder: Ladder, value: int, currency: str) -> str:
    """A value of the ladder's measure."""
    return ui.money(value, currency) if ladder.measure == Ladder.Measure.NET else ui.number(value)


def changes(moves: list[Move]) -> list[Change]:
    """Who would move, up first."""
    order = [str(tier) for tier in queries.TIER_LABELS]
    found = [
        Change(
            gettext(queries.TIER_LABELS[move.before]), gettext(queries.TIER_LABELS[move.after]), move.people,
            order.index(move.after) > order.index(move.before),
        )
        for move in moves
        if move.before != move.after
    ]  # fmt: skip
    return sorted(found, key=lambda change: (not change.is_up, -change.people))


def _initial(ladder: Ladder, currency: str) -> dict[str, Any]:
    def typed(value: int) -> Decimal | int:
        return money.to_decimal(value, currency) if ladder.measure == Ladder.Measure.NET else value

    return {
        "measure": ladder.measure, "window_days": ladder.window_days, "middle_from": typed(ladder.middle_from),
        "big_from": typed(ladder.big_from),
    }  # fmt: skip


def _tiles(sums: list[queries.TierSum], chosen: Filters, ladder: Ladder, currency: str) -> list[Tile]:
    people, net = sum(s.people for s in sums), sum(s.net for s in sums)
    middle, big = shown(ladder, ladder.middle_from, currency), shown(ladder, ladder.big_from, currency)
    ranges = {
        "small": gettext("below %(value)s") % {"value": middle},
        "middle": gettext("from %(low)s, below %(high)s") % {"low": middle, "high": big},
        "big": gettext("from %(value)s") % {"value": big},
    }
    return [
        Tile(
            label=gettext(queries.TIER_LABELS[own.tier]), people=own.people,
            share=own.people / people if people else None, net=own.net, net_share=own.net / net if net > 0 else None,
            width=f"{own.people / people * 100:.1f}" if people else "0",
            address=chosen.people("tier", tier=own.tier), rule=ranges[own.tier],
        )
        for own in reversed(sums)
    ]  # fmt: skip
