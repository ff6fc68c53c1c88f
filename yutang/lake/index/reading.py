"""The index as questions see it: immutable snapshots, mapped into memory and shared by all processes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from yutang.lake.index import files, parts, postings
from yutang.lake.index.building import EXISTS
from yutang.lake.index.layout import LAYOUTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

    Array = np.ndarray[Any, np.dtype[Any]]

TRIES = 5
KEPT_BYTES = 64 * 2**20  # of answers, for each snapshot that a process has open


@dataclass(frozen=True)
class Rows:
    """Rows of one part that count for people of a range; `places` says where they stand in the part's columns."""

    part: Part
    person: Array
    places: slice | Array
    skip: Array | None = None  # of these rows, by position: they count for somebody else

    def column(self, name: str) -> Array:
        found: Array = self.part.batch[name][self.places]
        return found


@dataclass(frozen=True)
class Part:
    about: files.Part
    batch: dict[str, Array]
    moved: dict[str, Array] | None

    def rows(self, low: int, high: int) -> Iterator[Rows]:
        """The rows of the people numbered low ≤ n < high."""
        person = self.batch[parts.PERSON]
        first, last = _between(person, low, high)
        if self.moved is None:
            if last > first:
                yield Rows(self, person[first:last], slice(first, last))
            return
        skip = self.moved["skip"]
        gone = skip[slice(*_between(skip, first, last))] - first
        if last > first:
            yield Rows(self, person[first:last], slice(first, last), gone)
        came = slice(*_between(self.moved[parts.PERSON], low, high))
        if came.stop > came.start:
            yield Rows(self, self.moved[parts.PERSON][came], self.moved["place"][came])


@dataclass(frozen=True)
class Facts:
    parts: list[Part]
    dictionaries: dict[str, pa.Array]


class Kept(Protocol):
    @property
    def nbytes(self) -> int: ...


class Snapshot:
    """People are numbered 0 … size - 1; who `exists` is somebody of today."""

    def __init__(self, place: Path, manifest: files.Manifest, before: Snapshot | None = None) -> None:
        known = before.parts if before is not None else {}
        self.size = files.opened(place / manifest.people).num_rows
        self.ids = files.array(place / manifest.numbers, "id")[: self.size]
        self.people = _columns(place, manifest.people)
        self.dictionaries = files.dictionaries(place / manifest.dictionaries)
        lists = files.dictionaries(place / manifest.lists)
        self.lists = {name: postings.opened(name, lists) for name in LAYOUTS.lists()}
        self.facts = {
            name: Facts(
                [known.get((p.file, p.moved)) or _part(place, p) for p in fact.parts],
                files.dictionaries(place / fact.dictionaries) if fact.dictionaries else {},
            )
            for name, fact in manifest.facts.items()
        }

        self.kept: dict[object, Kept] = {}  # answers worked out before: a snapshot never changes, so they stay right
        self._keeping = Lock()

    def keep(self, key: object, answer: Kept) -> None:
        """Keeps an answer, and forgets the oldest where they become too many."""
        with self._keeping:
            while self.kept and sum(kept.nbytes for kept in self.kept.values()) + answer.nbytes > KEPT_BYTES:
                del self.kept[next(iter(self.kept))]
            self.kept[key] = answer

    @property
    def parts(self) -> dict[tuple[str, str | None], Part]:
        return {(part.about.file, part.about.moved): part for fact in self.facts.values() for part in fact.parts}

    @property
    def exists(self) -> Array:
        return self.people[EXISTS].view(np.bool_)

    @cached_property
    def is_ordered(self) -> bool:
        """Whether ids ascend with the numbers."""
        return bool(np.all(self.ids[1:] > self.ids[:-1]))


class _Newest:
    """The snapshot a process has open of one merchant. Older ones go with the questions that use them."""

    def __init__(self) -> None:
        self.known: tuple[tuple[int, int, str], Snapshot | None] | None = None

    def get(self, place: Path) -> Snapshot | None:
        found = (place / files.MANIFEST).stat()
        key = (found.st_ino, found.st_mtime_ns, LAYOUTS.key())
        known = self.known
        if known is None or known[0] != key:
            manifest = files.load(place)
            usable = manifest is not None and manifest.layout == key[2] and bool(manifest.people)
            made = Snapshot(place, manifest, known[1] if known else None) if manifest and usable else None
            self.known = known = (key, made)
        return known[1]


def snapshot(merchant_id: int) -> Snapshot | None:
    """The newest index of a merchant; None before there is one, before anybody is in it, or while it is of another
    layout."""
    place = files.folder(merchant_id)
    for tries_left in reversed(range(TRIES)):
        try:
            return _newest(place).get(place)
        except FileNotFoundError:  # there is none, or two newer ones came while this one was being opened
            if not (place / files.MANIFEST).exists():
                return None
            if not tries_left:
                raise
    return None


@lru_cache(maxsize=64)
def _newest(_place: Path) -> _Newest:
    return _Newest()


def _part(place: Path, part: files.Part) -> Part:
    return Part(part, _columns(place, part.file), _columns(place, part.moved) if part.moved else None)


def _columns(place: Path, file: str) -> dict[str, Array]:
    batch = files.opened(place / file)
    return {name: batch.column(name).to_numpy(zero_copy_only=True) for name in batch.schema.names}


def _between(ascending: Array, low: int, high: int) -> tuple[int, int]:
    """Places of low ≤ value < high. The bounds take the array's own type: else all of it would be converted."""
    bounds = np.array([low, high]).astype(ascending.dtype)
    first, last = np.searchsorted(ascending, bounds)
    return int(first), int(last)
