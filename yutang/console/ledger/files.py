"""Tables of the books as CSV files."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from django.http import HttpResponse

from yutang.core.spreadsheets import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable

Row = list[str | int | None]


def as_csv(name: str, rows: Iterable[Row]) -> HttpResponse:
    """Amounts are written in the unit's smallest step, as they are kept."""
    text = io.StringIO()
    csv.writer(text).writerows([[harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows])
    response = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
