"""The command line: one file per topic, all of them with `--json` where they print data."""

from __future__ import annotations

from yutang.cli.main import app

__all__ = ["app"]
