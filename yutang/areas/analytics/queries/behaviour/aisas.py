"""Attention, interest, search, action, share: how many people stood at each stage, and how they went on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from yutang.areas.analytics.errors import UnknownStep
from yutang.areas.analytics.queries.behaviour import behind, funnel, steps
from yutang.areas.analytics.queries.behaviour.behind import Behind
from yutang.areas.analytics.queries.behaviour.steps import PURCHASE, Asked, Step
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from yutang.areas.analytics.queries.behaviour.funnel import Reached

GROUPS = ("source", "channel")
KEPT = 20  # groups that are shown; the rest is summed


@dataclass(frozen=True)
class Stage:
    """What counts for a stage: some kinds, and for interest each view after the person's first one in the period."""

    key: str
    kinds: tuple[str, ...]
    views_again: bool = False

    @property
    def condition(self) -> str:
        listed = ", ".join(f"'{kind}'" for kind in self.kinds)
        return f"(kind IN ({listed}){' OR is_again' if self.views_again else ''})"


STAGES = (
    Stage("attention", ("follow", "scan", "view", "impression")),
    Stage("interest", ("menu", "click", "cart"), views_again=True),
    Stage("search", ("search",)),
    Stage("action", ("payment", PURCHASE)),
    Stage("share", ("share",)),
)


@dataclass(frozen=True)
class Aisas:
    """`by` says how people are parted: by the first source, or the first channel, that the period shows of them."""

    asked: Asked
    by: str = "source"

    def __post_init__(self) -> None:
        if self.by not in GROUPS:
            raise UnknownStep(field="by", value=self.by, choices=", ".join(GROUPS))


@dataclass(frozen=True)
class Group:
    """People at any stage, at each stage, and at each stage and the next one; `name` "" where nothing is known, None
    for the sum of all groups beyond the largest."""

    name: str | None
    people: int
    stages: tuple[int, ...]
    went_on: tuple[int, ...]


@dataclass(frozen=True)
class Found:
    whole: Group
    groups: tuple[Group, ...]
    in_order: tuple[Reached, ...]


def aisas(question: Aisas) -> Found:
    stages = [f"COUNT(*) FILTER (WHERE has_{n}) AS stage_{n}" for n in range(len(STAGES))]
    both = [f"COUNT(*) FILTER (WHERE has_{n} AND has_{n + 1}) AS both_{n}" for n in range(len(STAGES) - 1)]
    parts = _steps(question)
    parts["sized"] = "SELECT name, ROW_NUMBER() OVER (ORDER BY COUNT(*) DESC, name) AS place FROM touched GROUP BY name"
    select = f"""
        SELECT s.place > $kept AS is_rest, CASE WHEN s.place <= $kept THEN s.name END AS name, COUNT(*) AS people,
               {", ".join([*stages, *both])}
        FROM touched AS t JOIN sized AS s ON s.name = t.name GROUP BY 1, 2 ORDER BY 1, people DESC, name
    """  # noqa: S608  only constants
    rows = steps.ask(behind.composed(parts, select), question.asked, {"kept": KEPT}).to_pylist()
    groups = tuple(
        Group(
            row["name"], row["people"], tuple(row[f"stage_{n}"] for n in range(len(STAGES))),
            tuple(row[f"both_{n}"] for n in range(len(STAGES) - 1)),
        )
        for row in rows
    )  # fmt: skip
    in_order = funnel.counts(question.asked, _ordered(question), len(STAGES), _limits(question))
    return Found(_summed(groups), groups, tuple(in_order))


def people(
    question: Aisas, stage: int | None, *, went_on: bool = False, in_order: bool = False, group: str | None = None
) -> Behind:
    """Who stood at a stage (from 0 on; None: at any); with `went_on` at the next one too; with `in_order` came there in
    order from attention on; only those of a group, if given."""
    if stage is not None and stage not in range(len(STAGES) - went_on):
        raise NotFound(field="stage")
    if in_order and stage is not None:
        return funnel.reached(question.asked, _ordered(question), stage + 1, _limits(question))
    wanted = [] if stage is None else [f"has_{n}" for n in range(stage, stage + 1 + went_on)]
    values: dict[str, Any] = {}
    if group is not None:
        wanted, values = [*wanted, "name = $group"], {"group": group}
    rule = None
    if group is None and stage is not None:
        rules = [_rule(n, question.asked) for n in range(stage, stage + 1 + went_on)]
        if None not in rules:
            rule = rules[0] if len(rules) == 1 else {"all": rules}
            rule = behind.within_reach(rule, question.asked) if rule else None
    return Behind(question.asked, _steps(question), f"touched WHERE {' AND '.join(wanted) or 'TRUE'}", values, rule)


def _marked(question: Aisas) -> dict[str, str]:
    again = f"""
        SELECT *, kind = 'view' AND ROW_NUMBER() OVER (PARTITION BY customer_id, kind ORDER BY {steps.ORDER}) > 1
               AS is_again
        FROM done
    """  # noqa: S608  only constants
    return {"done": steps.done(question.asked), "marked": again}


def _steps(question: Aisas) -> dict[str, str]:
    has = ", ".join(f"BOOL_OR({stage.condition}) AS has_{n}" for n, stage in enumerate(STAGES))
    name = f"COALESCE(FIRST({question.by} ORDER BY {steps.ORDER}) FILTER (WHERE {question.by} <> ''), '') AS name"
    any_stage = " OR ".join(f"has_{n}" for n in range(len(STAGES)))
    return {
        **_marked(question),
        "everybody": f"SELECT customer_id, {has}, {name} FROM marked GROUP BY customer_id",  # noqa: S608
        "touched": f"SELECT * FROM everybody WHERE {any_stage}",  # noqa: S608
    }


def _ordered(question: Aisas) -> dict[str, str]:
    return {**_marked(question), **funnel.chains([stage.condition for stage in STAGES], "marked")}


def _limits(question: Aisas) -> dict[str, Any]:
    """No window but the period."""
    length = question.asked.until - question.asked.since + timedelta(days=4)
    return funnel.limits(length, question.asked.until)


def _rule(number: int, asked: Asked) -> behind.Rule | None:
    """None where purchases count: an order that sums to more than nothing is no row of its own."""
    stage = STAGES[number]
    if PURCHASE in stage.kinds:
        return None
    rule = behind.did_one_of(list(stage.kinds), asked)
    if not stage.views_again:
        return rule
    return {"any": [rule, behind.did(Step("view"), asked, count={"op": ">=", "value": 2})]}


def _summed(groups: tuple[Group, ...]) -> Group:
    return Group(
        None, sum(group.people for group in groups),
        tuple(sum(group.stages[n] for group in groups) for n in range(len(STAGES))),
        tuple(sum(group.went_on[n] for group in groups) for n in range(len(STAGES) - 1)),
    )  # fmt: skip
