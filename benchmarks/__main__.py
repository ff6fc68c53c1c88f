"""Runs the rows and prints the table; writes benchmarks/latest.json."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.shared import Row, database

ROWS = {
    "import": "benchmarks.importing",
    "identity": "benchmarks.identity",
    "segments": "benchmarks.segments",
    "people": "benchmarks.people",
    "events": "benchmarks.events",
    "grades": "benchmarks.grades",
    "suggestions": "benchmarks.suggestions",
    "behaviour": "benchmarks.behaviour",
    "checkout": "benchmarks.checkout",
    "page": "benchmarks.page",
    "issue": "benchmarks.issue",
    "ledger": "benchmarks.ledger",
}


def main(wanted: list[str]) -> int:
    unknown = set(wanted) - set(ROWS)
    if unknown:
        print(f"unknown rows: {', '.join(sorted(unknown))}; there are: {', '.join(ROWS)}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="yutang-bench-") as folder:
        Path(folder).chmod(0o711)
        os.environ["YUTANG_HOME"] = folder
        rows: list[Row] = []
        try:
            with database():
                for name in wanted or ROWS:
                    print(f"measuring {name} …", file=sys.stderr)
                    rows.extend(import_module(ROWS[name]).run())
        finally:  # what was measured before something broke
            _print(rows)
    (Path(__file__).parent / "latest.json").write_text(
        json.dumps([dataclasses.asdict(row) | {"holds": row.holds, "ratio": row.ratio} for row in rows], indent=1)
    )
    return 0 if all(row.holds for row in rows) else 1


def _print(rows: list[Row]) -> None:
    table = Table("row", "value", "goal", "reference", "ratio", "holds")
    for row in rows:
        table.add_row(
            row.row,
            f"{row.value:,.3g} {row.unit}" if row.value < 1000 else f"{row.value:,.0f} {row.unit}",
            row.goal_text,
            "–" if row.reference_value is None else f"{row.reference}: {row.reference_value:,.4g} {row.unit}",
            "–" if row.ratio is None else f"{row.ratio:.2f}",
            "yes" if row.holds else "[red]no[/red]",
        )
    Console().print(table)


if __name__ == "__main__":
    # ROWS=a,b from make arrives as one word.
    sys.exit(main([name for word in sys.argv[1:] for name in word.split(",") if name]))
