"""Files of the index: Arrow IPC, written once, mapped into memory by every process; one manifest names them all."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
import pyarrow as pa
from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    Array = np.ndarray[Any, np.dtype[Any]]

MANIFEST = "manifest.json"


@dataclass
class Part:
    """Some rows of a fact table, sorted by person. `moved` names the rows that count for somebody else today."""

    file: str
    rows: int
    first: int | None  # days since 1970; None: some row has no day
    last: int | None
    moved: str | None = None
    has_reversals: bool = False


@dataclass
class FactIndex:
    files: list[str] = field(default_factory=list)  # of the lake, whose rows are in the parts
    parts: list[Part] = field(default_factory=list)
    dictionaries: str = ""


@dataclass
class Manifest:
    layout: str
    locations: dict[str, str | None] = field(default_factory=dict)  # of the lake's tables when they were last compared
    numbers: str = ""
    person_files: list[str] = field(default_factory=list)  # of the lake
    people: str = ""
    dictionaries: str = ""  # of the people's columns
    lists: str = ""  # the people of each value
    redirects: dict[str, str] = field(default_factory=dict)  # files
    moved_by: str = ""  # digest of the redirects that the parts' `moved` go by
    facts: dict[str, FactIndex] = field(default_factory=dict)

    def named(self) -> set[str]:
        found = {self.numbers, self.people, self.dictionaries, self.lists, *self.redirects.values()}
        for fact in self.facts.values():
            found.add(fact.dictionaries)
            for part in fact.parts:
                found |= {part.file, part.moved or ""}
        return found - {""}


def folder(merchant_id: int) -> Path:
    return Path(settings.LAKE) / "index" / str(merchant_id)


def load(place: Path) -> Manifest | None:
    try:
        raw = json.loads((place / MANIFEST).read_bytes())
    except FileNotFoundError:
        return None
    facts = {
        name: FactIndex(fact["files"], [Part(**part) for part in fact["parts"]], fact["dictionaries"])
        for name, fact in raw.pop("facts").items()
    }
    return Manifest(**raw, facts=facts)


def publish(place: Path, manifest: Manifest) -> None:
    """Makes the files of the manifest the index, all at once; those it no longer names may still be mapped by others,
    who keep what they have, and those of the one before may just be being opened: they stay for one more turn."""
    before = load(place)
    draft = place / f"{MANIFEST}.{uuid4().hex}"
    with draft.open("w") as file:
        json.dump(asdict(manifest), file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(place / MANIFEST)
    kept = manifest.named() | (before.named() if before else set()) | {MANIFEST}
    for path in place.iterdir():
        if path.name not in kept:
            path.unlink()


def write(place: Path, noun: str, columns: Mapping[str, Array | pa.Array]) -> str:
    """A new file of columns of one length; its name."""
    name = f"{noun}.{uuid4().hex}.arrow"
    batch = pa.record_batch([pa.array(column) for column in columns.values()], names=list(columns))
    with (place / name).open("wb") as file:
        with pa.ipc.new_file(file, batch.schema) as writer:
            writer.write_batch(batch)
        file.flush()
        os.fsync(file.fileno())
    return name


def write_dictionaries(place: Path, noun: str, values: Mapping[str, Array | pa.Array]) -> str:
    """Arrays of different lengths in one file: each is the only row of a column of lists."""
    arrays = {name: pa.array(v) for name, v in values.items()}
    lists = {name: pa.LargeListArray.from_arrays(pa.array([0, len(v)], pa.int64()), v) for name, v in arrays.items()}
    return write(place, noun, lists)


def dictionaries(path: Path) -> dict[str, pa.Array]:
    batch = opened(path)
    return {name: batch.column(name)[0].values for name in batch.schema.names}


def opened(path: Path) -> pa.RecordBatch:
    """A file mapped into memory; it stays so as long as a column of it is used."""
    with pa.memory_map(str(path)) as file:
        return pa.ipc.open_file(file).get_batch(0)


def array(path: Path, column: str) -> Array:
    found: Array = opened(path).column(column).to_numpy(zero_copy_only=True)
    return found


def narrowed(values: Array) -> Array:
    """The same integers in the smallest type that holds them."""
    low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    kinds = (np.int8, np.int16, np.int32, np.int64) if low < 0 else (np.uint8, np.uint16, np.int32, np.int64)
    return values.astype(next(k for k in kinds if np.iinfo(k).min <= low and high <= np.iinfo(k).max))
