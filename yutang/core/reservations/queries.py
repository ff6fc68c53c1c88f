"""Reads of pools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.core.reservations.models import Pool

if TYPE_CHECKING:
    from collections.abc import Iterable


def available(pool_ids: Iterable[int]) -> dict[int, int]:
    """How many are left of each pool at this moment; only a reservation makes it certain."""
    return {pool.pk: pool.available for pool in Pool.objects.filter(pk__in=set(pool_ids))}
