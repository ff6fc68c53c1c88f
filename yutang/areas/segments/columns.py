"""What is known of people, as a snapshot of the index holds it: codes, lists, and what follows from several columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from sqlglot import exp

from yutang.areas.segments import coded, compiler, ranges, rules
from yutang.areas.segments.registry import Attribute
from yutang.areas.segments.rules import Op
from yutang.lake import engine
from yutang.lake.index import reading

Array = np.ndarray[Any, np.dtype[Any]]
Truth = Callable[[int, int], Array]  # bool for the people numbered low ≤ n < high
NUMBER = "customer_id"  # every person has a value of its own: its code is the person's number
OTHER = "other"


@dataclass(frozen=True)
class Derived:
    """A column that was asked of the lake: a code for each number, and the value by code."""

    codes: Array
    values: pa.Array

    @property
    def nbytes(self) -> int:
        return int(self.codes.nbytes + self.values.nbytes)


@dataclass(frozen=True)
class People:
    snapshot: reading.Snapshot
    today: date

    def truth(self, attribute: Attribute, rule: rules.Condition) -> Truth:
        """Whether a condition holds. Of a list only what its single elements say (`of_elements`)."""
        if attribute.expression in self.snapshot.lists:
            return self._listed(attribute, rule)
        value, derived = self._value(attribute)
        plan = self._plan(compiler.truth(attribute, value, rule, self.today), derived)
        return lambda low, high: plan.truth(lambda name: self._codes(name, derived, low, high), high - low)

    def holders(self, attribute: Attribute) -> Iterator[tuple[int, Array]]:
        """Each value of a list, and the numbers of the people who have it."""
        postings = self.snapshot.lists[attribute.expression]
        for place, value in enumerate(postings.values.to_pylist()):
            yield value, postings.people(place)

    def groups(self, attribute: Attribute) -> tuple[Array, pa.Array]:
        """A code by number, and the attribute's value by code; a value may have several codes."""
        value, derived = self._value(attribute)
        plan = self._plan(value, derived)
        if plan.is_plain:
            found = plan.groups(lambda name: self._codes(name, derived, 0, self.snapshot.size), self.snapshot.size)
        else:
            chunks = ranges.each(
                self.snapshot.size,
                lambda low, high: plan.groups(lambda name: self._codes(name, derived, low, high), high - low),
            )
            found = pa.chunked_array(list(chunks)).unify_dictionaries().combine_chunks()
        return found.indices.to_numpy(zero_copy_only=False), found.dictionary

    def _plan(self, expression: exp.Expr, derived: Derived | None) -> coded.Plan:
        names = coded.reads(expression)
        return coded.Plan(expression, {name: self._values(name, derived) for name in names})

    def _values(self, name: str, derived: Derived | None) -> pa.Array:
        if derived is not None:
            return derived.values
        return pa.array(self.snapshot.ids) if name == NUMBER else self.snapshot.dictionaries[name]

    def _codes(self, name: str, derived: Derived | None, low: int, high: int) -> Array:
        if derived is not None:
            return derived.codes[low:high]
        return np.arange(low, high) if name == NUMBER else self.snapshot.people[name][low:high]

    def _value(self, attribute: Attribute) -> tuple[exp.Expr, Derived | None]:
        """The attribute as an expression over columns; one that asks other tables of the lake is asked there once for
        each snapshot and day, and is a column from then on."""
        value = compiler.value(attribute, self.today)
        if value.find(exp.Table) is None:
            return value, None
        qualified = compiler.value(attribute, self.today, compiler.PEOPLE)
        key = qualified.sql()
        derived = self.snapshot.kept.get(key)
        if not isinstance(derived, Derived):
            derived = self._derived(qualified)
            self.snapshot.keep(key, derived)
        return exp.column(OTHER), derived

    def _derived(self, expression: exp.Expr) -> Derived:
        found = engine.query(compiler.values(expression))
        encoded = found.column("value").combine_chunks().dictionary_encode()
        ids, order = self.snapshot.ids, None
        if not self.snapshot.is_ordered:
            order = np.argsort(ids, kind="stable")
            ids = ids[order]
        asked = found.column("customer_id").to_numpy()
        place = np.minimum(np.searchsorted(ids, asked), len(ids) - 1)
        known = ids[place] == asked  # the lake may have somebody newer
        values = pa.concat_arrays([pa.nulls(1, encoded.dictionary.type), encoded.dictionary])
        codes = np.zeros(self.snapshot.size, dtype=np.min_scalar_type(len(values)))  # code 0: missing
        number = place[known] if order is None else order[place[known]]
        codes[number] = 1 + encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)[known]
        return Derived(codes, values)

    def _listed(self, attribute: Attribute, rule: rules.Condition) -> Truth:
        """The condition is asked of lists of one element each; who holds an element that fulfils it, does."""
        postings = self.snapshot.lists[attribute.expression]
        count = len(postings.values)
        singles = pa.ListArray.from_arrays(np.arange(count + 1, dtype=np.int32), postings.values)
        value = compiler.value(attribute, self.today)
        table = pa.table({attribute.expression: singles})
        [truth] = engine.columns([compiler.truth(attribute, value, rule, self.today)], table)
        holders = [postings.people(int(place)) for place in np.flatnonzero(truth.to_numpy(zero_copy_only=False))]

        def some(low: int, high: int) -> Array:
            found = np.zeros(high - low, dtype=np.bool_)
            bounds = np.array([low, high], dtype=np.int32)
            for people in holders:
                first, last = np.searchsorted(people, bounds)
                found[people[first:last] - low] = True
            return found

        return some


def of_elements(rule: rules.Condition) -> rules.Rule:
    """A condition on a list, said of single elements: there is one that …"""
    key, values = rule.attribute, rule.value if isinstance(rule.value, tuple) else ()
    if rule.op is Op.NOT_IN:
        return rules.Not(rules.Condition(key, Op.IN, values))
    if rule.op is Op.HAS_ALL:
        return rules.All(tuple(rules.Condition(key, Op.IN, (value,)) for value in values))
    if rule.op is Op.EMPTY:
        return rules.Not(rules.Condition(key, Op.NOT_EMPTY))
    return rule
