"""The catalogue as a table: one row per SKU, out and in again."""

from __future__ import annotations

from yutang.areas.imports.products.exporting import export
from yutang.areas.imports.products.importing import MOST_ROWS, Report, run

__all__ = ["MOST_ROWS", "Report", "export", "run"]
