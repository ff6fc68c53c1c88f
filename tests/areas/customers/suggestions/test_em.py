"""The weights are found again from pairs that were made with known ones."""

from __future__ import annotations

import numpy as np
import pytest

from yutang.areas.customers.suggestions import em

M = [np.array([0.9, 0.07, 0.03]), np.array([0.8, 0.2]), np.array([0.6, 0.3, 0.1]), np.array([0.95, 0.05])]
U = [np.array([0.01, 0.04, 0.95]), np.array([0.1, 0.9]), np.array([0.02, 0.08, 0.9]), np.array([0.5, 0.5])]
SHARE = 0.03


def made(rng: np.random.Generator, size: int, share: float) -> em.Patterns:
    same = rng.random(size) < share
    columns = [
        np.where(
            rng.random(size) < 0.1,
            -1,
            np.where(same, rng.choice(len(m), size, p=m), rng.choice(len(m), size, p=u)),
        )
        for m, u in zip(M, U, strict=True)
    ]
    levels, pairs = np.unique(np.stack(columns, axis=1).astype(np.int8), axis=0, return_counts=True)
    return em.Patterns(levels, pairs.astype(np.float64))


def guess() -> list[np.ndarray]:
    return [np.linspace(2, 1, len(m)) / np.linspace(2, 1, len(m)).sum() for m in M]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_known_weights_are_recovered(seed):
    found = em.estimate(made(np.random.default_rng(seed), 400_000, SHARE), u=U, start=guess(), share=0.1)
    assert found.share == pytest.approx(SHARE, abs=0.002)
    for learnt, real in zip(found.m, M, strict=True):
        assert learnt == pytest.approx(real, abs=0.02)


def test_a_field_left_out_keeps_its_first_guess():
    patterns = made(np.random.default_rng(4), 100_000, SHARE)
    found = em.estimate(patterns, u=U, start=guess(), share=0.1, leave_out=frozenset({0}))
    assert found.m[0] == pytest.approx(guess()[0])
    assert found.m[1] == pytest.approx(M[1], abs=0.05)


def test_chance_agreement_is_found_among_pairs_that_hold_matches():
    found = em.unrelated(made(np.random.default_rng(5), 400_000, SHARE), M, SHARE)
    for learnt, real in zip(found, U, strict=True):
        assert learnt == pytest.approx(real, abs=0.005)


def test_bayes_by_hand():
    one = em.Patterns(np.array([[0, 1, -1, 0]], np.int8), np.ones(1))
    odds = SHARE / (1 - SHARE) * (0.9 / 0.01) * (0.2 / 0.9) * (0.95 / 0.5)
    assert em.chances(one, M, U, SHARE, frozenset())[0] == pytest.approx(odds / (1 + odds))
