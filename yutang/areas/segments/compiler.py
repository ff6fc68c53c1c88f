"""From a rule to ONE query: a scan of the person snapshot, joined with one aggregate scan per fact table.

All `did` conditions of a table share its scan: each becomes one or two conditional aggregates per person, and rows that
serve none of them are filtered before grouping, by time first, so that Parquet files and row groups are skipped. Where
different values are counted (orders, days), the scan groups by (person, value) first: an order whose lines have all
been taken back counts 0. Every value is a literal of the expression tree, none is ever formatted into text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from sqlglot import exp, parse_one

from yutang.areas.segments import rules
from yutang.areas.segments.registry import Attribute, Fact, Kind, Registry
from yutang.areas.segments.rules import Op
from yutang.lake.tables import PERSON

PEOPLE = "p"  # alias of the person snapshot
_COMPARE: dict[Op, type[exp.Binary]] = {
    Op.EQ: exp.EQ, Op.NE: exp.NEQ, Op.LT: exp.LT, Op.LE: exp.LTE, Op.GT: exp.GT, Op.GE: exp.GTE,
}  # fmt: skip


def people(rule: rules.Rule, *, registry: Registry, today: date, nodes: frozenset[int] | None = None) -> exp.Select:
    """`SELECT … FROM customers.person AS p … WHERE rule`; add the columns you want. `nodes` limits home stores."""
    compiler = _Compiler(registry, today, rule)
    condition = compiler.rule(rule)
    query = _everybody()
    for scan in compiler.scans.values():
        on = exp.EQ(this=_column("customer_id", scan.alias), expression=_column("customer_id", PEOPLE))
        query = query.join(scan.select(today).subquery(scan.alias), on=on, join_type="left", copy=False)
    if not isinstance(condition, exp.Boolean) or condition == exp.false():
        query = query.where(condition, copy=False)
    if nodes is not None:
        query = query.where(_within_nodes(nodes), copy=False)
    return query


def count(query: exp.Select) -> exp.Select:
    return query.select(exp.alias_(exp.Count(this=exp.Star()), "people"))


def ids(query: exp.Select) -> exp.Select:
    return query.select(_column("customer_id", PEOPLE))


@dataclass
class _Wanted:
    """One `did` condition inside its table's scan."""

    did: rules.Did
    row: exp.Expr | None  # which rows serve it, window included; None: all
    count: str  # names of its aggregates
    sum: str


@dataclass
class _Scan:
    fact: Fact
    alias: str
    distinct: str | None  # the column whose different values are counted
    wanted: list[_Wanted] = field(default_factory=list)

    def select(self, today: date) -> exp.Select:
        query = exp.Select().from_(exp.alias_(exp.to_table(self.fact.key), "f", table=True))
        for condition in self._filters(today):
            query = query.where(condition, copy=False)
        person = _column("customer_id", "f")
        keys = [person] if self.distinct is None else [person, exp.alias_(_column(self.distinct, "f"), "part")]
        query = query.select(*keys, copy=False).group_by(person.copy(), copy=False)
        if self.distinct is not None:
            query = query.group_by(_column(self.distinct, "f"), copy=False)
        for wanted in self.wanted:
            # With one condition the filter has done the choosing already.
            row = wanted.row if len(self.wanted) > 1 else None
            if wanted.did.count is not None:
                query = query.select(exp.alias_(self._rows(row), wanted.count), copy=False)
            if wanted.did.sum_column is not None:
                amount = exp.Sum(this=_if(row, _column(wanted.did.sum_column, "f")))
                query = query.select(exp.alias_(amount, wanted.sum), copy=False)
        return query if self.distinct is None else self._per_person(query)

    def _per_person(self, inner: exp.Select) -> exp.Select:
        """Groups (person, value) folded to people: values that still count, and sums of everything."""
        query = exp.Select().from_(inner.subquery("f")).select(_column("customer_id", "f"))
        for wanted in self.wanted:
            if wanted.did.count is not None:
                query = query.select(exp.alias_(self._folded(wanted), wanted.count), copy=False)
            if wanted.did.sum_column is not None:
                query = query.select(exp.alias_(exp.Sum(this=_column(wanted.sum, "f")), wanted.sum), copy=False)
        return query.group_by(_column("customer_id", "f"), copy=False)

    def _folded(self, wanted: _Wanted) -> exp.Expr:
        if wanted.did.count_of is None:
            return exp.Sum(this=_column(wanted.count, "f"))
        lives = exp.GT(this=_column(wanted.count, "f"), expression=exp.convert(0))
        # A NULL is no value: it is not counted, as COUNT(DISTINCT …) would not.
        return exp.CountIf(this=exp.and_(lives, _not_null(_column("part", "f"))))

    def _rows(self, row: exp.Expr | None) -> exp.Expr:
        """Rows minus those that take an earlier one back."""
        if not self.fact.reversal:
            return exp.Count(this=exp.Star()) if row is None else exp.CountIf(this=row.copy())
        back = exp.Case().when(_column(self.fact.reversal, "f"), exp.convert(-1)).else_(exp.convert(1))
        return exp.Sum(this=_if(row, back))

    def _filters(self, today: date) -> list[exp.Expr]:
        """Known people only; the time that all windows cover; then rows that serve at least one condition."""
        found: list[exp.Expr] = [_not_null(_column("customer_id", "f"))]
        spans = [rules.days_of(wanted.did.within, today) for wanted in self.wanted]
        first = min((s.first for s in spans if s.first), default=None) if all(s.first for s in spans) else None
        last = max((s.last for s in spans if s.last), default=None) if all(s.last for s in spans) else None
        rows = [wanted.row for wanted in self.wanted]
        if len(rows) > 1:
            found += _in_days(self.fact, rules.Days(first, last))
        if all(row is not None for row in rows):
            found.append(exp.or_(*(row.copy() for row in rows if row is not None)))
        return found


