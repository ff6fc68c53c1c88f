"""Whether one person belongs to segments, as pages ask while somebody waits: from the snapshots, never by a rule."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from pyroaring import BitMap64

from yutang.areas.segments import bitmaps
from yutang.areas.segments.models import SegmentSnapshot

KEPT = 32  # bitmaps a process remembers; a million people take at most some hundred kilobytes


def among(customer_id: int, segment_ids: Iterable[int]) -> frozenset[int]:
    """Those of the segments that held the person when they were last counted; deleted and uncounted ones hold nobody.
    One statement, and one more for each snapshot that this process meets for the first time."""
    newest = (
        SegmentSnapshot.objects.filter(segment__in=set(segment_ids), segment__archived_at__isnull=True)
        .order_by("segment", "-id")
        .distinct("segment")
        .values_list("segment_id", "merchant_id", "pk")
    )
    return frozenset(segment for segment, merchant, pk in newest if customer_id in _members(merchant, pk))


@lru_cache(maxsize=KEPT)
def _members(merchant_id: int, snapshot_id: int) -> BitMap64:
    """A snapshot never changes. The merchant is part of the key: what is remembered is not looked up in its scope."""
    return bitmaps.unpack(
        SegmentSnapshot.objects.values_list("members", flat=True).get(pk=snapshot_id, merchant_id=merchant_id)
    )
