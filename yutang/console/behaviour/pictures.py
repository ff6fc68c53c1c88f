"""What the reports show: bars, steps, ways and stages, each with the address of its people, and the same as a table."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext

from yutang.areas.analytics.queries.behaviour import frequency
from yutang.areas.analytics.queries.behaviour.aisas import STAGES
from yutang.areas.analytics.queries.behaviour.paths import LENGTH
from yutang.areas.analytics.queries.behaviour.steps import PURCHASE
from yutang.console.behaviour.forms import kind_label
from yutang.ui.templatetags import ui

if TYPE_CHECKING:
    from yutang.areas.analytics.queries.behaviour import aisas, funnel, paths
    from yutang.areas.analytics.queries.behaviour.steps import Step
    from yutang.console.behaviour.forms import Question

Table = list[list[Any]]  # its first row is the head
MINUTE, HOUR, A_DAY = 60, 3600, 86400


@dataclass(frozen=True)
class Bar:
    label: str
    people: int
    share: float | None
    width: int
    address: str
    before: int | None = None
    before_share: float | None = None
    before_width: int = 0


@dataclass(frozen=True)
class StepBar:
    number: int
    label: str
    people: int
    of_first: float | None
    of_previous: float | None
    median: str
    width: int
    address: str
    dropped: int = 0  # who went no further than the step before this one
    dropped_share: float | None = None
    dropped_address: str = ""


@dataclass(frozen=True)
class Column:
    """Points as many moves away from the anchor."""

    label: str
    moves: list[MoveRow]


@dataclass(frozen=True)
class MoveRow:
    point: str
    following: str
    visits: int
    people: int
    share: float | None
    address: str


@dataclass(frozen=True)
class PathRow:
    points: list[str]
    is_rest: bool
    visits: int
    people: int
    share: float | None
    address: str


@dataclass(frozen=True)
class StageCard:
    number: int
    label: str
    kinds: list[str]
    people: int
    share: float | None
    width: int
    address: str
    went_on: int | None  # of the stage before
    went_on_share: float | None
    went_on_address: str
    in_order: int
    in_order_address: str


@dataclass(frozen=True)
class GroupRow:
    label: str
    people: int
    cells: list[tuple[int, float | None, str]] = field(default_factory=list)


def behind(form: Question, **part: Any) -> str:
    """The address of the people behind a figure."""
    chosen = {name: value for name, value in part.items() if value is not None}
    return f"{reverse('console:behaviour_people')}?{urlencode({'report': form.report, **form.fields_given, **chosen})}"


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def step_label(step: Step) -> str:
    found = kind_label(step.kind) if step.kind else gettext("Did anything")
    if step.page:
        found += " · " + gettext("page with “%(text)s”") % {"text": step.page}
    if step.item:
        found += " · " + gettext("item “%(text)s”") % {"text": step.item}
    return found


def duration(seconds: float | None) -> str:
    """In the unit that fits: seconds, minutes, hours or days."""
    if seconds is None:
        return "–"
    if seconds < MINUTE:
        return gettext("%(n)s s") % {"n": ui.number(round(seconds))}
    if seconds < HOUR:
        return gettext("%(n)s min") % {"n": ui.number(round(seconds / MINUTE))}
    if seconds < 2 * A_DAY:
        return gettext("%(n)s h") % {"n": ui.number(round(seconds / HOUR, 1), 1)}
    return gettext("%(n)s days") % {"n": ui.number(round(seconds / A_DAY, 1), 1)}


# -- frequency -------------------------------------------------------------------------------------------------------


def bars(form: Question, now: frequency.Side, before: frequency.Side | None) -> list[Bar]:
    most = max([*now.bands, *(before.bands if before else ()), 1])
    found = []
    for n, (low, high) in enumerate(frequency.BANDS):
        earlier = None if before is None else before.bands[n]
        found.append(
            Bar(
                label=band_label(low, high, form.data["unit"]), people=now.bands[n],
                share=share(now.bands[n], now.people), width=round(now.bands[n] * 100 / most),
                address=behind(form, band=n), before=earlier,
                before_share=None if before is None else share(before.bands[n], before.people),
                before_width=round((earlier or 0) * 100 / most),
            )
        )  # fmt: skip
    return found


def band_label(low: int, high: int | None, unit: str) -> str:
    several = f"{low}+" if high is None else str(low) if high == low else f"{low}–{high}"
    number = high or low
    if unit == "days":
        return ngettext("%(several)s day", "%(several)s days", number) % {"several": several}
    return ngettext("%(several)s time", "%(several)s times", number) % {"several": several}


def frequency_table(found: list[Bar]) -> Table:
    head = [
        gettext("How often"),
        gettext("People"),
        gettext("Share"),
        gettext("People before"),
        gettext("Share before"),
    ]
    return [
        head,
        *(
            [bar.label, bar.people, ui.percent(bar.share), "–" if bar.before is None else bar.before,
             ui.percent(bar.before_share)]
            for bar in found
        ),
    ]  # fmt: skip


# -- funnel ----------------------------------------------------------------------------------------------------------


def step_bars(form: Question, question: funnel.Funnel, found: list[funnel.Reached]) -> list[StepBar]:
    first = found[0].people
    rows = []
    for n, (step, reached) in enumerate(zip(question.steps, found, strict=True)):
        before = found[n - 1].people if n else 0
        dropped = before - reached.people if n else 0
        rows.append(
            StepBar(
                number=n + 1, label=step_label(step), people=reached.people, of_first=share(reached.people, first),
                of_previous=share(reached.people, before) if n else None, median=duration(reached.median),
                width=round(reached.people * 100 / first) if first else 0, address=behind(form, step=n + 1),
                dropped=dropped, dropped_share=share(dropped, before) if n else None,
                dropped_address=behind(form, step=n, dropped=1) if n else "",
            )
        )  # fmt: skip
    return rows


def funnel_table(found: list[StepBar]) -> Table:
    head = [
        gettext("Step"), gettext("What"), gettext("People"), gettext("Of the first step"),
        gettext("Of the step before"), gettext("Median time since the step before"), gettext("Went no further"),
    ]  # fmt: skip
    return [
        head,
        *(
            [row.number, row.label, row.people, ui.percent(row.of_first), ui.percent(row.of_previous), row.median,
             found[n + 1].dropped if n + 1 < len(found) else "–"]
            for n, row in enumerate(found)
        ),
    ]  # fmt: skip


# -- paths -----------------------------------------------------------------------------------------------------------


def point_label(point: str | None, by: str) -> str:
    if point is None:
        return gettext("other")
    return kind_label(point) if by == "kind" or point == PURCHASE else point


def path_rows(form: Question, question: paths.Paths, found: paths.Found) -> list[PathRow]:
    return [
        PathRow(
            [] if way.points is None else [point_label(point, question.by) for point in way.points], way.points is None,
            way.visits, way.people, share(way.visits, found.visits), behind(form, way=json.dumps(way.points)),
        )
        for way in found.paths
    ]  # fmt: skip


def columns(form: Question, question: paths.Paths, found: paths.Found) -> list[Column]:
    """The moves as tables, one for each hop that has any; ends last."""
    made = []
    for hop in sorted({move.hop for move in found.moves}):
        moves = sorted((m for m in found.moves if m.hop == hop), key=lambda m: (m.ends, -m.visits))
        whole = sum(move.visits for move in moves)
        rows = [
            MoveRow(
                point_label(move.point, question.by), _following(question, move.following, ends=move.ends),
                move.visits, move.people,
                share(move.visits, whole),
                behind(form, move=json.dumps([hop, move.point, move.following, move.ends])),
            )
            for move in moves
        ]  # fmt: skip
        label = gettext("Step %(n)s back") if question.is_back else gettext("Step %(n)s")
        made.append(Column(label % {"n": hop + 1}, rows))
    return made


def move_label(question: paths.Paths, point: str | None, following: str | None, *, ends: bool) -> str:
    pair = point_label(point, question.by), _following(question, following, ends=ends)
    return " ← ".join(pair) if question.is_back else " → ".join(pair)


def _following(question: paths.Paths, following: str | None, *, ends: bool) -> str:
    if not ends:
        return point_label(following, question.by)
    return gettext("(nothing before)") if question.is_back else gettext("(nothing more)")


def sankey(form: Question, question: paths.Paths, found: paths.Found) -> dict[str, Any]:
    """The moves as a stream; a point at another hop is another node, so that nothing flows in circles. What goes on
    beyond the last column is not followed."""
    links, labels = [], {}
    for move in (move for move in found.moves if move.hop + 1 < LENGTH):
        here = _node(move.hop, move.point)
        there = f"{move.hop + 2} ·" if move.ends else _node(move.hop + 1, move.following)
        labels[here] = point_label(move.point, question.by)
        labels[there] = _following(question, move.following, ends=move.ends)
        source, target = (there, here) if question.is_back else (here, there)
        address = behind(form, move=json.dumps([move.hop, move.point, move.following, move.ends]))
        links.append({"source": source, "target": target, "value": move.visits, "href": address})
    nodes = [{"name": name, "value": label, "label": {"formatter": _short(label)}} for name, label in labels.items()]
    series = {
        "type": "sankey", "data": nodes, "links": links, "left": 8, "right": 120, "top": 12, "bottom": 12,
        "nodeWidth": 14, "nodeGap": 12, "emphasis": {"focus": "adjacency"},
        "lineStyle": {"color": "source", "opacity": 0.3}, "label": {"fontSize": 12},
    }  # fmt: skip
    return {"series": [series]} if any(not move.ends for move in found.moves) else {}


def _node(hop: int, point: str | None) -> str:
    return f"{hop + 1} · {'*' if point is None else point}"


def _short(label: str) -> str:
    """A label of a node. ECharts reads braces as patterns."""
    kept = label.replace("{", "(").replace("}", ")")
    return kept if len(kept) <= 18 else kept[:17] + "…"


def path_table(rows: list[PathRow], found: list[Column]) -> Table:
    head = [gettext("Way"), gettext("Visits"), gettext("People"), gettext("Share of visits")]
    ways = [
        [gettext("All other ways") if row.is_rest else " → ".join(row.points), row.visits, row.people,
         ui.percent(row.share)]
        for row in rows
    ]  # fmt: skip
    moves = [
        [f"{column.label}: {move.point} → {move.following}", move.visits, move.people, ui.percent(move.share)]
        for column in found
        for move in column.moves
    ]
    return [head, *ways, *moves]


# -- AISAS -----------------------------------------------------------------------------------------------------------


def stage_labels() -> list[str]:
    return [
        pgettext("stage", "Attention"), pgettext("stage", "Interest"), pgettext("stage", "Search"),
        pgettext("stage", "Action"), pgettext("stage", "Share"),
    ]  # fmt: skip


def stage_cards(form: Question, found: aisas.Found) -> list[StageCard]:
    cards, whole = [], found.whole
    for n, (stage, label) in enumerate(zip(STAGES, stage_labels(), strict=True)):
        kinds = [kind_label(kind) for kind in stage.kinds]
        if stage.views_again:
            kinds.append(gettext("Viewed again: every view after the first of the period"))
        went_on = whole.went_on[n - 1] if n else None
        cards.append(
            StageCard(
                number=n + 1, label=label, kinds=kinds, people=whole.stages[n],
                share=share(whole.stages[n], whole.people),
                width=round(whole.stages[n] * 100 / whole.people) if whole.people else 0,
                address=behind(form, stage=n), went_on=went_on,
                went_on_share=share(went_on, whole.stages[n - 1]) if went_on is not None else None,
                went_on_address=behind(form, stage=n - 1, went_on=1) if n else "",
                in_order=found.in_order[n].people, in_order_address=behind(form, stage=n, in_order=1),
            )
        )  # fmt: skip
    return cards


def group_rows(form: Question, found: aisas.Found, names: dict[str, str]) -> list[GroupRow]:
    rows = []
    for group in found.groups:
        cells = [
            (people, share(people, group.people), "" if group.name is None else behind(form, stage=n, group=group.name))
            for n, people in enumerate(group.stages)
        ]
        rows.append(GroupRow(group_label(group.name, names), group.people, cells))
    return rows


def group_label(name: str | None, names: dict[str, str]) -> str:
    if name is None:
        return gettext("All others")
    return names.get(name, name) if name else gettext("Unknown")


def aisas_table(cards: list[StageCard], rows: list[GroupRow]) -> Table:
    whole = [gettext("All"), "", *(card.people for card in cards)]
    in_order = [gettext("In order"), "", *(card.in_order for card in cards)]
    went_on = [gettext("Of the stage before"), "", *(ui.percent(card.went_on_share) for card in cards)]
    groups = [[row.label, row.people, *(people for people, _share, _address in row.cells)] for row in rows]
    return [["", gettext("People"), *(card.label for card in cards)], whole, went_on, in_order, *groups]