class _Compiler:
    def __init__(self, registry: Registry, today: date, rule: rules.Rule) -> None:
        self.registry = registry
        self.today = today
        self.scans: dict[tuple[str, str | None], _Scan] = {}
        # Conditions that count no different values ride along with one of those that do.
        self.rides_with = {did.fact: did.count_of for did in rules.dids(rule) if did.count_of is not None}

    def rule(self, rule: rules.Rule, negated: bool = False) -> exp.Expr:
        """Boolean over people, or its opposite: `not` is carried down to the conditions, which know what a missing
        value means. So a NULL only ever stands for false, and WHERE drops it all the same."""
        if isinstance(rule, rules.Condition):
            attribute = self.registry.attributes[rule.attribute]
            return _condition(attribute, _sql(attribute, PEOPLE, self.today), rule, self.today, negated)
        if isinstance(rule, rules.Did):
            return exp.Not(this=exp.Paren(this=self.did(rule))) if negated else self.did(rule)
        if isinstance(rule, rules.InSegment):
            inside = self.rule(rule.rule, negated)
            if rule.nodes is None:
                return inside
            nodes = _within_nodes(frozenset(rule.nodes))
            return exp.or_(inside, exp.Not(this=nodes)) if negated else exp.and_(inside, nodes)
        return _combined(rule, self.rule, negated)

    def did(self, did: rules.Did) -> exp.Expr:
        scan = self.scan(did)
        comparisons: list[exp.Expr] = []
        wanted = next((w for w in scan.wanted if w.did == did), None)
        if wanted is None:
            number = len(scan.wanted)
            row = self.row(scan.fact, did)
            wanted = _Wanted(did, row, f"c{number}", f"s{number}")
            scan.wanted.append(wanted)
        # Who has no such fact has a count and a sum of 0.
        if did.count is not None:
            comparisons.append(_compared(_zero(_column(wanted.count, scan.alias)), did.count.op, did.count.value))
        if did.sum is not None:
            comparisons.append(_compared(_zero(_column(wanted.sum, scan.alias)), did.sum.op, did.sum.value))
        return exp.and_(*comparisons)

    def scan(self, did: rules.Did) -> _Scan:
        """The table's scan. Only a rule that counts two kinds of values of one table (orders and days) needs two."""
        key = (did.fact, did.count_of or self.rides_with.get(did.fact))
        if key not in self.scans:
            self.scans[key] = _Scan(self.registry.facts[did.fact], f"f{len(self.scans)}", key[1])
        return self.scans[key]

    def row(self, fact: Fact, did: rules.Did) -> exp.Expr | None:
        found = _in_days(fact, rules.days_of(did.within, self.today))
        if did.where is not None:
            found.append(self.where(did.where, fact))
        return exp.and_(*found) if found else None

    def where(self, rule: rules.Rule, fact: Fact, negated: bool = False) -> exp.Expr:
        if isinstance(rule, rules.Condition):
            column = fact.column(rule.attribute)
            if column is None:
                raise LookupError(rule.attribute)
            value = _sql(column, "f", self.today)
            if column.is_signed and fact.reversal:
                # A row that takes a line back must be found by the same condition as the line itself.
                value = exp.Case().when(_column(fact.reversal, "f"), exp.Neg(this=value.copy())).else_(value)
            return _condition(column, value, rule, self.today, negated)
        return _combined(rule, lambda part, turned: self.where(part, fact, turned), negated)


