"""A table to a file, row by row: memory stays the same however long it is. Texts that look like formulas stay texts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import IO

import xlsxwriter

from yutang.core.spreadsheets import harmless

Cell = str | int | float


def write(*, headers: Sequence[str], rows: Iterable[Sequence[Cell]], target: IO[bytes], is_csv: bool) -> int:
    """How many rows."""
    return (_csv if is_csv else _xlsx)(headers, rows, target)


def _csv(headers: Sequence[str], rows: Iterable[Sequence[Cell]], target: IO[bytes]) -> int:
    out = io.TextIOWrapper(target, encoding="utf-8-sig", newline="")  # spreadsheet programs know Chinese by the mark
    writer = csv.writer(out)
    writer.writerow(headers)
    count = 0
    for row in rows:
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
        count += 1
    out.flush()
    out.detach()
    return count


def _xlsx(headers: Sequence[str], rows: Iterable[Sequence[Cell]], target: IO[bytes]) -> int:
    # constant_memory: a row is written out when the next one begins.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(target, options)
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(headers) - 1, 14)
    sheet.write_row(0, 0, headers, book.add_format({"bold": True}))
    count = 0
    for count, row in enumerate(rows, 1):
        sheet.write_row(count, 0, row)
    book.close()
    return count
