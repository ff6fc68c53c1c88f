"""Bytes to tables of text: encoding, delimiter, header row, ragged rows. Knows nothing about orders.

Every batch holds the column `=row` (int64, the row number a spreadsheet shows) and one text column per header, named by
`headers.unique_keys`. CSV is streamed block by block, so memory does not grow with the file.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
from django.conf import settings

from . import headers as names
from .errors import ImportFileError
from .schema import RowError
from .sheets import MAX_COLUMNS, read_sheets

ROW = "=row"
BLOCK = 4 << 20
HEADER_SEARCH = 20  # rows in which the header may stand
SLICE = 65_536  # rows per batch where a whole table is at hand
TEXT = pa.dictionary(pa.int32(), pa.string())
# "Total" must be all of the cell: products are called Total Repair.
_FOOTER = re.compile(
    r"[\s\"'=]*(合计|总计|小计|汇总|总合计|本页合计|共计|(grand )?total\s*:?[\s\"]*([,;\t]|$))", re.IGNORECASE
)

__all__ = ["BLOCK", "ROW", "SLICE", "ImportFileError", "Source", "is_footer", "open_source"]


@dataclass
class Source:
    """An opened file. `batches()` may be called once; errors of rows that have no place in the table go to `errors`."""

    path: Path
    headers: list[str]  # as written
    keys: list[str]  # as columns are named
    encoding: str
    sheet: str | None
    sample: list[list[str]]  # the first rows under the header
    batches: Callable[[], Iterator[pa.RecordBatch]]
    errors: list[RowError] = field(default_factory=list)
    bytes_read: int = 0
    rows_read: int = 0

    def take_errors(self) -> list[RowError]:
        taken, self.errors[:] = list(self.errors), []
        return taken

    def header_of(self, column: str) -> str:
        """The header as the file wrote it."""
        return self.headers[self.keys.index(column)].strip("\ufeff\t ") if column in self.keys else column


def is_footer(text: str) -> bool:
    """Whether a row's first cell says that the row only sums up the ones above."""
    return _FOOTER.match(text) is not None


def open_source(path: Path, *, known: frozenset[str] = frozenset()) -> Source:
    """Open a csv, tsv, gz, xlsx or xls file.

    `known`: header keys that some layout understands; the header row is the one with most of them.
    Raises `ImportFileError`.
    """
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        raise ImportFileError("file.missing", error.strerror or "") from error
    if not start:
        raise ImportFileError("file.empty")
    if start[:2] == b"PK" or start == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return _open_workbook(path, known)
    return _open_text(path, known, zipped=start[:2] == b"\x1f\x8b")


# --- text ---------------------------------------------------------------------------------------------------------


class _Counted(io.RawIOBase):
    """The file's bytes with a count of how many were taken from disk."""

    def __init__(self, file: IO[bytes], source: Source) -> None:
        self._file, self._source = file, source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self._source.bytes_read += len(data)
        return len(data)


