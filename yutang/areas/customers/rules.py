"""Pure rules of identity: which records are one person. No ORM, no clock (docs/algorithms/identity.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

# A phone that this many buyers of one platform use belongs to a household, an office or a reseller.
SHARED_PHONE_BUYERS = 4
# Keys given up first when a cluster contradicts itself: they travel between people more easily than accounts do.
LOOSE_KINDS = (frozenset({"phone", "email", "oaid"}), frozenset({"buyer", "member_card", "openid", "external_userid"}))

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
    size = records + keys + people
    start = np.concatenate([edges.record, bonds.record + records + keys])
    end = np.concatenate([edges.key, bonds.key]) + records
    graph = coo_array((np.ones(len(start), dtype=np.int8), (start, end)), shape=(size, size))
    labels = connected_components(graph, directed=False)[1].astype(np.int64)
    return labels[:records], labels[records : records + keys], labels[records + keys :]


def contradicting(labels: Ints, exclusive: NDArray[np.bool_]) -> Ints:
    """Labels of clusters that hold more than one key of an exclusive kind."""
    found, counts = np.unique(labels[exclusive], return_counts=True)
    return found[counts > 1]


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
    via = np.full(keys, -1, dtype=np.int64)
    done = roots.copy()
    a, b = np.concatenate([edges.record, edges.key]), np.concatenate([edges.key, edges.record])
    while True:
        frontier = done[a] & ~done[b]
        if frontier.any():
            found, first = np.unique(b[frontier], return_index=True)
            via[found] = a[frontier][first]
            done[found] = True
            continue
        open_keys = ~done
        if not open_keys.any():
            return via
        # Start every cluster that is still untouched at its lowest key.
        graph = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(keys, keys))
        labels = connected_components(graph, directed=False)[1]
        started = np.zeros(labels.max() + 1, dtype=bool)
        started[labels[done]] = True
        candidates = np.flatnonzero(open_keys & ~started[labels])
        done[candidates[np.unique(labels[candidates], return_index=True)[1]]] = True


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


def root_of(person: int, merged_into: Mapping[int, int | None]) -> int:
    """The person of today that a (possibly merged) person is part of."""
    while (above := merged_into.get(person)) is not None:
        person = above
    return person
