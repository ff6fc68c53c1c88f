"""What people of a rule are like beside everybody: counts by attribute, for charts that narrow a rule and to compare.

Every attribute becomes a few groups, by its different values: the most frequent texts, the choices, ranges of numbers.
Each group carries the condition that means it, so a click on its bar can go into the rule. Counted from the index in
one pass over the codes of a column.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from django.utils.translation import gettext

from yutang.areas.segments import compiler, evaluator, queries
from yutang.areas.segments.registry import REGISTRY, Attribute, Kind
from yutang.areas.segments.rules import Op
from yutang.areas.segments.sentences import Values
from yutang.lake import engine
from yutang.lake.index import reading

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yutang.core.access import Actor

Array = np.ndarray[Any, np.dtype[Any]]
MOST = 8  # groups of texts and choices; the rest is one that cannot be clicked
RANGES = 5
NUMERIC = (Kind.INT, Kind.MONEY)


@dataclass(frozen=True)
class Group:
    """`condition` is None for the rest. `counts`: of the people asked, in the order of the rules given."""

    label: str
    condition: dict[str, Any] | None
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Profile:
    """One attribute. `difference` is the total variation distance between the first two: 0 the same, 1 nothing shared
    (half the sum of |share − share|)."""

    key: str
    label: str
    groups: tuple[Group, ...]
    difference: float


def of(
    rules_: Iterable[Any], *, actor: Actor, currency: str, keys: Iterable[str] | None = None
) -> list[Profile] | None:
    """Profiles of the people of each rule, within the actor's reach; None while there is no index.

    `keys` chooses attributes and their order; by default all that can be grouped, the greatest difference first.
    """
    snapshot = reading.snapshot(actor.merchant_id)
    if snapshot is None:
        return None
    today = queries.today(actor)
    reach = actor.nodes(queries.VIEW)
    asked = [
        evaluator.people(
            queries.parse(raw, actor=actor), snapshot, registry=REGISTRY, today=today, nodes=reach
        ).holds
        for raw in rules_
    ]  # fmt: skip
    values = Values(currency)
    wanted = REGISTRY.attributes.values() if keys is None else [REGISTRY.attributes[key] for key in keys]
    found = [
        _profile(attribute, snapshot, asked, today, values)
        for attribute in wanted
        # Days are charted as the numbers derived from them: age, days since.
        # Of a list somebody has several values, and shares would not add up.
        if attribute.is_charted and attribute.kind not in (Kind.DATE, Kind.CHOICES)
    ]
    return found if keys is not None else sorted(found, key=lambda profile: -profile.difference)


def _profile(
    attribute: Attribute,
    snapshot: reading.Snapshot,
    asked: list[Array],
    today: date,
    values: Values,
) -> Profile:
    codes, of_code = columns.People(snapshot, today).groups(attribute)
    per_code = [np.bincount(codes[holds], minlength=len(of_code)) for holds in asked]
    cut = _ranges if attribute.kind in NUMERIC else _values
    groups = cut(attribute, of_code, per_code, values)
    return Profile(attribute.key, gettext(attribute.label), tuple(groups), _difference(groups))


def _values(attribute: Attribute, of_code: pa.Array, per_code: list[Array], values: Values) -> list[Group]:
    """The most frequent values by all that were asked, then the rest and the missing."""
    encoded = of_code.dictionary_encode()
    place = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    different = encoded.dictionary.to_pylist()
    missing = np.array([*(value == "" for value in different), True])  # the last: null
    place = np.where(place < 0, len(different), place)
    counts = [np.bincount(place, weights=of, minlength=len(missing)).astype(int) for of in per_code]
    everybody = np.sum(counts, axis=0)
    order = [n for n in np.argsort(-everybody, kind="stable").tolist() if not missing[n] and everybody[n]]
    groups = [
        Group(
            values.shown(attribute, different[n]),
            {"attr": attribute.key, "op": str(Op.EQ), "value": different[n]},
            tuple(int(of[n]) for of in counts),
        )
        for n in order[:MOST]
    ]
    if rest := order[MOST:]:
        groups.append(Group(gettext("Others"), None, tuple(int(of[rest].sum()) for of in counts)))
    return groups + _nobody(attribute, tuple(int(of[missing].sum()) for of in counts))


def _ranges(attribute: Attribute, of_code: pa.Array, per_code: list[Array], values: Values) -> list[Group]:
    """Ranges of about as many people each, by all that were asked; bounds are values that occur."""
    missing = of_code.is_null().to_numpy(zero_copy_only=False)
    number = of_code.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    people = np.sum(per_code, axis=0)
    order = np.argsort(number, kind="stable")
    order = order[~missing[order] & (people[order] > 0)]
    groups = []
    if len(order):
        share = np.cumsum(people[order]) / people[order].sum()
        ends = np.searchsorted(share, np.arange(1, RANGES) / RANGES)
        lows = np.unique(number[order][np.concatenate([[0], np.minimum(ends + 1, len(order) - 1)])])
        lows[0] = number[order][0]
        highs = np.append(lows[1:] - 1, number[order][-1])
        for low, high in zip(lows.tolist(), highs.tolist(), strict=True):
            inside = ~missing & (number >= low) & (number <= high)
            label = values.shown(attribute, low)
            if high > low:
                label = f"{label} – {values.shown(attribute, high)}"
            condition = {"attr": attribute.key, "op": str(Op.BETWEEN), "value": [low, high]}
            groups.append(Group(label, condition, tuple(int(of[inside].sum()) for of in per_code)))
    return groups + _nobody(attribute, tuple(int(of[missing].sum()) for of in per_code))


def _nobody(attribute: Attribute, counts: tuple[int, ...]) -> list[Group]:
    """People of whom it is not known."""
    if not any(counts):
        return []
    return [Group(gettext("Not known"), {"attr": attribute.key, "op": str(Op.EMPTY)}, counts)]


def _difference(groups: list[Group]) -> float:
    if len(groups) < 2 or len(groups[0].counts) < 2:
        return 0.0
    counts = np.array([group.counts[:2] for group in groups], dtype=float)
    totals = counts.sum(axis=0)
    if not totals.all():
        return 0.0
    shares = counts / totals
    return float(np.abs(shares[:, 0] - shares[:, 1]).sum() / 2)