class _Recoded(io.RawIOBase):
    """A byte stream turned into UTF-8 without its BOM."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._stream, self._rest, self._first = stream, b"", True
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            data = self._stream.read(1 << 20)
            text = self._decoder.decode(data, final=not data)
            if self._first and text:
                text, self._first = text.removeprefix("\ufeff"), False
            self._rest = text.encode("utf-8", "replace")
            if not data:
                break
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count


def _chunks(path: Path, *, zipped: bool) -> Iterator[bytes]:
    """The unpacked bytes. Every file is read through here once before anything else happens to it."""
    unpacked = 0
    with gzip.open(path) if zipped else path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            unpacked += len(chunk)
            if zipped and unpacked > settings.IMPORT_UNPACKED_BYTES:
                raise ImportFileError("file.too_large", f"more than {settings.IMPORT_UNPACKED_BYTES >> 20} MB unpacked")
            yield chunk


def _find_encoding(path: Path, *, zipped: bool) -> tuple[str, str]:
    """(encoding, the first text). One pass over the file: a stray byte near the end must not surprise us later."""
    head = b""
    utf8 = codecs.getincrementaldecoder("utf-8")("strict")
    encoding = "utf-8"
    for chunk in _chunks(path, zipped=zipped):
        if not head and chunk[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            encoding = "utf-16"
            utf8 = codecs.getincrementaldecoder("utf-16")("strict")
        if len(head) < 1 << 18:
            head += chunk[: 1 << 18]
        try:
            utf8.decode(chunk)
        except UnicodeDecodeError:
            encoding = "gb18030"
            break
    else:
        try:
            utf8.decode(b"", final=True)
        except UnicodeDecodeError:
            encoding = "gb18030"
    if encoding == "gb18030":
        decoder = codecs.getincrementaldecoder("gb18030")("strict")
        try:
            for chunk in _chunks(path, zipped=zipped):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise ImportFileError("file.encoding_unreadable", f"byte {error.start}") from error
    text = codecs.getincrementaldecoder(encoding)("ignore").decode(head).removeprefix("\ufeff")
    return ("utf-8-sig" if encoding == "utf-8" and head.startswith(codecs.BOM_UTF8) else encoding), text


def _records(text: str, delimiter: str) -> list[list[str]]:
    """The first rows of a text, blank lines kept as empty rows; an unclosed quote ends the list."""
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(row)
            if len(rows) > 200:
                break
    except csv.Error:
        pass
    return rows


def _open_text(path: Path, known: frozenset[str], *, zipped: bool) -> Source:
    try:
        encoding, text = _find_encoding(path, zipped=zipped)
    except (gzip.BadGzipFile, EOFError, zlib.error, OSError) as error:
        raise ImportFileError("file.zip_corrupted", str(error)[:200]) from error
    if not text.strip():
        raise ImportFileError("file.empty")
    if text.count("\x00") > len(text) // 100:
        raise ImportFileError("file.not_a_table", "binary")
    # The last row of the sample may be cut off, so it votes neither for the delimiter nor for the width.
    options = [(delimiter, _records(text, delimiter)) for delimiter in ",\t;"]
    delimiter, rows = max(options, key=lambda option: _header_score(_header_row(option[1], known), known))
    place, head = _header_row(rows, known)
    if len(head) < 2:
        raise ImportFileError("file.no_header" if len(rows) > 1 else "file.not_a_table")
    if len(head) > MAX_COLUMNS:
        raise ImportFileError("file.too_many_columns", str(len(head)))
    # Some exports end every data row, but not the header, with one more comma.
    widths = Counter(len(row) for row in rows[place + 1 : -1] if row)
    if widths and (width := widths.most_common(1)[0][0]) > len(head) and width <= MAX_COLUMNS:
        head = head + [""] * (width - len(head))
    source = Source(path, head, names.unique_keys(head), encoding, None, rows[place + 1 : place + 21], lambda: iter(()))
    source.batches = lambda: _stream(source, delimiter, place, zipped=zipped)
    return source


def _header_row(rows: Sequence[list[str]], known: frozenset[str]) -> tuple[int, list[str]]:
    best: tuple[int, list[str]] = (0, [])
    best_score = (-1, -1)
    for place, row in enumerate(rows[:HEADER_SEARCH]):
        filled = sum(1 for cell in row if cell.strip())
        score = (sum(1 for cell in row if names.key(cell) in known), 1 if filled >= 2 else 0)
        if score > best_score:
            best, best_score = (place, list(row)), score
    return best


def _header_score(found: tuple[int, list[str]], known: frozenset[str]) -> tuple[int, int]:
    _, row = found
    return sum(1 for cell in row if names.key(cell) in known), len(row)


def _stream(source: Source, delimiter: str, place: int, *, zipped: bool) -> Iterator[pa.RecordBatch]:
    invalid: list[int] = []

    def ragged(row: pacsv.InvalidRow) -> str:
        number = int(row.number or 0)
        invalid.append(number)
        if not is_footer(row.text) and row.text.strip(f'{delimiter} \t\r\n"'):
            source.errors.append(RowError(number, "", "row.ragged", row.text[:200]))
        return "skip"

    skipped = place + 1
    with source.path.open("rb") as file:
        stream: Any = _Counted(file, source)
        if zipped:
            stream = gzip.GzipFile(fileobj=io.BufferedReader(stream, 1 << 18))
        if source.encoding != "utf-8":
            stream = _Recoded(stream, source.encoding)
        try:
            reader = pacsv.open_csv(
                pa.PythonFile(stream, mode="r"),
                read_options=pacsv.ReadOptions(
                    use_threads=False, block_size=BLOCK, column_names=source.keys, skip_rows_after_names=skipped
                ),
                parse_options=pacsv.ParseOptions(
                    delimiter=delimiter,
                    newlines_in_values=True,
                    ignore_empty_lines=False,
                    invalid_row_handler=ragged,
                ),
                convert_options=pacsv.ConvertOptions(
                    column_types=dict.fromkeys(source.keys, TEXT), strings_can_be_null=False
                ),
            )
            seen = 0
            for batch in reader:
                if batch.num_rows:
                    rows = _row_numbers(seen, batch.num_rows, skipped + 1, invalid)
                    seen += batch.num_rows
                    source.rows_read = seen + len(invalid)
                    yield pa.RecordBatch.from_arrays([pa.array(rows), *batch.columns], names=[ROW, *source.keys])
            source.rows_read = seen + len(invalid)
        except pa.ArrowInvalid as error:
            if "straddling" in str(error) or "quote" in str(error).lower():
                raise ImportFileError("file.quote_unclosed", f"after row {source.rows_read + skipped}") from error
            if "Empty CSV" in str(error):  # a header and nothing under it
                return
            raise ImportFileError("file.not_a_table", str(error)[:200]) from error
        except (UnicodeError, EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ImportFileError("file.encoding_unreadable", str(error)[:200]) from error


def _row_numbers(seen: int, count: int, first: int, invalid: list[int]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Numbers of the valid rows `seen … seen + count - 1`, given the (ascending) numbers of the invalid ones."""
    places = np.arange(seen, seen + count, dtype=np.int64)
    gaps = np.asarray(invalid, dtype=np.int64) - first - np.arange(len(invalid))
    return places + first + np.searchsorted(gaps, places, side="right")


