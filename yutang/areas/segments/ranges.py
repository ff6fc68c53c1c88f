"""Work on all people, cut into ranges small enough for the processor's cache, which two threads share: the numeric
kernels run without Python's lock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Answer = TypeVar("Answer")
RANGE = 1 << 18  # people looked at together
THREADS = 2


def each(size: int, answer: Callable[[int, int], Answer]) -> Iterator[Answer]:
    """The answers for the people numbered low ≤ n < high, range by range, in order."""
    lows = range(0, size, RANGE)
    if len(lows) < 2:
        return (answer(low, min(low + RANGE, size)) for low in lows)
    return _threads().map(lambda low: answer(low, min(low + RANGE, size)), lows)


def truth(size: int, answer: Callable[[int, int], Array]) -> Array:
    """bool by number."""
    holds = np.empty(size, dtype=np.bool_)

    def one(low: int, high: int) -> None:
        holds[low:high] = answer(low, high)

    for _ in each(size, one):
        pass
    return holds


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="segments")
