"""Excel files (.xlsx, .xls) as rows of text.

Excel workbooks lie about their size: one cell at XFD1048576 makes a naive reader allocate a hundred gigabytes. The
sheet's own XML is therefore scanned for its farthest cell before anything is allocated.
"""

from __future__ import annotations

import datetime as dt
import lzma
import re
import zipfile
import zlib
from pathlib import Path

import python_calamine

from .errors import ImportFileError

MAX_COLUMNS = 1_000
MAX_CELLS = 30_000_000
MAX_UNPACKED = 1 << 30
_CELL = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,9})(\d{1,12})["']""")

Sheet = tuple[str, list[list[str]]]


def read_sheets(path: Path) -> list[Sheet]:
    """Every sheet that has rows, as (name, rows of text); the first row is the sheet's first row."""
    with path.open("rb") as file:
        if file.read(2) == b"PK":
            _check_package(path)
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        sheets = []
        for name in book.sheet_names[:20]:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            if rows:
                if len(rows[0]) > MAX_COLUMNS:
                    raise ImportFileError("file.too_many_columns", str(len(rows[0])))
                sheets.append((name, [[as_text(cell) for cell in row] for row in rows]))
    except (python_calamine.CalamineError, OSError, ValueError, OverflowError, zipfile.BadZipFile) as error:
        raise ImportFileError("file.sheet_corrupted", str(error)[:200]) from error
    if not sheets:
        raise ImportFileError("file.empty")
    return sheets


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
            if not any(info.filename.lower().startswith("xl/") for info in infos):
                raise ImportFileError("file.not_a_table", "zip without a workbook")
            if sum(info.file_size for info in infos) > MAX_UNPACKED:
                raise ImportFileError("file.too_large")
            cells = 0
            for info in infos:
                if re.search(r"worksheets/[^/]+\.(xml|bin)$", info.filename, re.IGNORECASE):
                    cells += _farthest_cell(package, info)
                    if cells > MAX_CELLS:
                        raise ImportFileError("file.too_large", "cells")
    except ImportFileError:
        raise
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, RuntimeError) as error:
        raise ImportFileError("file.zip_corrupted", str(error)[:200]) from error


def _farthest_cell(package: zipfile.ZipFile, info: zipfile.ZipInfo) -> int:
    """Rows × columns of the area that a sheet spans."""
    last_row = last_column = read = 0
    tail = b""
    with package.open(info) as stream:
        while chunk := stream.read(1 << 20):
            read += len(chunk)
            if read > MAX_UNPACKED:  # the package's own size field lied
                raise ImportFileError("file.too_large")
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
        raise ImportFileError("file.too_many_columns", str(last_column))
    return last_row * max(last_column, 1)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
