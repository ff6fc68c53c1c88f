"""Orders to ship to a file, and their tracking numbers back from it."""

from __future__ import annotations

from yutang.areas.imports.shipments.checking import MOST_ROWS, check
from yutang.areas.imports.shipments.columns import EDIT, Problem
from yutang.areas.imports.shipments.exporting import export, problems_csv
from yutang.areas.imports.shipments.running import execute, problems, queue, run, runs

__all__ = [
    "EDIT", "MOST_ROWS", "Problem", "check", "execute", "export", "problems", "problems_csv", "queue", "run", "runs",
]  # fmt: skip
