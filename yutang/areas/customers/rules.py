"""Pure rules of identity: which records are one person. No ORM, no clock (docs/algorithms/identity.md).

SciPy's graphs come with the first search: every process imports this module, and few ever resolve anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping

# A phone that this many buyers of one platform use belongs to a household, an office or a reseller.
SHARED_PHONE_BUYERS = 4

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Edges:
    """Record `record[i]` shows key `key[i]`; both numbered from 0."""

    record: Ints
    key: Ints


def clusters(*, records: int, keys: int, edges: Edges, bonds: Edges, people: int) -> tuple[Ints, Ints, Ints]:
    """Cluster labels of records, keys and known people.

    `bonds` ties keys (`key`) to known people (`record`, numbered 0 … people − 1): what the pool knows already.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    size = records + keys + people
    start = np.concatenate([edges.record, bonds.record + records + keys])
    end = np.concatenate([edges.key, bonds.key]) + records
    graph = coo_array((np.ones(len(start), dtype=np.int32), (start, end)), shape=(size, size))
    labels = connected_components(graph, directed=False)[1].astype(np.int64)
    return labels[:records], labels[records : records + keys], labels[records + keys :]


def contradicting(labels: Ints, values: Ints) -> Ints:
    """Labels of clusters that hold more than one value of an exclusive kind; the arrays are parallel sightings."""
    pairs = np.unique(np.stack([labels, values]), axis=1)
    found, counts = np.unique(pairs[0], return_counts=True)
    return found[counts > 1]


@dataclass(frozen=True)
class Agreement:
    """Clusters without contradictions, and the sightings that had to be cut for it."""

    record: dict[int, int]  # record -> cluster, named by any of its nodes
    key: dict[int, int]
    person: dict[int, int]
    cut: list[int]  # places in the edges


def agree(
    *, edges: Edges, bonds: Edges, value_of_key: dict[int, int], held_by_person: dict[int, set[int]]
) -> Agreement:
    """Unites what contradictory clusters say as far as it fits together.

    What the pool knows (`bonds`) stands. Then sightings count in filing order, the strongest kind first: one that would
    give a person two values of an exclusive kind is cut. A person who has several already (a human decided so) may
    meet any of them again.
    """
    parent: dict[tuple[str, int], tuple[str, int]] = {}
    held: dict[tuple[str, int], set[int]] = {}

    def find(node: tuple[str, int]) -> tuple[str, int]:
        if node not in parent:
            parent[node] = node
            kind, number = node
            if kind == "key":
                held[node] = {value_of_key[number]} if number in value_of_key else set()
            else:
                held[node] = set(held_by_person.get(number, ())) if kind == "person" else set()
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    def unite(one: tuple[str, int], other: tuple[str, int], *, always: bool = False) -> bool:
        a, b = find(one), find(other)
        if a == b:
            return True
        if not (always or held[a] <= held[b] or held[b] <= held[a]):
            return False
        parent[b] = a
        held[a] |= held.pop(b)
        return True

    for person, key in zip(bonds.record.tolist(), bonds.key.tolist(), strict=True):
        unite(("person", person), ("key", key), always=True)
    cut = [
        place
        for place in np.lexsort((edges.record, edges.key)).tolist()
        if not unite(("record", int(edges.record[place])), ("key", int(edges.key[place])))
    ]
    label = {root: number for number, root in enumerate(sorted({find(node) for node in list(parent)}))}
    found: dict[str, dict[int, int]] = {"record": {}, "key": {}, "person": {}}
    for kind, number in list(parent):
        found[kind][number] = label[find((kind, number))]
    return Agreement(found["record"], found["key"], found["person"], cut)


def shared_phones(phones: Ints, buyers: Ints, limit: int = SHARED_PHONE_BUYERS) -> Ints:
    """Phones seen with at least `limit` distinct buyers; the arrays are parallel sightings of (phone, buyer)."""
    pairs = np.unique(np.stack([phones, buyers]), axis=1)
    found, counts = np.unique(pairs[0], return_counts=True)
    return found[counts >= limit]


def evidence_tree(edges: Edges, keys: int, roots: NDArray[np.bool_]) -> Ints:
    """For each key the key it was first seen together with, −1 for the first of its cluster.

    `edges.record` / `edges.key` here are key–key sightings (the filing key of a record, another key of it). `roots`
    marks keys the pool knew before: they need no evidence. Breadth first, so evidence points the shortest way.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import breadth_first_order, connected_components

    ones = np.ones(len(edges.key), dtype=np.int32)
    labels = connected_components(coo_array((ones, (edges.record, edges.key)), shape=(keys, keys)), directed=False)[1]
    reached = np.zeros(labels.max(initial=-1) + 1, dtype=bool)
    reached[labels[roots]] = True
    # A cluster that the pool knows nothing of starts at its lowest key.
    _, lowest = np.unique(labels, return_index=True)
    starts = np.concatenate([np.flatnonzero(roots), lowest[~reached]])
    top = keys  # a node above all starts makes it one search
    graph = coo_array(
        (
            np.ones(len(starts) + 2 * len(edges.key), dtype=np.int32),
            (
                np.concatenate([np.full(len(starts), top), edges.record, edges.key]),
                np.concatenate([starts, edges.key, edges.record]),
            ),
        ),
        shape=(keys + 1, keys + 1),
    ).tocsr()
    via: Ints = breadth_first_order(graph, top, directed=True)[1].astype(np.int64)[:keys]
    via[(via == top) | (via < 0)] = -1
    return via


def first_of(via: Ints) -> Ints:
    """For each key the key its evidence begins with: follows `via` to the end, by doubling."""
    at = np.where(via >= 0, via, np.arange(len(via)))
    while not np.array_equal(following := at[at], at):
        at = following
    return at


def subtrees(via: Mapping[int, int | None], removed: int) -> list[set[int]]:
    """The identities of one person, split where the identity `removed` held them together; without it itself."""
    parent = {node: node for node in via if node != removed}

    def find(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for node, other in via.items():
        if node != removed and other is not None and other != removed and other in parent:
            parent[find(node)] = find(other)
    groups: dict[int, set[int]] = {}
    for node in parent:
        groups.setdefault(find(node), set()).add(node)
    return sorted(groups.values(), key=min)
