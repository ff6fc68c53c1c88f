"""Brings a merchant's index to the lake's present state. Only the lake's writer calls this, which is alone."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from yutang.lake import catalog, engine
from yutang.lake.index import files, parts, postings
from yutang.lake.index.coding import NOBODY, Dictionary, Numbers
from yutang.lake.index.layout import LAYOUTS
from yutang.lake.tables import PERSON, REGISTRY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    Array = np.ndarray[Any, np.dtype[Any]]

EXISTS = "exists"


def refresh(merchant_id: int) -> bool:
    """Adds what the lake has since; True where something changed. Call in the merchant's scope, outside of writes."""
    place = files.folder(merchant_id)
    manifest = files.load(place)
    if manifest is not None and manifest.layout != LAYOUTS.key():
        shutil.rmtree(place)
        manifest = None
    locations = {name: catalog.location(name) for name in (PERSON, *LAYOUTS.facts)}
    if manifest is not None and manifest.locations == locations:
        return False
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    build = _Build(merchant_id, place, manifest or files.Manifest(LAYOUTS.key()))
    build.people()
    for fact in LAYOUTS.facts:
        build.facts(fact)
    build.redirects()
    build.finish(locations)
    return True


def remove(merchant_id: int) -> None:
    """There is no index until the next refresh. The manifest goes first: nobody finds it without its files."""
    place = files.folder(merchant_id)
    (place / files.MANIFEST).unlink(missing_ok=True)
    if place.exists():
        shutil.rmtree(place)


def replaced(fact: str, merchant_id: int, before: set[str]) -> None:
    """Some files of the lake were written anew as others, with the same rows: the index has those already."""
    place = files.folder(merchant_id)
    manifest = files.load(place)
    if manifest is not None and before <= set(manifest.facts[fact].files):
        manifest.facts[fact].files = engine.files(fact, merchant_id)
        manifest.locations[fact] = catalog.location(fact)
        files.publish(place, manifest)


