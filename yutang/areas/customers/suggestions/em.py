"""Fellegi–Sunter weights, estimated by expectation–maximisation over counted patterns. Pure numpy.

Fellegi, Sunter: A Theory for Record Linkage (1969). The EM estimate: Winkler, Using the EM Algorithm for Weight
Computation in the Fellegi-Sunter Model of Record Linkage (1988). Fields are taken as independent given match or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Levels = NDArray[np.int8]

MOST_ROUNDS = 500
TOLERANCE = 1e-7


@dataclass(frozen=True)
class Patterns:
    """Distinct combinations of levels (pattern × field, −1 = unknown) and how many pairs show each."""

    levels: Levels
    pairs: Floats

    def on(self, field: int, size: int, weights: Floats) -> Floats:
        """Weighted pairs on each level of a field; unknown ones are left out."""
        known = self.levels[:, field] >= 0
        return np.bincount(self.levels[known, field], weights=weights[known], minlength=size).astype(np.float64)


@dataclass(frozen=True)
class Estimate:
    """`m[f][k]`: P(level k of field f | same person); `share`: of the pairs that are matches."""

    m: list[Floats]
    share: float
    matches: float


def chances(patterns: Patterns, m: list[Floats], u: list[Floats], share: float, leave_out: frozenset[int]) -> Floats:
    """P(same person | pattern) by Bayes' rule."""
    odds = np.full(len(patterns.pairs), np.log(share) - np.log1p(-share))
    for field, (same, other) in enumerate(zip(m, u, strict=True)):
        if field in leave_out:
            continue
        weight = np.append(np.log(same) - np.log(other), 0.0)  # the last one is for −1
        odds += weight[patterns.levels[:, field]]
    found: Floats = 1 / (1 + np.exp(-odds))
    return found


def estimate(
    patterns: Patterns,
    *,
    u: list[Floats],
    start: list[Floats],
    share: float,
    leave_out: frozenset[int] = frozenset(),
    strength: float = 1.0,
) -> Estimate:
    """m and the share of matches with u held fixed. `strength`: how many pairs the first guess `start` weighs, so that
    a level nobody stands on keeps a finite weight. Fields in `leave_out` (blocked on) keep the first guess."""
    m = [values.copy() for values in start]
    total = patterns.pairs.sum()
    matched = 0.0
    for _ in range(MOST_ROUNDS):
        same = chances(patterns, m, u, share, leave_out) * patterns.pairs
        matched = float(same.sum())
        moved = abs((new_share := min(max(matched / total, 1e-12), 1 - 1e-9)) - share)
        share = new_share
        for field, guess in enumerate(start):
            if field in leave_out:
                continue
            counted = patterns.on(field, len(guess), same) + strength * guess
            new = counted / counted.sum()
            moved = max(moved, float(np.abs(new - m[field]).max()))
            m[field] = new
        if moved < TOLERANCE:
            break
    return Estimate(m, share, matched)


def unrelated(sample: Patterns, m: list[Floats], share: float) -> list[Floats]:
    """u from random pairs, less the pairs among them that are expected to be one person after all."""
    found = []
    for field, same in enumerate(m):
        counted = sample.on(field, len(same), sample.pairs)
        counted = np.maximum(counted - share * counted.sum() * same, 0) + 0.5 / len(same)
        found.append(counted / counted.sum())
    return found