def _combined(rule: rules.Rule, inner: Callable[[rules.Rule, bool], exp.Expr], negated: bool) -> exp.Expr:
    if isinstance(rule, rules.Not):
        return inner(rule.part, not negated)
    if not isinstance(rule, rules.All | rules.Any):
        raise TypeError(rule)
    is_all = isinstance(rule, rules.All) != negated
    if not rule.parts:
        return exp.true() if is_all else exp.false()
    parts = [inner(part, negated) for part in rule.parts]
    return exp.and_(*parts) if is_all else exp.or_(*parts)


def values(expression: exp.Expr) -> exp.Select:
    """Rows (customer_id, value) of everybody, of an expression over the person snapshot."""
    return _everybody().select(_column("customer_id", PEOPLE), exp.alias_(expression, "value"))


def _everybody() -> exp.Select:
    return exp.Select().from_(exp.alias_(exp.to_table(PERSON), PEOPLE, table=True))


def value(attribute: Attribute, today: date, table: str = "") -> exp.Expr:
    """The attribute itself, for a row with the columns it reads."""
    return _sql(attribute, table, today)


def truth(attribute: Attribute, value: exp.Expr, rule: rules.Condition, today: date) -> exp.Expr:
    """Whether a condition holds where the attribute is `value`; never NULL."""
    return exp.Coalesce(this=_asked(attribute, value, rule.op, rule.value, today), expressions=[exp.false()])


_OPPOSITE = {
    Op.NE: Op.EQ, Op.EQ: Op.NE, Op.IN: Op.NOT_IN, Op.NOT_IN: Op.IN, Op.EMPTY: Op.NOT_EMPTY, Op.NOT_EMPTY: Op.EMPTY,
}  # fmt: skip


def _condition(attribute: Attribute, value: exp.Expr, rule: rules.Condition, today: date, negated: bool) -> exp.Expr:
    if not negated:
        return _asked(attribute, value, rule.op, rule.value, today)
    if rule.op in _OPPOSITE:
        return _asked(attribute, value, _OPPOSITE[rule.op], rule.value, today)
    return _or_null(exp.Not(this=exp.Paren(this=_asked(attribute, value, rule.op, rule.value, today))), value)


