"""Columns of text, cleaned once per distinct value.

A `Column` is a dictionary (the distinct cells) and codes into it. Everything that is slow per cell (regular
expressions, decimals, dates) is done on the dictionary and then spread by the codes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Codes = np.ndarray[Any, np.dtype[np.int32]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]

_TRIM = " \t\r\n\u00a0\u3000\ufeff\u200b\x00"
_NOTHING = pa.array(["", "-", "--", "—", "——", "null", "NULL", "Null", "#N/A", "N/A", "nan", "NaN", "\\N"])
# Excel shields (="123", '123, `123) and zero bytes, which no database text may hold.
_SHIELDED = r"^[='`]|\x00"
_CIPHER = r"^##|^\$\$|^~.+~$"
_MASKED = r"\*"
_SCIENTIFIC = r"^[0-9](\.[0-9]+)?[eE]\+[0-9]{1,3}$"


@dataclass(frozen=True)
class Column:
    """`values[codes[i]]` is the cleaned cell of row i; code -1 is an empty cell. `raw` is what the file wrote."""

    header: str
    values: pa.StringArray
    raw: pa.StringArray
    codes: Codes

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def empty(self) -> Mask:
        return self.codes < 0

    def spread(self, per_value: pa.Array) -> pa.Array:
        """One result per row from one result per distinct value; null where the cell is empty."""
        return per_value.take(pa.array(self.codes, mask=self.codes < 0))

    def text(self) -> pa.StringArray:
        return self.spread(self.values)

    def spread_mask(self, per_value: Mask) -> Mask:
        if not len(per_value):
            return np.zeros(len(self.codes), bool)
        return per_value[self.codes] & (self.codes >= 0)

    def cell(self, row: int) -> str:
        """The cell as the file wrote it, for an error."""
        code = int(self.codes[row])
        return str(self.raw[code].as_py() or "")[:200] if code >= 0 else ""

    def mapped(self, function: Callable[[pa.StringArray], pa.StringArray]) -> Column:
        """The same column with its values changed; values that become null are empty cells."""
        values = function(self.values)
        return Column(self.header, values, self.raw, _without(self.codes, values))


def column(array: pa.Array, header: str) -> Column:
    """Clean a text column (plain or dictionary encoded)."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if not pa.types.is_dictionary(array.type):
        array = array.cast(pa.string()).dictionary_encode()
    indices = array.indices
    if indices.null_count:
        indices = indices.fill_null(-1)
    codes = indices.to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
    raw = array.dictionary
    values = clean(raw)
    return Column(header, values, raw, _without(codes, values))


def clean(values: pa.StringArray) -> pa.StringArray:
    """Cells without Excel's shields and surrounding blanks; null where a cell means "nothing"."""
    values = pc.utf8_trim(values, characters=_TRIM)
    if pc.any(pc.match_substring_regex(values, _SHIELDED), min_count=0).as_py():
        values = pc.replace_substring(values, "\x00", "")
        values = pc.replace_substring_regex(values, r'(?s)^="?(.*?)"?$', r"\1")
        values = pc.utf8_trim(pc.utf8_ltrim(values, characters="'`"), characters=_TRIM)
    return pc.if_else(pc.is_in(values, value_set=_NOTHING), pa.scalar(None, pa.string()), values)


def identity(values: pa.StringArray) -> pa.StringArray:
    """Personal values that are really there: masked (张**) and cipher text (##…, $$…, ~…~) are null."""
    hidden = pc.or_(pc.match_substring_regex(values, _MASKED), pc.match_substring_regex(values, _CIPHER))
    return pc.if_else(hidden, pa.scalar(None, pa.string()), values)


def without_words(values: pa.StringArray) -> pa.StringArray:
    """Cells such as 无退款申请 or 包邮 in a money column mean no money."""
    return pc.if_else(pc.match_substring_regex(values, "[0-9]"), values, pa.scalar(None, pa.string()))


def scientific(values: pa.StringArray) -> Mask:
    """Which ids a spreadsheet has turned into numbers such as 1.23E+17."""
    return as_mask(pc.match_substring_regex(values, _SCIENTIFIC))


def as_mask(array: pa.BooleanArray) -> Mask:
    filled: Mask = array.fill_null(False).to_numpy(zero_copy_only=False)
    return filled


def _without(codes: Codes, values: pa.StringArray) -> Codes:
    """Codes with -1 where the value is null."""
    if not values.null_count:
        return codes
    table = np.arange(len(values), dtype=np.int32)
    table[values.is_null().to_numpy(zero_copy_only=False)] = -1
    return np.where(codes >= 0, table[codes], np.int32(-1)).astype(np.int32, copy=False)
