from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from yutang.areas.customers import rules


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def test_evidence_points_the_shortest_way_and_begins_with_what_is_known():
    via = rules.evidence_tree(rules.Edges(ints(0, 1, 2, 4), ints(1, 2, 3, 5)), 7, np.arange(7) == 1)
    assert via.tolist() == [1, -1, 1, 2, -1, 4, -1]
    assert rules.first_of(via).tolist() == [1, 1, 1, 1, 4, 4, 6]


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=20), st.sets(st.integers(0, 8)))
def test_evidence_is_a_forest_within_clusters(pairs, known):
    edges = rules.Edges(ints(*(a for a, _ in pairs)), ints(*(b for _, b in pairs)))
    via = rules.evidence_tree(edges, 9, np.isin(np.arange(9), list(known)))
    first = rules.first_of(via)
    seen = {frozenset(pair) for pair in pairs}
    for key in range(9):
        assert (via[key] == -1) == (first[key] == key)
        if via[key] >= 0:
            assert key not in known
            assert frozenset((key, int(via[key]))) in seen


def test_a_household_held_together_by_a_phone_falls_apart():
    assert rules.subtrees({1: None, 2: 1, 3: 2, 4: 2, 5: 4}, removed=2) == [{1}, {3}, {4, 5}]