@dataclass
class _Build:
    merchant_id: int
    place: Path
    manifest: files.Manifest

    def __post_init__(self) -> None:
        stored = self.manifest.numbers
        self.numbers = Numbers(files.array(self.place / stored, "id") if stored else np.empty(0, dtype=np.int64))
        self.has_new_people = False

    def people(self) -> None:
        """The snapshot of people, as codes in the order of their numbers; written anew whenever it was replaced."""
        found = engine.files(PERSON, self.merchant_id)
        if found == self.manifest.person_files:
            return
        self.has_new_people = True
        ids = self._person_column(found, "customer_id").to_numpy()
        self.numbers.add(ids)
        number = self.numbers.of(ids)
        size = int(number.max()) + 1 if len(number) else 0
        columns: dict[str, Array] = {EXISTS: np.zeros(size, dtype=np.uint8)}
        columns[EXISTS][number] = 1
        values = {}
        for name in LAYOUTS.person():
            column = self._person_column(found, name)
            dictionary = Dictionary(pa.array([None], REGISTRY.person_schema().field(name).type))
            codes = files.narrowed(dictionary.encode(column))
            columns[name] = np.zeros(size, dtype=codes.dtype)
            columns[name][number] = codes
            values[name] = dictionary.values
        lists: dict[str, Array | pa.Array] = {}
        for name in LAYOUTS.lists():
            lists |= postings.made(name, self._person_column(found, name), number)
        self.manifest.lists = files.write_dictionaries(self.place, f"{PERSON}.lists", lists)
        self.manifest.people = files.write(self.place, PERSON, columns)
        self.manifest.dictionaries = files.write_dictionaries(self.place, f"{PERSON}.values", values)
        self.manifest.person_files = found

    def facts(self, fact: str) -> None:
        """Rows of files that came since, put together with parts that are still small: each row is written again only
        when what it lies in has doubled, so a few times in all."""
        index = self.manifest.facts.setdefault(fact, files.FactIndex())
        found = engine.files(fact, self.merchant_id)
        if set(index.files) - set(found):  # the lake was made anew
            index = self.manifest.facts[fact] = files.FactIndex()
        if not (new := sorted(set(found) - set(index.files))):
            return
        layout = LAYOUTS.facts[fact]
        dictionaries = self._dictionaries(fact, index)
        encoder = parts.Encoder(fact, layout, self.numbers, dictionaries, self.merchant_id)
        held: list[parts.Rows] = []
        for path in _by_day(new, layout.day):
            held.append(encoder.encode(encoder.read(path)))
            if sum(map(parts.length, held)) >= parts.FULL:
                index.parts += self._written(fact, parts.joined(held))
                held = []
        if held:
            count = sum(map(parts.length, held))
            for part in sorted(index.parts, key=lambda part: part.rows):
                if part.rows < parts.FULL and part.rows <= 2 * count:
                    held.insert(0, parts.load(self.place, part))
                    index.parts.remove(part)
                    count += part.rows
            index.parts += self._written(fact, parts.joined(held))
        if not index.dictionaries or any(dictionary.has_grown for dictionary in dictionaries.values()):
            values = {name: dictionary.values for name, dictionary in dictionaries.items()}
            index.dictionaries = files.write_dictionaries(self.place, f"{fact}.values", values)
        index.files = found

    def redirects(self) -> None:
        """Which rows of each part count for another person today. Redirects only change together with people."""
        stored = self.manifest.redirects
        if self.has_new_people or not stored:
            given = engine.redirects()
            self.numbers.add(given.people.column("customer_id").to_numpy())
            self.numbers.add(given.identities.column("customer_id").to_numpy())
            stored["people"] = self._stored(given.people)
            stored["identities"] = self._stored(given.identities)
        merged, split = (self._pairs(stored[name]) for name in ("people", "identities"))
        sources = self.numbers.of(merged[0])  # of people; who has no number has no facts
        known = np.flatnonzero(sources != NOBODY)
        known = known[np.argsort(sources[known])]
        merged = (sources[known], merged[1][known])
        digest = hashlib.sha256(b"".join(a.tobytes() for a in (*merged, *split))).hexdigest()
        for fact in self.manifest.facts.values():
            for part in fact.parts:
                if part.moved is None or digest != self.manifest.moved_by:
                    rows = parts.moved(self.place, part, merged, split)
                    part.moved = "" if rows is None else files.write(self.place, "moved", rows)
        self.manifest.moved_by = digest

    def finish(self, locations: dict[str, str | None]) -> None:
        stored = self.manifest.numbers
        if not stored or len(self.numbers.ids) != files.opened(self.place / stored).num_rows:
            self.manifest.numbers = files.write(self.place, "numbers", {"id": self.numbers.ids})
        self.manifest.locations = locations
        files.publish(self.place, self.manifest)

    def _stored(self, redirects: pa.Table) -> str:
        order = np.argsort(redirects.column("source").to_numpy())
        columns = {name: redirects.column(name).to_numpy()[order] for name in ("source", "customer_id")}
        return files.write(self.place, "redirects", columns)

    def _pairs(self, file: str) -> tuple[Array, Array]:
        """Sources, ascending, and the numbers of their people."""
        path = self.place / file
        return files.array(path, "source"), self.numbers.of(files.array(path, "customer_id"))

    def _written(self, fact: str, rows: parts.Rows) -> list[files.Part]:
        return [parts.write(self.place, fact, piece) for piece in parts.cut(rows)]

    def _dictionaries(self, fact: str, index: files.FactIndex) -> dict[str, Dictionary]:
        if index.dictionaries:
            stored = files.dictionaries(self.place / index.dictionaries)
            return {name: Dictionary(values) for name, values in stored.items()}
        schema = REGISTRY.facts[fact].arrow_schema()
        return {name: Dictionary(pa.array([None], schema.field(name).type)) for name in LAYOUTS.facts[fact].coded}

    def _person_column(self, paths: list[str], name: str) -> pa.ChunkedArray:
        """One column at a time: all of them in memory would be too much of a large pool."""
        field = REGISTRY.person_schema().field(name)
        texts = [name] if field.type == pa.string() else []
        chunks: list[pa.Array] = []
        for path in paths:
            chunks += parts.read(path, self.merchant_id, pa.schema([field]), texts).column(name).chunks
        return pa.chunked_array(chunks, None if chunks else field.type).unify_dictionaries()


def _by_day(paths: list[str], day: str) -> Iterator[str]:
    """Files in the order of their first day, so that parts cover little time each."""

    def first(path: str) -> tuple[bool, Any]:
        meta = pq.ParquetFile(path).metadata
        place = meta.schema.names.index(day)
        statistics = [meta.row_group(number).column(place).statistics for number in range(meta.num_row_groups)]
        days = [found.min for found in statistics if found is not None and found.has_min_max]
        return (not days, min(days) if days else 0)

    yield from sorted(paths, key=first)
