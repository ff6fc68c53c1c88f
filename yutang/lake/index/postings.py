"""A column of lists as the people of each value, ascending: an inverted index. A list that is missing has no people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Mapping

    Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Postings:
    values: pa.Array  # the different ones, ascending
    starts: Array  # places in `person` where each value's people begin; one more, where the last ones end
    person: Array  # numbers, int32

    def people(self, value: int) -> Array:
        """The numbers of those whose list holds the value of this place, ascending."""
        found: Array = self.person[self.starts[value] : self.starts[value + 1]]
        return found


def made(name: str, column: pa.ChunkedArray, number: Array) -> Mapping[str, Array | pa.Array]:
    """The three arrays by their names in the file; `number` says whose the column's rows are."""
    lists = column.combine_chunks()
    row = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False)
    values, code = np.unique(pc.list_flatten(lists).to_numpy(zero_copy_only=False), return_inverse=True)
    pairs = np.unique((code.astype(np.int64) << 32) | number[row])
    starts = np.searchsorted(pairs >> 32, np.arange(len(values) + 1))
    people = (pairs & 0xFFFFFFFF).astype(np.int32)
    return {f"values.{name}": pa.array(values), f"starts.{name}": starts, f"person.{name}": people}


def opened(name: str, stored: Mapping[str, pa.Array]) -> Postings:
    starts, person = (stored[f"{part}.{name}"].to_numpy(zero_copy_only=True) for part in ("starts", "person"))
    return Postings(stored[f"values.{name}"], starts, person)
