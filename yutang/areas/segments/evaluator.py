"""From a rule to the people it means, over the lake's index (docs/algorithms/segment-counts.md).

Each condition becomes a table of truth over the different values of the columns it reads, asked of SQL once
(coded.py); then people and facts are only looked up, a range of people after the other (ranges.py).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from yutang.areas.segments import coded, columns, compiler, ranges, rules
from yutang.areas.segments.registry import Fact, Kind, Registry
from yutang.areas.segments.rules import Op
from yutang.lake.index import parts, reading

Array = np.ndarray[Any, np.dtype[Any]]
AT_ONCE = 1 << 18  # rows gathered before they are counted
KEY_BITS = 44  # of a value whose different ones are counted: with a person's place and the sign's bit, 63
KEY_FROM = 1 << 31  # days before 1970 are negative
EPOCH = date(1970, 1, 1).toordinal()
_COMPARE: dict[Op, Callable[[Any, Any], Any]] = {
    Op.EQ: operator.eq, Op.NE: operator.ne, Op.LT: operator.lt, Op.LE: operator.le, Op.GT: operator.gt,
    Op.GE: operator.ge,
}  # fmt: skip


@dataclass(frozen=True)
class Found:
    """People of a snapshot."""

    snapshot: reading.Snapshot
    holds: Array  # bool, by number

    def count(self) -> int:
        return int(np.count_nonzero(self.holds))

    def ids(self) -> Array:
        """Customer ids, ascending."""
        found: Array = self.snapshot.ids[self.holds]
        return found if self.snapshot.is_ordered else np.sort(found)


def people(
    rule: rules.Rule, snapshot: reading.Snapshot, *, registry: Registry, today: date,
    nodes: frozenset[int] | None = None,
) -> Found:  # fmt: skip
    """Everybody of the snapshot who fulfils the rule; `nodes` limits home stores."""
    if nodes is not None:
        rule = rules.All((rule, _at_home(nodes)))
    question = _Question(snapshot, registry, today, rule)
    holds = ranges.truth(snapshot.size, lambda low, high: snapshot.exists[low:high] & question.rule(rule, low, high))
    return Found(snapshot, holds)


def _at_home(nodes: frozenset[int]) -> rules.Rule:
    return rules.Condition("customers.home_node_id", Op.IN, tuple(sorted(nodes))) if nodes else rules.Any()


class _Question:
    """A rule over a snapshot: truth tables and behaviours are worked out first, then ranges of people are asked."""

    def __init__(self, snapshot: reading.Snapshot, registry: Registry, today: date, rule: rules.Rule) -> None:
        self.snapshot = snapshot
        self.registry = registry
        self.today = today
        self.people = columns.People(snapshot, today)
        self.truths: dict[rules.Condition, columns.Truth] = {}
        self.answers: dict[rules.Did, Array] = {}  # bool by number
        self._prepare(rule)

    def _prepare(self, rule: rules.Rule) -> None:
        rule = self._spelt(rule)
        if isinstance(rule, rules.Condition):
            if rule not in self.truths:
                self.truths[rule] = self.people.truth(self.registry.attributes[rule.attribute], rule)
        elif isinstance(rule, rules.Did):
            if rule not in self.answers:
                self.answers[rule] = self.did(rule)
        elif isinstance(rule, rules.Not):
            self._prepare(rule.part)
        elif isinstance(rule, rules.All | rules.Any):
            for part in rule.parts:
                self._prepare(part)

    def _spelt(self, rule: rules.Rule) -> rules.Rule:
        """The same in the terms that are answered directly."""
        if isinstance(rule, rules.InSegment):
            return self._spelt(_limited(rule))
        if isinstance(rule, rules.Condition) and self.registry.attributes[rule.attribute].kind is Kind.CHOICES:
            return columns.of_elements(rule)
        return rule

    def rule(self, rule: rules.Rule, low: int, high: int) -> Array:
        """bool for the people numbered low ≤ n < high."""
        rule = self._spelt(rule)
        if isinstance(rule, rules.Did):
            return self.answers[rule][low:high]
        if isinstance(rule, rules.Condition):
            return self.truths[rule](low, high)
        return _combined(rule, lambda part: self.rule(part, low, high), high - low)

    def did(self, did: rules.Did) -> Array:
        """bool by number, kept for the next rule with the same condition."""
        key = (did, self.today)
        kept = self.snapshot.kept.get(key)
        if isinstance(kept, np.ndarray):
            return np.unpackbits(kept, count=self.snapshot.size).view(np.bool_)
        holds = ranges.truth(self.snapshot.size, _Behaviour(self, did).range)
        self.snapshot.keep(key, np.packbits(holds))
        return holds


def _limited(segment: rules.InSegment) -> rules.Rule:
    """Its rule, within its own part of the organisation."""
    return segment.rule if segment.nodes is None else rules.All((segment.rule, _at_home(frozenset(segment.nodes))))


class _Behaviour:
    """One `did` condition over all parts of its table."""

    def __init__(self, question: _Question, did: rules.Did) -> None:
        self.did = did
        self.size = question.snapshot.size
        self.fact: Fact = question.registry.facts[did.fact]
        self.layout = self.fact.layout()
        found = question.snapshot.facts[did.fact]
        days = rules.days_of(did.within, question.today)
        self.first = None if days.first is None else days.first.toordinal() - EPOCH
        self.last = None if days.last is None else days.last.toordinal() - EPOCH
        self.parts = [part for part in found.parts if self._is_touched(part)]
        self.plans: dict[rules.Condition, coded.Plan] = {}
        for condition in _conditions(did.where) if self.parts else ():
            column = self.fact.column(condition.attribute)
            if column is None:
                raise LookupError(condition.attribute)
            value = compiler.value(column, question.today)
            asked = compiler.truth(column, value, condition, question.today)
            self.plans[condition] = coded.Plan(asked, found.dictionaries)
        self.key, self.no_key = "", None
        if did.count_of is not None:
            self.key = parts.key(did.count_of, self.layout)
            if did.count_of in self.layout.coded and self.parts:
                values = found.dictionaries[did.count_of]
                self.no_key = values.is_null().to_numpy(zero_copy_only=False)

    def _is_touched(self, part: reading.Part) -> bool:
        first, last = part.about.first, part.about.last
        if first is None or last is None:
            return True
        return (self.first is None or last >= self.first) and (self.last is None or first <= self.last)

    def range(self, low: int, high: int) -> Array:
        """bool for the people numbered low ≤ n < high."""
        tally = _Tally(self.did, low, high)
        for part in self.parts:
            for rows in part.rows(low, high):
                self._add(tally, rows)
        return tally.holds()

    def _add(self, tally: _Tally, rows: reading.Rows) -> None:
        chosen = self._chosen(rows)

        def column(name: str) -> Array:
            values = rows.column(name)
            return values if chosen is None else values.take(chosen)

        person = rows.person if chosen is None else rows.person.take(chosen)
        back = (
            column(parts.BACK).view(np.bool_) if rows.part.about.has_reversals and self.did.count is not None else None
        )
        amount = None if self.did.sum_column is None else column(parts.amount(self.did.sum_column))
        if self.did.count_of is not None:
            key = column(self.key)
            tally.add_keys(person, key, self._has_key(key), back)
        if self.did.count_of is None or amount is not None:
            tally.add(person, back if self.did.count_of is None else None, amount)

    def _chosen(self, rows: reading.Rows) -> Array | None:
        """Places of the rows that serve the condition; None: all."""
        about, tests = rows.part.about, []
        if about.first is None or (self.first is not None and about.first < self.first):
            day = rows.column(parts.DAY)
            if self.first is not None or self.last is not None:
                tests.append(day != parts.NO_DAY)
            if self.first is not None:
                tests.append(day >= self.first)
        if self.last is not None and (about.last is None or about.last > self.last):
            tests.append(rows.column(parts.DAY) <= self.last)
        if self.did.where is not None:
            tests.append(self._where(self.did.where, rows))
        if rows.skip is not None and len(rows.skip):
            stays = np.ones(len(rows.person), dtype=np.bool_)
            stays[rows.skip] = False
            tests.append(stays)
        if not tests:
            return None
        found: Array = tests[0]
        for test in tests[1:]:
            found = found & test
        return np.flatnonzero(found)

    def _where(self, rule: rules.Rule, rows: reading.Rows) -> Array:
        if isinstance(rule, rules.Condition):
            return self.plans[rule].truth(lambda name: rows.column(parts.code(name)), len(rows.person))
        return _combined(rule, lambda part: self._where(part, rows), len(rows.person))

    def _has_key(self, key: Array) -> Array | None:
        """A missing value is no value."""
        if self.no_key is not None:
            has: Array = ~self.no_key[key]
            return has
        if key.dtype.kind == "u":
            return None
        found: Array = key != (parts.NO_DAY if self.key == parts.DAY else parts.NO_KEY)
        return found


class _Tally:
    """Counts and sums of the people of a range. Rows are gathered in one place and counted a cacheful at a time."""

    def __init__(self, did: rules.Did, low: int, high: int) -> None:
        self.did = did
        self.low = low
        self.size = high - low
        self._people = np.empty(AT_ONCE, dtype=np.intp)
        self._amounts = np.empty(AT_ONCE if did.sum is not None else 0, dtype=np.float64)
        self._held = 0
        self._backs: list[Array] = []
        self._keys: list[Array] = []
        self._count = np.zeros(self.size, dtype=np.int64)
        # float64 holds whole numbers up to 2⁵³ exactly.
        self._sum = np.zeros(self.size if did.sum is not None else 0, dtype=np.float64)

    def add(self, person: Array, back: Array | None, amount: Array | None) -> None:
        """Rows; `back` says which of them take an earlier one back."""
        done = 0
        while done < len(person):
            step = min(len(person) - done, AT_ONCE - self._held)
            place, rows = slice(self._held, self._held + step), slice(done, done + step)
            np.subtract(person[rows], self.low, out=self._people[place])
            if amount is not None:
                self._amounts[place] = amount[rows]
            self._held += step
            done += step
            if self._held == AT_ONCE:
                self._flush()
        if back is not None:
            self._backs.append(person[back] - self.low)

    def add_keys(self, person: Array, key: Array, has: Array | None, back: Array | None) -> None:
        """One number for each row: person, value, and whether it takes an earlier row back."""
        if len(key) and int(key.max()) >= (1 << KEY_BITS) - KEY_FROM:
            raise ValueError(f"{self.did.count_of} holds numbers that are no ids of a sequence")
        pair = (person - self.low).astype(np.int64)
        pair <<= KEY_BITS
        pair += key
        pair += KEY_FROM
        pair <<= 1
        if back is not None:
            pair += back
        self._keys.append(pair if has is None else pair[has])

    def holds(self) -> Array:
        self._flush()
        found = np.ones(self.size, dtype=np.bool_)
        if self.did.count is not None:
            found &= _compared(self._counted(), self.did.count)
        if self.did.sum is not None:
            found &= _compared(self._sum, self.did.sum)
        return found

    def _flush(self) -> None:
        people = self._people[: self._held]
        if self.did.count is not None and self.did.count_of is None:
            self._count += np.bincount(people, minlength=self.size)
        if self.did.sum is not None:
            self._sum += np.bincount(people, weights=self._amounts[: self._held], minlength=self.size)
        self._held = 0

    def _counted(self) -> Array:
        if self.did.count_of is not None:
            return self._different()
        if self._backs:
            self._count -= 2 * np.bincount(np.concatenate(self._backs), minlength=self.size)
        return self._count

    def _different(self) -> Array:
        """Values of each person with more rows than have been taken back."""
        if not self._keys:
            return self._count
        keys = np.concatenate(self._keys)
        keys.sort()
        pairs = keys >> 1
        starts = np.flatnonzero(np.concatenate([[True], pairs[1:] != pairs[:-1]])) if len(pairs) else np.empty(0, int)
        values = pairs[starts]
        back = (keys & 1).astype(np.bool_)
        if back.any():
            rows = np.diff(starts, append=len(pairs))
            taken = np.add.reduceat(back, starts, dtype=np.int64)
            values = values[rows > 2 * taken]
        return np.bincount(values >> KEY_BITS, minlength=self.size)


def _combined(rule: rules.Rule, inner: Callable[[rules.Rule], Array], size: int) -> Array:
    if isinstance(rule, rules.Not):
        return ~inner(rule.part)
    if not isinstance(rule, rules.All | rules.Any):
        raise TypeError(rule)
    if not rule.parts:
        return np.full(size, isinstance(rule, rules.All))
    found = inner(rule.parts[0])
    for part in rule.parts[1:]:
        found = found & inner(part) if isinstance(rule, rules.All) else found | inner(part)
    return found


def _conditions(rule: rules.Rule | None) -> Iterator[rules.Condition]:
    if isinstance(rule, rules.Condition):
        yield rule
    elif isinstance(rule, rules.Not):
        yield from _conditions(rule.part)
    elif isinstance(rule, rules.All | rules.Any):
        for part in rule.parts:
            yield from _conditions(part)


def _compared(values: Array, comparison: rules.Comparison) -> Array:
    if isinstance(comparison.value, tuple):
        found: Array = (values >= comparison.value[0]) & (values <= comparison.value[1])
    else:
        found = _COMPARE[comparison.op](values, comparison.value)
    return found
