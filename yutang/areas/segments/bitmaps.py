"""Sets of customer ids as Roaring bitmaps."""

from __future__ import annotations

from dataclasses import dataclass

from pyroaring import BitMap64


@dataclass(frozen=True)
class Overlap:
    """Sizes: both sets, what they share, and their union."""

    first: int
    second: int
    both: int

    @property
    def either(self) -> int:
        return self.first + self.second - self.both

    @property
    def only_first(self) -> int:
        return self.first - self.both

    @property
    def only_second(self) -> int:
        return self.second - self.both

    @property
    def share_of_first(self) -> float | None:
        return self.both / self.first if self.first else None


def pack(members: BitMap64) -> bytes:
    return bytes(members.serialize())


def unpack(stored: bytes | memoryview) -> BitMap64:
    return BitMap64.deserialize(bytes(stored))


def overlap(first: BitMap64, second: BitMap64) -> Overlap:
    return Overlap(len(first), len(second), first.intersection_cardinality(second))
