"""What people of a rule are like beside everybody: counts by attribute, for charts that narrow a rule and to compare.

Every attribute becomes a few groups, by its different values: the most frequent texts, the choices, ranges of numbers.
Each group carries the condition that means it, so a click on its bar can go into the rule. Counted from the index in
one pass over the codes of a column.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from django.utils.translation import gettext

from yutang.areas.segments import columns, evaluator, queries
from yutang.areas.segments.registry import REGISTRY, Attribute, Kind
from yutang.areas.segments.rules import Op
from yutang.areas.segments.sentences import Values
from yutang.lake.index import reading

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

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
    """One attribute. `totals`: the people of each rule, of whom a group's count is a share. `difference` is the total
    variation distance between the first two: 0 the same, 1 nothing shared (half the sum of |share − share|).

    Of a list somebody has several values (`is_list`): the shares don't add up, and the difference is the greatest that
    a single value makes. `families` are what its values may be narrowed to, `family` the chosen one.
    """

    key: str
    label: str
    groups: tuple[Group, ...]
    difference: float
    totals: tuple[int, ...]
    is_list: bool = False
    families: tuple[str, ...] = ()
    family: str = ""


def of(
    rules_: Iterable[Any], *, actor: Actor, currency: str, keys: Iterable[str] | None = None, family: str = ""
) -> list[Profile] | None:
    """Profiles of the people of each rule, within the actor's reach; None while there is no index.

    `keys` chooses attributes and their order; by default all that can be grouped, the greatest difference first.
    `family` narrows lists to the values of one group of tags.
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
    people = columns.People(snapshot, today)
    found = [
        _listed(attribute, people, asked, family, reach)
        if attribute.kind is Kind.CHOICES
        else _profile(attribute, people, asked, values)
        for attribute in wanted
        # Days are charted as the numbers derived from them: age, days since.
        if attribute.is_charted and attribute.kind is not Kind.DATE
    ]
    return found if keys is not None else sorted(found, key=lambda profile: -profile.difference)


def _profile(
    attribute: Attribute,
    people: columns.People,
    asked: list[Array],
    values: Values,
) -> Profile:
    codes, of_code = people.groups(attribute)
    per_code = [np.bincount(codes[holds], minlength=len(of_code)) for holds in asked]
    cut = _ranges if attribute.kind in NUMERIC else _values
    groups = cut(attribute, of_code, per_code, values)
    totals = tuple(int(np.count_nonzero(holds)) for holds in asked)
    return Profile(attribute.key, gettext(attribute.label), tuple(groups), _difference(groups), totals)


def _listed(
    attribute: Attribute, people: columns.People, asked: list[Array], family: str, reach: frozenset[int] | None
) -> Profile:
    """The most frequent values of a list by all that were asked, those with any of the others, and those with none."""
    offered = {choice.value: choice for choice in attribute.offered(reach) or []}
    families = tuple(dict.fromkeys(choice.family for choice in offered.values() if choice.family))
    family = family if family in families else ""
    of_value = {
        value: holders for value, holders in people.holders(attribute)
        if value in offered and (not family or offered[value].family == family)
    }  # fmt: skip
    counted = {value: tuple(int(holds[holders].sum()) for holds in asked) for value, holders in of_value.items()}
    order = sorted((value for value in counted if any(counted[value])), key=lambda value: -sum(counted[value]))
    groups = [Group(offered[v].label, _any_of(attribute, [v]), counted[v]) for v in order[:MOST]]
    if rest := order[MOST:]:
        groups.append(Group(gettext("Others"), _any_of(attribute, rest), _with(asked, [of_value[v] for v in rest])))
    if not family:
        missing = np.ones(people.snapshot.size, dtype=np.bool_)
        for _, holders in people.holders(attribute):
            missing[holders] = False
        counts = tuple(int(np.count_nonzero(holds & missing)) for holds in asked)
        if any(counts):
            groups.append(Group(gettext("None"), {"attr": attribute.key, "op": str(Op.EMPTY)}, counts))
    totals = tuple(int(np.count_nonzero(holds)) for holds in asked)
    return Profile(
        attribute.key,
        gettext(attribute.label),
        tuple(groups),
        _greatest(groups, totals),
        totals,
        True,
        families,
        family,
    )


def _any_of(attribute: Attribute, values: list[int]) -> dict[str, Any]:
    return {"attr": attribute.key, "op": str(Op.IN), "value": values}


def _with(asked: list[Array], holders: list[Array]) -> tuple[int, ...]:
    """How many of the people hold any of these values."""
    has = np.zeros(len(asked[0]), dtype=np.bool_)
    for some in holders:
        has[some] = True
    return tuple(int(np.count_nonzero(holds & has)) for holds in asked)


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


def _greatest(groups: list[Group], totals: tuple[int, ...]) -> float:
    if len(totals) < 2 or not all(totals[:2]):
        return 0.0
    shares = (abs(group.counts[0] / totals[0] - group.counts[1] / totals[1]) for group in groups)
    return max(shares, default=0.0)


def _difference(groups: list[Group]) -> float:
    if len(groups) < 2 or len(groups[0].counts) < 2:
        return 0.0
    counts = np.array([group.counts[:2] for group in groups], dtype=float)
    totals = counts.sum(axis=0)
    if not totals.all():
        return 0.0
    shares = counts / totals
    return float(np.abs(shares[:, 0] - shares[:, 1]).sum() / 2)