# --- workbooks ----------------------------------------------------------------------------------------------------


def _open_workbook(path: Path, known: frozenset[str]) -> Source:
    sheets = read_sheets(path, head=HEADER_SEARCH + 20)
    sheet = max(sheets, key=lambda one: _header_score(_header_row(one.head, known), known)[0])
    place, head = _header_row(sheet.head, known)
    while head and not head[-1].strip():
        head.pop()
    if len(head) < 2:
        raise ImportFileError("file.no_header" if sheet.count > 1 else "file.not_a_table")
    keys = names.unique_keys(head)
    sample = [row[: len(head)] for row in sheet.head[place + 1 : place + 21]]
    source = Source(path, head, keys, "xlsx", sheet.name, sample, lambda: iter(()))

    def batches() -> Iterator[pa.RecordBatch]:
        size, count = path.stat().st_size, sheet.count - place - 1
        for part in sheet.parts(after=place + 1, most=SLICE):
            first = place + 2 + source.rows_read
            numbers = pa.array(range(first, first + len(part)), pa.int64())
            columns = [pa.array([row[i] for row in part], pa.string()) for i in range(len(head))]
            source.rows_read += len(part)
            source.bytes_read = size * source.rows_read // count
            yield pa.RecordBatch.from_arrays([numbers, *columns], names=[ROW, *keys])

    source.batches = batches
    return source