def _asked(attribute: Attribute, value: exp.Expr, op: Op, wanted: rules.Value, today: date) -> exp.Expr:
    """The condition; a missing value makes it NULL, except where it fulfils it."""
    is_text = attribute.kind is Kind.TEXT or (attribute.kind is Kind.CHOICE and not attribute.is_numbered)
    if op in (Op.EMPTY, Op.NOT_EMPTY):
        missing: exp.Expr = exp.Is(this=value, expression=exp.Null())
        if is_text:
            missing = exp.Paren(this=exp.or_(missing, exp.EQ(this=value.copy(), expression=exp.Literal.string(""))))
        return missing if op is Op.EMPTY else exp.Not(this=missing)
    if attribute.kind is Kind.CHOICES and isinstance(wanted, tuple):
        different = tuple(dict.fromkeys(wanted))
        listed = exp.Array(expressions=[exp.convert(v) for v in different])
        # An intersection holds every value once; engines differ in operators for lists, and agree on this.
        shared = exp.ArraySize(this=exp.ArrayIntersect(expressions=[value, listed]))
        if op is Op.HAS_ALL:
            return exp.EQ(this=shared, expression=exp.convert(len(different)))
        if op is Op.NOT_IN:
            return _or_null(exp.EQ(this=shared, expression=exp.convert(0)), value)
        return exp.GT(this=shared, expression=exp.convert(0))
    if op in (Op.IN, Op.NOT_IN) and isinstance(wanted, tuple):
        found: exp.Expr = exp.In(this=value, expressions=[exp.convert(v) for v in wanted])
        return found if op is Op.IN else _or_null(exp.Not(this=found), value)
    if op is Op.NE:
        return _or_null(exp.NEQ(this=value, expression=exp.convert(wanted)), value)
    if op is Op.CONTAINS:
        place = exp.StrPosition(this=value, substr=exp.convert(wanted))
        return exp.GT(this=place, expression=exp.convert(0))
    if op is Op.STARTS_WITH:
        return exp.StartsWith(this=value, expression=exp.convert(wanted))
    if op is Op.WITHIN_LAST and isinstance(wanted, int):
        days = rules.days_of(rules.LastDays(wanted), today)
        return exp.Between(this=value, low=exp.convert(days.first), high=exp.convert(days.last))
    if op is Op.MONTH_IS and isinstance(wanted, tuple):
        month = exp.Extract(this=exp.var("MONTH"), expression=value)
        return exp.In(this=month, expressions=[exp.convert(m) for m in wanted])
    return _compared(value, op, wanted)


def _compared(value: exp.Expr, op: Op, wanted: rules.Value) -> exp.Expr:
    if op is Op.BETWEEN and isinstance(wanted, tuple):
        return exp.Between(this=value, low=exp.convert(wanted[0]), high=exp.convert(wanted[1]))
    return _COMPARE[op](this=value, expression=exp.convert(wanted))


@lru_cache(maxsize=512)
def _parsed(sql: str) -> exp.Expr:
    return parse_one(sql, dialect="duckdb")


def _sql(attribute: Attribute, table: str, today: date) -> exp.Expr:
    """The attribute's expression, its columns qualified, its `:today` filled in."""
    if attribute.derive is None:
        return _same_all_day(attribute, table, today).copy()
    return _filled(attribute.derive(), table, today)


@lru_cache(maxsize=512)
def _same_all_day(attribute: Attribute, table: str, today: date) -> exp.Expr:
    return _filled(_parsed(attribute.expression_on(today)), table, today)


def _filled(made: exp.Expr, table: str, today: date) -> exp.Expr:
    def filled(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Placeholder) and node.name == "today":
            return exp.convert(today)
        # A derived expression may ask another table; its columns are qualified already.
        return _column(node.name, table) if isinstance(node, exp.Column) and not node.table else node

    made = made.transform(filled)
    return made if isinstance(made, exp.Column) else exp.Paren(this=made)


def _in_days(fact: Fact, days: rules.Days) -> list[exp.Expr]:
    day = _column(fact.day, "f")
    found: list[exp.Expr] = []
    if days.first is not None:
        found.append(exp.GTE(this=day, expression=exp.convert(days.first)))
    if days.last is not None:
        found.append(exp.LTE(this=day.copy(), expression=exp.convert(days.last)))
    return found


def _within_nodes(nodes: frozenset[int]) -> exp.Expr:
    if not nodes:
        return exp.false()
    home = _column("home_node_id", PEOPLE)
    return exp.In(this=home, expressions=[exp.convert(node) for node in sorted(nodes)])


def _column(name: str, table: str) -> exp.Column:
    return exp.column(name, table=table or None)


def _if(row: exp.Expr | None, value: exp.Expr) -> exp.Expr:
    return value if row is None else exp.Case().when(row.copy(), value)


def _zero(value: exp.Expr) -> exp.Expr:
    return exp.Coalesce(this=value, expressions=[exp.convert(0)])


def _not_null(value: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Is(this=value, expression=exp.Null()))


def _or_null(condition: exp.Expr, value: exp.Expr) -> exp.Expr:
    return exp.Paren(this=exp.or_(condition, exp.Is(this=value.copy(), expression=exp.Null())))
