"""From a rule to the people it means, over the lake's index (docs/algorithms/segment-counts.md).

Each condition becomes a table of truth over the different values of its column, asked of SQL once; then people and
facts are only looked up. The work is cut into ranges of people, small enough for the processor's cache, which
two threads share: the numeric kernels run without Python's lock.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa

from yutang.areas.segments import compiler, rules
from yutang.areas.segments.registry import Attribute, Fact, Registry
from yutang.areas.segments.rules import Op
from yutang.lake import engine
from yutang.lake.index import parts, reading

Array = np.ndarray[Any, np.dtype[Any]]
RANGE = 1 << 18  # people looked at together
THREADS = 2
AT_ONCE = 1 << 20  # rows gathered before they are counted
KEPT_BYTES = 64 * 2**20  # answers of single conditions that a process keeps of a snapshot
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
    question = _Question(snapshot, registry, today)
    if nodes is not None:
        rule = rules.All((rule, _at_home(nodes)))
    for did in dict.fromkeys(rules.dids(rule)):
        question.did(did)
    holds = snapshot.exists & question.rule(rule)
    return Found(snapshot, holds)


def _at_home(nodes: frozenset[int]) -> rules.Rule:
    return rules.Condition("customers.home_node_id", Op.IN, tuple(sorted(nodes))) if nodes else rules.Any()


@dataclass
class _Question:
    snapshot: reading.Snapshot
    registry: Registry
    today: date
    answers: dict[rules.Did, Array] = field(default_factory=dict)

    # -- people --------------------------------------------------------------------------------------------------

    def rule(self, rule: rules.Rule) -> Array:
        """bool by number."""
        if isinstance(rule, rules.Condition):
            attribute = self.registry.attributes[rule.attribute]
            truth = self.truth(attribute, rule, self.snapshot.dictionaries[attribute.column])
            return truth[self.snapshot.people[attribute.column]]
        if isinstance(rule, rules.Did):
            return self.answers[rule]
        if isinstance(rule, rules.InSegment):
            limit = () if rule.nodes is None else (_at_home(frozenset(rule.nodes)),)
            return self.rule(rules.All((rule.rule, *limit)))
        return _combined(rule, self.rule, self.snapshot.size)

    def truth(self, attribute: Attribute, rule: rules.Condition, values: pa.Array) -> Array:
        """Whether the condition holds for each value of a dictionary."""
        rows = pa.table({attribute.column: values})
        found: Array = engine.compute(compiler.truth(attribute, rule, self.today), rows).to_numpy()
        return found

    # -- what they did -------------------------------------------------------------------------------------------

    def did(self, did: rules.Did) -> None:
        key = (did, self.today)
        kept = self.snapshot.kept
        if key in kept:
            self.answers[did] = np.unpackbits(kept[key], count=self.snapshot.size).view(np.bool_)
            return
        holds = _Behaviour(self, did).holds()
        self.answers[did] = holds
        while len(kept) and (len(kept) + 1) * len(holds) // 8 > KEPT_BYTES:
            kept.pop(next(iter(kept), None), None)
        kept[key] = np.packbits(holds)


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
        self.truths: dict[rules.Condition, tuple[str, Array]] = {}
        for condition in _conditions(did.where) if self.parts else ():
            column = self.fact.column(condition.attribute)
            if column is None:
                raise LookupError(condition.attribute)
            values = found.dictionaries[column.column]
            self.truths[condition] = (parts.code(column.column), question.truth(column, condition, values))
        self.key, self.no_key = "", None
        if did.count_of is not None:
            self.key = parts.key(did.count_of, self.layout)
            if did.count_of in self.layout.coded and self.parts:
                values = found.dictionaries[did.count_of]
                self.no_key = values.is_null().to_numpy(zero_copy_only=False)

    def holds(self) -> Array:
        """bool by number."""
        holds = np.empty(self.size, dtype=np.bool_)

        def answer(low: int) -> None:
            high = min(low + RANGE, self.size)
            holds[low:high] = self._range(low, high)

        starts = range(0, self.size, RANGE)
        if len(starts) == 1:
            answer(0)
        else:
            list(_threads().map(answer, starts))
        return holds

    def _is_touched(self, part: reading.Part) -> bool:
        first, last = part.about.first, part.about.last
        if first is None or last is None:
            return True
        return (self.first is None or last >= self.first) and (self.last is None or first <= self.last)

    def _range(self, low: int, high: int) -> Array:
        tally = _Tally(self.did, high - low)
        for part in self.parts:
            for rows in part.rows(low, high):
                self._add(tally, rows, low)
        return tally.holds()

    def _add(self, tally: _Tally, rows: reading.Rows, low: int) -> None:
        chosen = self._chosen(rows)

        def column(name: str) -> Array:
            values = rows.column(name)
            return values if chosen is None else values[chosen]

        person = (rows.person if chosen is None else rows.person[chosen]) - np.int32(low)
        back = column(parts.BACK).view(np.bool_) if rows.part.about.has_reversals else None
        if self.did.count_of is not None and self.did.count is not None:
            key = column(self.key)
            tally.add_keys(person, key, self._has_key(key), back)
        elif self.did.count is not None:
            tally.add(person, back)
        if self.did.sum_column is not None:
            tally.add_amounts(person, column(parts.amount(self.did.sum_column)))

    def _chosen(self, rows: reading.Rows) -> Array | None:
        """Which rows serve the condition; None: all."""
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
        return found

    def _where(self, rule: rules.Rule, rows: reading.Rows) -> Array:
        if isinstance(rule, rules.Condition):
            column, truth = self.truths[rule]
            return truth[rows.column(column)]
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


@dataclass
class _Tally:
    """Counts and sums of the people of a range."""

    did: rules.Did
    size: int
    _people: list[Array] = field(default_factory=list)
    _backs: list[Array] = field(default_factory=list)
    _keys: list[Array] = field(default_factory=list)
    _amounts: list[tuple[Array, Array]] = field(default_factory=list)
    _held: int = 0
    _count: Array | None = None
    _sum: Array | None = None

    def add(self, person: Array, back: Array | None) -> None:
        self._people.append(person)
        if back is not None:
            self._backs.append(person[back])
        self._gathered(len(person))

    def add_keys(self, person: Array, key: Array, has: Array | None, back: Array | None) -> None:
        """One number for each row: person, value, and whether it takes an earlier row back."""
        if len(key) and int(key.max()) >= (1 << KEY_BITS) - KEY_FROM:
            raise ValueError(f"{self.did.count_of} holds numbers that are no ids of a sequence")
        pair = (person.astype(np.int64) << KEY_BITS + 1) + ((key.astype(np.int64) + KEY_FROM) << 1)
        if back is not None:
            pair += back
        self._keys.append(pair if has is None else pair[has])

    def add_amounts(self, person: Array, amount: Array) -> None:
        self._amounts.append((person, amount))
        self._gathered(len(person))

    def holds(self) -> Array:
        self._flush()
        found = np.ones(self.size, dtype=np.bool_)
        if self.did.count is not None:
            count = self._different() if self.did.count_of is not None else self._count
            found &= _compared(_or_zeros(count, self.size), self.did.count)
        if self.did.sum is not None:
            found &= _compared(_or_zeros(self._sum, self.size), self.did.sum)
        return found

    def _gathered(self, rows: int) -> None:
        self._held += rows
        if self._held >= AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        if self._people:
            count = np.bincount(np.concatenate(self._people), minlength=self.size)
            if self._backs:
                count -= 2 * np.bincount(np.concatenate(self._backs), minlength=self.size)
            self._count = count if self._count is None else self._count + count
        if self._amounts:
            people, amounts = (np.concatenate(some) for some in zip(*self._amounts, strict=True))
            # float64 holds whole numbers up to 2⁵³ exactly.
            total = np.bincount(people, weights=amounts, minlength=self.size)
            self._sum = total if self._sum is None else self._sum + total
        self._people, self._backs, self._amounts, self._held = [], [], [], 0

    def _different(self) -> Array | None:
        """Values of each person with more rows than have been taken back."""
        if not self._keys:
            return None
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


def _or_zeros(values: Array | None, size: int) -> Array:
    return np.zeros(size, dtype=np.int64) if values is None else values


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="segments")
