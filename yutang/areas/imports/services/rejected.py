"""The list of rows that were not imported, in the language of whoever reads it."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from yutang.areas.imports.failures import ROW_REASONS
from yutang.areas.imports.services.running import rejected_store
from yutang.core.spreadsheets import harmless

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from yutang.areas.imports.models import ImportRun

csv.field_size_limit(1 << 20)


def rejected_rows(run: ImportRun, limit: int | None = None) -> Iterator[dict[str, str]]:
    """`row`, `column`, `code`, `reason`, `value` of each; nothing when every row was good."""
    path = rejected_store(run)
    if not path.exists():
        return
    with path.open(encoding="utf-8", newline="") as stream:
        for number, (row, column, code, value) in enumerate(csv.reader(stream)):
            if limit is not None and number >= limit:
                return
            reason = gettext(ROW_REASONS[code]) if code in ROW_REASONS else code
            yield {"row": row, "column": column, "code": code, "reason": reason, "value": value}


def rejected_csv(run: ImportRun) -> Iterator[str]:
    """A CSV for Excel, line by line: it begins with a byte order mark, and no cell can run as a formula."""
    yield "\ufeff" + _line(
        [gettext("Row"), gettext("Column"), gettext("Reason"), gettext("Reason code"), gettext("Cell")]
    )
    for row in rejected_rows(run):
        yield _line([row["row"], harmless(row["column"]), row["reason"], row["code"], harmless(row["value"])])


def rejected_path(run: ImportRun) -> Path:
    """The same written to a file."""
    path = rejected_store(run).with_suffix(".csv")
    with path.open("w", encoding="utf-8", newline="") as target:
        target.writelines(rejected_csv(run))
    return path


def _line(cells: list[str]) -> str:
    line = io.StringIO(newline="")
    csv.writer(line).writerow(cells)
    return line.getvalue()
