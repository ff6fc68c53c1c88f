"""Small export files for the import tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from yutang.areas.imports import normalise
from yutang.areas.imports.mapping import Mapping
from yutang.areas.imports.schema import CANONICAL, RowError

Row = dict[str, Any]


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def write_xlsx(folder: Path, name: str, rows: Sequence[Sequence[Any]]) -> Path:
    path = folder / name
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("订单")
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                sheet.write(number, place, cell)
    return path


def table_text(rows: Sequence[Row], delimiter: str = ",") -> str:
    """CSV text of rows with the same keys."""
    lines = [delimiter.join(rows[0])]
    lines += [delimiter.join(str(cell) for cell in row.values()) for row in rows]
    return "\r\n".join(lines) + "\r\n"


def read_all(
    *paths: Path,
    kind: str | None = None,
    mapping: Mapping | None = None,
    timezone: str = "Asia/Shanghai",
    phone_region: str = "CN",
) -> tuple[list[Row], list[RowError]]:
    rows: list[Row] = []
    errors: list[RowError] = []
    for batch in normalise.read(
        paths, kind=kind, mapping=mapping, timezone=timezone, exponent=2, phone_region=phone_region
    ):
        assert batch.rows.schema.equals(CANONICAL)
        rows += batch.rows.to_pylist()
        errors += batch.errors
    return rows, errors


def brief(rows: list[Row]) -> list[tuple[str, str, str, int, int]]:
    """(order, key, kind, quantity, amount) of each line."""
    return [(r["order_no"], r["line_key"], r["kind"], r["quantity"], r["amount"]) for r in rows]
