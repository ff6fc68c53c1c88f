"""Sets of customer ids as Roaring bitmaps."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from pyroaring import BitMap64


@dataclass(frozen=True)
class Region:
    """People who are in exactly these of some sets; `inside` says for each set whether they are in it."""

    inside: tuple[bool, ...]
    people: int


@dataclass(frozen=True)
class Overlap:
    """Of some sets: their sizes, and everybody in any of them parted into regions, those in most sets first."""

    sizes: tuple[int, ...]
    regions: tuple[Region, ...]

    @property
    def either(self) -> int:
        return sum(region.people for region in self.regions)

    def of(self, *inside: bool) -> int:
        return next(region.people for region in self.regions if region.inside == inside)


def pack(members: BitMap64) -> bytes:
    return bytes(members.serialize())


def unpack(stored: bytes | memoryview) -> BitMap64:
    return BitMap64.deserialize(bytes(stored))


def overlap(*sets: BitMap64) -> Overlap:
    everybody = BitMap64.union(*sets)
    regions = []
    for inside in sorted(product((True, False), repeat=len(sets)), key=lambda places: -sum(places)):
        if any(inside):
            found = everybody.copy()
            for members, is_in in zip(sets, inside, strict=True):
                found = found & members if is_in else found - members
            regions.append(Region(inside, len(found)))
    return Overlap(tuple(len(members) for members in sets), tuple(regions))
