"""Numbers for people and codes for values. Both only ever grow, so what was written with them stays right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    Array = np.ndarray[Any, np.dtype[Any]]

NOBODY = -1


class Numbers:
    """Customer id ↔ 0, 1, 2 … in the order in which the merchant's ids came to be known."""

    def __init__(self, ids: Array) -> None:
        self.ids = ids
        self._sort()

    def add(self, ids: Array) -> None:
        """Gives numbers to the ids that have none."""
        wanted = np.unique(ids)
        new = wanted[self.of(wanted) == NOBODY]
        if len(new):
            self.ids = np.concatenate([self.ids, new])
            self._sort()

    def of(self, ids: Array) -> Array:
        """int32; NOBODY where an id has no number. Fast where `ids` are sorted."""
        if not len(self.ids):
            return np.full(len(ids), NOBODY, dtype=np.int32)
        place = np.minimum(np.searchsorted(self._sorted, ids), len(self._sorted) - 1)
        found = place if self._order is None else self._order[place]
        return np.where(self._sorted[place] == ids, found, NOBODY).astype(np.int32)

    def _sort(self) -> None:
        self._order = None if bool(np.all(self.ids[1:] > self.ids[:-1])) else np.argsort(self.ids)
        self._sorted = self.ids if self._order is None else self.ids[self._order]


class Dictionary:
    """The different values of a column, missing included; a code is a place in it."""

    def __init__(self, values: pa.Array) -> None:
        self.values = values
        self.has_grown = False

    def encode(self, column: pa.ChunkedArray | pa.Array) -> Array:
        """The codes of a column, new values included."""
        if isinstance(column, pa.ChunkedArray):
            column = column.combine_chunks()
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type) if column.null_count else column
        local = column if pa.types.is_dictionary(column.type) else column.dictionary_encode(null_encoding="encode")
        values = local.dictionary.cast(self.values.type)
        codes = pc.index_in(values, value_set=self.values)
        if codes.null_count:
            new = pc.unique(values.filter(pc.is_null(codes)))
            self.values = pa.concat_arrays([self.values, new])
            self.has_grown = True
            codes = pc.index_in(values, value_set=self.values)
        found: Array = codes.to_numpy(zero_copy_only=False)[local.indices.to_numpy(zero_copy_only=False)]
        return found
