"""Which people stand behind a figure: as a rule where they are today's, by their numbers where they were.

A `Choice` is what a click on a cell, a bar or a tile means. Today's become a rule of segments, so that the list, the
segment saved from it and the figure are the same people. Those of a past day are found in the facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from yutang.areas.grades import states
from yutang.areas.grades.errors import ListTooLong, NobodyThere, UnknownGrade
from yutang.areas.grades.queries import moves
from yutang.areas.grades.queries.asked import asked, ladder, pair
from yutang.areas.grades.rules import GROUP_LABELS, TIER_LABELS
from yutang.areas.segments.parser import MAX_VALUES

if TYPE_CHECKING:
    from sqlglot import exp

    from yutang.areas.grades.models import Ladder
    from yutang.areas.grades.states import Asked
    from yutang.core.access import Actor


@dataclass(frozen=True)
class Choice:
    """One of: a group; a cell (`r`, `f`); a tier; at least `least` net amount; quiet for `quiet` days; who moved from
    `before` to `after` (`by` group or tier) since `since`. `day` None is today."""

    kind: str  # "group", "cell", "tier", "worth", "dormant", "moved"
    group: str = ""
    r: int = 0
    f: int = 0
    tier: str = ""
    least: int = 0
    quiet: int = 0
    by: str = ""
    before: str = ""
    after: str = ""
    since: date | None = None
    day: date | None = None
    nodes: frozenset[int] | None = None

    def __post_init__(self) -> None:
        """Refuses grades there are not; what comes from an address is not trusted."""
        known = TIER_LABELS if self.by == "tier" else GROUP_LABELS
        checks = {
            "group": self.group in GROUP_LABELS,
            "cell": self.r in range(1, 6) and self.f in range(1, 6),
            "tier": self.tier in TIER_LABELS,
            "worth": self.least > 0,
            "dormant": self.quiet > 0,
            "moved": self.since is not None and {self.before, self.after} <= {moves.NOBODY, *known},
        }
        if not checks.get(self.kind, False):
            raise UnknownGrade(value=self.group or self.tier or self.kind)

    def is_rule(self, today: date) -> bool:
        """Today's people follow a rule; moves and past days do not."""
        return self.kind == "dormant" or (self.kind != "moved" and (self.day is None or self.day >= today))


def rule(choice: Choice) -> dict[str, Any]:
    """Today's people as a rule of segments."""
    conditions: dict[str, list[dict[str, Any]]] = {
        "group": [_is("grades.rfm_group", "in", [choice.group])],
        "cell": [_is("grades.rfm_r", "=", choice.r), _is("grades.rfm_f", "=", choice.f)],
        "tier": [_is("grades.tier", "in", [choice.tier])],
        "worth": [_is("orders.net_amount", ">=", choice.least)],
        "dormant": [_is("orders.days_since_last_purchase", ">=", choice.quiet)],
    }
    wanted = conditions[choice.kind]
    if choice.nodes is not None:
        wanted = [*wanted, _is("customers.home_node_id", "in", sorted(choice.nodes))]
    return wanted[0] if len(wanted) == 1 else {"all": wanted}


def ids(choice: Choice, *, after: int = 0, limit: int = 50, actor: Actor) -> list[int]:
    """A page of the people of a past day or a move, by ascending number; of today's ask segments for the rule."""
    steps, where = _behind(choice, actor)
    select = f"SELECT customer_id FROM {where} AND customer_id > $beyond ORDER BY customer_id LIMIT $limit"  # noqa: S608
    found = states.ask(select, steps, **_values(choice), beyond=after, limit=limit)
    return [int(pk) for pk in found.column("customer_id").to_pylist()]


def count(choice: Choice, *, actor: Actor) -> int:
    """How many they are."""
    steps, where = _behind(choice, actor)
    found = states.ask(f"SELECT COUNT(*) AS people FROM {where}", steps, **_values(choice))  # noqa: S608
    return int(found.column("people")[0].as_py())


def kept_rule(choice: Choice, *, actor: Actor) -> dict[str, Any]:
    """A rule that holds for these people for good: by their numbers."""
    found = ids(choice, limit=MAX_VALUES + 1, actor=actor)
    if not found:
        raise NobodyThere(field="people")
    if len(found) > MAX_VALUES:
        raise ListTooLong(people=count(choice, actor=actor), limit=MAX_VALUES)
    return _is("grades.customer_id", "in", found)


def numbered(found: list[int]) -> dict[str, Any]:
    """The rule for a page of people."""
    return _is("grades.customer_id", "in", found)


def _behind(choice: Choice, actor: Actor) -> tuple[dict[str, exp.Expression], str]:
    """Steps, and the table with the condition that chooses."""
    if choice.kind == "moved" and choice.since is not None:
        first, second = pair(since=choice.since, until=choice.day, nodes=choice.nodes, actor=actor)
        return moves.pairs(first, second, _ladder(choice)), "moved WHERE before = $before AND after = $after"
    question: Asked = asked(day=choice.day, nodes=choice.nodes, actor=actor)
    if choice.kind == "tier":
        return states.graded(question, ladder()), "graded WHERE tier = $tier"
    if choice.kind == "group":
        return states.graded(question), 'graded WHERE "group" = $group'
    if choice.kind == "cell":
        return states.graded(question), "graded WHERE r = $r AND f = $f"
    steps = states.facts_until(question.until)
    steps["reached"] = states.within(states.parsed("SELECT s.customer_id, s.net_amount FROM state AS s"), question)
    return steps, "reached WHERE net_amount >= $least"


def _ladder(choice: Choice) -> Ladder | None:
    return ladder() if choice.by == "tier" else None


def _values(choice: Choice) -> dict[str, Any]:
    names = {
        "moved": ("before", "after"), "tier": ("tier",), "group": ("group",), "cell": ("r", "f"), "worth": ("least",),
    }  # fmt: skip
    return {name: getattr(choice, name) for name in names[choice.kind]}


def _is(attribute: str, op: str, value: Any) -> dict[str, Any]:
    return {"attr": attribute, "op": op, "value": value}
