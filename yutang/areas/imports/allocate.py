"""Spread an order's amount over its lines without losing a cent.

Largest remainder: every line gets the floor of its exact share, then the cents that are left go one by one to the
largest fractional remainders; among equal ones, to the earlier line.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Ints = np.ndarray[Any, np.dtype[np.int64]]


def allocate(totals: Ints, groups: Ints, weights: Ints) -> Ints:
    """Each line's part, minor units.

    `totals[g]`: amount of order g (any sign). `groups[i]`: the order of line i, lines in file order.
    `weights[i]`: what line i counts for (list price × quantity); negative counts as 0; an order whose weights are
    all 0 is spread evenly. The parts of order g sum to `totals[g]` exactly (an order without lines loses it).
    """
    count, lines = len(totals), len(groups)
    if not lines:
        return np.zeros(0, np.int64)
    weights = np.maximum(weights, 0)
    while int(weights.max(initial=0)) * lines >= 1 << 62:  # billions per line: coarser weights, still an exact sum
        weights = weights >> 8
    weights = np.where(_sum(groups, weights, count)[groups] == 0, 1, weights)
    bases = _sum(groups, weights, count)[groups]
    sizes = np.abs(totals)
    # Python's own integers where a product would not fit 64 bits.
    fits = int(sizes.max(initial=0)) * int(weights.max(initial=0)) < 1 << 62
    kind: Any = np.int64 if fits else object
    exact = sizes.astype(kind)[groups] * weights.astype(kind)
    floors = exact // bases
    rests = (exact - floors * bases).astype(np.int64)
    parts = floors.astype(np.int64)
    left = sizes - _sum(groups, parts, count)
    order = np.lexsort((np.arange(lines), -rests, groups))
    starts = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(groups, minlength=count), out=starts[1:])
    ranks = np.empty(lines, np.int64)
    ranks[order] = np.arange(lines) - starts[groups[order]]
    parts += ranks < left[groups]
    result: Ints = np.where(totals[groups] < 0, -parts, parts)
    return result


def _sum(groups: Ints, values: Ints, count: int) -> Ints:
    result: Ints = np.zeros(count, np.int64)
    np.add.at(result, groups, values)
    return result
