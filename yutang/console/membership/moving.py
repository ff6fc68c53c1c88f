"""Who would move if the ladder or the rules of growth were others: counted before anything is saved, and by name."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django import forms
from django.shortcuts import render
from django.urls import reverse

from yutang.areas.customers import queries as customers
from yutang.areas.membership import queries, queries_preview
from yutang.areas.membership.queries import Rung
from yutang.console.access import page
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.membership.queries_preview import Move


@dataclass(frozen=True)
class Sketch:
    """What is about to be saved: a level (`level_id` 0: a new one), or another number of months."""

    level_id: int | None = None
    name: str = ""
    threshold: int = 0
    keep: int | None = None
    months: int | None = None

    def rungs(self) -> list[Rung]:
        rungs = [Rung(one.pk, one.threshold, one.keep) for one in queries.levels() if one.pk != self.level_id]
        return rungs if self.level_id is None else [*rungs, Rung(self.level_id, self.threshold, self.keep)]

    def names(self) -> dict[int, str]:
        names = {level.pk: level.name for level in queries.levels()}
        return names if self.level_id is None else names | {self.level_id: self.name}


@dataclass(frozen=True)
class Moved:
    before: str
    after: str
    people: int
    is_up: bool
    address: str  # of the list of them


class MovingForm(forms.Form):
    """A sketch and one of its moves, as an address carries them."""

    level_id = forms.IntegerField(required=False, min_value=0)
    name = forms.CharField(required=False, max_length=40)
    threshold = forms.IntegerField(required=False, min_value=0, max_value=10**12)
    keep = forms.IntegerField(required=False, min_value=1, max_value=10**12)
    months = forms.IntegerField(required=False, min_value=1, max_value=60)
    before = forms.IntegerField(required=False, min_value=0)
    after = forms.IntegerField(required=False, min_value=0)
    beyond = forms.IntegerField(required=False, min_value=0, max_value=2**63 - 1)

    def sketch(self) -> Sketch:
        given = {name: self.cleaned_data[name] for name in Sketch.__dataclass_fields__}
        return Sketch(**given | {"threshold": given["threshold"] or 0})


def moved(request: HttpRequest, sketch: Sketch) -> list[Moved]:
    """How many go from where to where; the most first."""
    rungs, names = sketch.rungs(), sketch.names()
    place = {rung.id: rung.threshold for rung in rungs}
    sees_people = request.actor.may("customers.view")
    return [
        Moved(
            _name(names, move.before), _name(names, move.after), move.people,
            _place(place, move.after) > _place(place, move.before), _address(sketch, move) if sees_people else "",
        )
        for move in queries_preview.moves(rungs, keep_months=sketch.months)
    ]  # fmt: skip


@page(queries.EDIT, methods=("GET",))
def moving(request: HttpRequest) -> HttpResponse:
    """The people of one of those figures, under the form or on a page of its own. Nothing is saved."""
    queries.require_everywhere(request.actor)
    request.actor.require("customers.view")
    form = MovingForm(request.GET)
    if not form.is_valid():
        raise NotFound
    sketch, before, after = form.sketch(), form.cleaned_data["before"], form.cleaned_data["after"]
    found = queries_preview.movers(
        sketch.rungs(), before=before, after=after, keep_months=sketch.months, beyond=form.cleaned_data["beyond"] or 0
    )
    known = customers.named(request.actor, [row.customer_id for row in found.people])
    for row in found.people:
        row.name = known.get(row.customer_id) or f"#{row.customer_id}"
    names, more = sketch.names(), None
    if found.beyond is not None:
        more = "?" + urlencode({**{k: v for k, v in request.GET.items() if k != "beyond"}, "beyond": found.beyond})
    context = {"rows": found.people, "more": more, "before": _name(names, before), "after": _name(names, after)}
    is_part = bool(request.headers.get("HX-Request"))
    return render(request, f"console/membership/{'_moving' if is_part else 'moving'}.html", context)


def _name(names: dict[int, str], level_id: int | None) -> str:
    return "–" if level_id is None else names.get(level_id, "–")


def _place(place: dict[int, int], level_id: int | None) -> int:
    return -1 if level_id is None else place.get(level_id, -1)


def _address(sketch: Sketch, move: Move) -> str:
    given = asdict(sketch) | {"before": move.before, "after": move.after}
    said = {name: value for name, value in given.items() if value not in (None, "")}
    return f"{reverse('console:level_moving')}?{urlencode(said)}"
