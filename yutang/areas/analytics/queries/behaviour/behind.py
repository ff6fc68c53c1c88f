"""The people behind a figure: how many, a page of those who are known, and the rule that keeps them.

Visitors who are not known count in figures but have no name, no page and no place in a segment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlglot import parse_one

from yutang.areas.analytics import views
from yutang.areas.analytics.errors import NobodyKnown, TooManyToKeep
from yutang.areas.analytics.queries.behaviour import steps
from yutang.areas.grades import queries as grades
from yutang.areas.segments.parser import MAX_VALUES

if TYPE_CHECKING:
    from yutang.areas.analytics.queries.behaviour.steps import Asked, Step

_ONCE = "MATERIALIZED"
Rule = dict[str, Any]
_KNOWN = """
    SELECT DISTINCT b.customer_id
    FROM behind AS b
    JOIN (
        SELECT COALESCE(m.customer_id, p.customer_id) AS customer_id FROM customers.person AS p
        LEFT JOIN redirect_people AS m ON m.source = p.customer_id
    ) AS p ON p.customer_id = b.customer_id
"""


@dataclass(frozen=True)
class Behind:
    """`steps` are common table expressions in their order, `where` what follows FROM. `rule` says the same in the
    language of segments, where it can."""

    asked: Asked
    steps: dict[str, str]
    where: str
    values: dict[str, Any] = field(default_factory=dict)
    rule: Rule | None = None


@dataclass(frozen=True)
class Counted:
    people: int
    known: int

    @property
    def unknown(self) -> int:
        return self.people - self.known

    @property
    def is_too_long(self) -> bool:
        """A list by numbers could not hold them."""
        return self.known > MAX_VALUES


def once(part: str) -> str:
    """A step that several others read: computed once, whatever the engine would choose."""
    return f"{_ONCE} ({part})"


def composed(parts: dict[str, str], select: str) -> str:
    ctes = ", ".join(f"{name} AS {part if part.startswith(_ONCE) else f'({part})'}" for name, part in parts.items())
    return f"WITH {ctes} {select}"


def count(found: Behind) -> Counted:
    select = "SELECT (SELECT COUNT(DISTINCT customer_id) FROM behind) AS people, (SELECT COUNT(*) FROM known) AS known"
    row = steps.ask(composed(_parts(found), select), found.asked, found.values).to_pylist()[0]
    return Counted(row["people"], row["known"])


def ids(found: Behind, *, after: int = 0, limit: int = 50) -> list[int]:
    """A page of the known by ascending number."""
    select = "SELECT customer_id FROM known WHERE customer_id > $beyond ORDER BY customer_id LIMIT $size"
    values = {**found.values, "beyond": after, "size": limit}
    rows = steps.ask(composed(_parts(found), select), found.asked, values)
    return [int(pk) for pk in rows.column("customer_id").to_pylist()]


def sql(found: Behind) -> str:
    """The question for the people, as it is asked of the lake; `$names` are bound values."""
    tree = parse_one(composed(found.steps, f"SELECT DISTINCT customer_id FROM {found.where}"), dialect=views.DIALECT)  # noqa: S608
    return str(tree.sql(dialect=views.DIALECT, pretty=True))


def kept_rule(found: Behind) -> Rule:
    """A rule for the known: the same question where rules can ask it, else their numbers as they are now."""
    if found.rule is not None:
        return found.rule
    people = ids(found, limit=MAX_VALUES + 1)
    if not people:
        raise NobodyKnown
    if len(people) > MAX_VALUES:
        raise TooManyToKeep(people=count(found).known, limit=MAX_VALUES)
    return grades.numbered(people)


def _parts(found: Behind) -> dict[str, str]:
    behind = f"SELECT DISTINCT customer_id FROM {found.where}"  # noqa: S608  our own names; values are bound
    return {**found.steps, "behind": behind, "known": _KNOWN}


# -- rules ---------------------------------------------------------------------------------------------------------


def did(step: Step, asked: Asked, *, count: Rule | None = None, by_days: bool = False) -> Rule:
    """“Did this in the period” as a rule. Purchases are no rows of interactions: ask `Step`s other than these."""
    wanted = {"attr": "kind", "op": "=", "value": step.kind}
    if not step.kind:
        wanted = {"attr": "kind", "op": "!=", "value": steps.TECHNICAL}
    return _did([wanted, *_narrowed(step)], asked, count, by_days=by_days)


def did_one_of(kinds: list[str], asked: Asked) -> Rule:
    return _did([{"attr": "kind", "op": "in", "value": kinds}], asked, None)


def within_reach(rule: Rule, asked: Asked) -> Rule:
    if asked.nodes is None:
        return rule
    return {"all": [rule, {"attr": "customers.home_node_id", "op": "in", "value": list(asked.nodes)}]}


def _did(conditions: list[Rule], asked: Asked, count: Rule | None, *, by_days: bool = False) -> Rule:
    given = {"channel": asked.channel, "source": asked.source}
    conditions += [{"attr": name, "op": "=", "value": value} for name, value in given.items() if value]
    found: Rule = {
        "did": "interactions.event",
        "where": conditions[0] if len(conditions) == 1 else {"all": conditions},
        "within": {"from": asked.since.isoformat(), "to": asked.until.isoformat()},
    }
    if count is not None:
        found["count"] = count
    if by_days:
        found["count_of"] = "occurred_on"
    return found


def _narrowed(step: Step) -> list[Rule]:
    page = [{"attr": "page", "op": "contains", "value": step.page}] if step.page else []
    item = [{"attr": "item", "op": "=", "value": step.item}] if step.item else []
    return page + item
