"""Excel files (.xlsx, .xls) as lines of JSON: `python unpacking.py FILE BYTES SECONDS`, a process of its own.

Workbooks lie about their size: one cell at XFD1048576 makes a naive reader allocate a hundred gigabytes, and one long
text that a million cells share is copied for each of them. This process may therefore take so many bytes of memory
and work so many seconds; whoever started it reads from its end what became of the file (sheets.py).

For each sheet that has rows a line {"sheet": name}, then one line per row: a list of texts, the sheet's first row
first. A file that cannot be read ends with {"error": code, "detail": …}.
"""

from __future__ import annotations

import datetime as dt
import json
import lzma
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import python_calamine

MAX_COLUMNS = 1_000
MAX_CELLS = 30_000_000
MAX_SHEETS = 20
MAX_UNPACKED = 1 << 30
MAX_WRITTEN = 1 << 30
EXHAUSTED = 70  # exit status: out of memory, or too much was written
_CELL = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,9})(\d{1,12})["']""")


class Unreadable(Exception):
    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail


def main(path: str, most_bytes: str, most_seconds: str) -> int:
    limit(int(most_bytes), int(most_seconds))
    try:
        left = MAX_WRITTEN
        for row in lines(Path(path)):
            line = json.dumps(row, ensure_ascii=False).encode() + b"\n"
            left -= len(line)
            if left < 0:
                return EXHAUSTED
            sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
    except MemoryError:
        return EXHAUSTED
    except Unreadable as error:
        sys.stdout.buffer.write(json.dumps({"error": error.code, "detail": error.detail}).encode() + b"\n")
    return 0


def limit(most_bytes: int, most_seconds: int) -> None:
    """Of this process, as far as the machine knows such limits (Windows has none, macOS none of memory)."""
    try:
        import resource
    except ImportError:
        return
    wanted = (
        (resource.RLIMIT_AS, most_bytes), (resource.RLIMIT_CPU, most_seconds),
        (resource.RLIMIT_CORE, 0),  # a reader that runs out of memory aborts, which is no reason for a dump
    )  # fmt: skip
    for what, most in wanted:
        with suppress(ValueError, OSError):
            _, hard = resource.getrlimit(what)
            resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def lines(path: Path) -> Iterator[Any]:
    with path.open("rb") as file:
        if file.read(2) == b"PK":
            _check_package(path)
    is_empty = True
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names[:MAX_SHEETS]:
            sheet = book.get_sheet_by_name(name)
            if sheet.start is None:
                continue
            if (width := sheet.start[1] + sheet.width) > MAX_COLUMNS:
                raise Unreadable("file.too_many_columns", str(width))
            is_empty = False
            yield {"sheet": name}
            before = [""] * sheet.start[1]  # rows before the first cell are told, columns are not
            for row in sheet.iter_rows():
                yield before + [as_text(cell) for cell in row]
    except (python_calamine.CalamineError, OSError, ValueError, OverflowError, zipfile.BadZipFile) as error:
        raise Unreadable("file.sheet_corrupted", str(error)[:200]) from error
    if is_empty:
        raise Unreadable("file.empty")


def as_text(value: object) -> str:
    """The text a cell shows. Numbers keep their shortest exact form; whole numbers too long for Excel to have kept
    all their digits become scientific notation, so that an id column reports them instead of importing a wrong id."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        return f"{value:.8E}" if abs(value) >= 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return str(value)


def _check_package(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as package:
            infos = package.infolist()
            names = {info.filename.lower() for info in infos}
            if not any(name.startswith("xl/") for name in names):
                raise Unreadable("file.not_a_table", "zip without a workbook")
            if "xl/workbook.bin" in names:  # its cells cannot be counted without reading them
                raise Unreadable("file.is_xlsb")
            if sum(info.file_size for info in infos) > MAX_UNPACKED:
                raise Unreadable("file.too_large")
            cells = 0
            for info in infos:
                if re.search(r"worksheets/[^/]+\.xml$", info.filename, re.IGNORECASE):
                    cells += _farthest_cell(package, info)
                    if cells > MAX_CELLS:
                        raise Unreadable("file.too_large", "cells")
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, RuntimeError) as error:
        raise Unreadable("file.zip_corrupted", str(error)[:200]) from error


def _farthest_cell(package: zipfile.ZipFile, info: zipfile.ZipInfo) -> int:
    """Rows × columns of the area that a sheet spans."""
    last_row = last_column = read = 0
    tail = b""
    with package.open(info) as stream:
        while chunk := stream.read(1 << 20):
            read += len(chunk)
            if read > MAX_UNPACKED:  # the package's own size field lied
                raise Unreadable("file.too_large")
            block = tail + chunk
            names = set()
            for letters, number in _CELL.findall(block):
                names.add(letters)
                if int(number) > last_row:
                    last_row = int(number)
            for letters in names:
                last_column = max(last_column, _column_number(letters))
            tail = block[-40:]
    if last_column > MAX_COLUMNS:
        raise Unreadable("file.too_many_columns", str(last_column))
    return last_row * max(last_column, 1)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
