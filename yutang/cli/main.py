"""`yutang …`"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from yutang.cli import customers, imports, merchants, metrics, privacy, segments, shared, stack, upkeep

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Yutang: own your customers.", rich_markup_mode=None)
app.command("init")(merchants.init)
app.add_typer(imports.app, name="import")
app.add_typer(customers.app, name="customers")
app.add_typer(segments.app, name="segments")
app.add_typer(privacy.app, name="privacy")
app.command("metrics")(metrics.metrics)
app.command("up")(stack.up)
app.command("demo")(stack.demo)
app.command("doctor")(upkeep.doctor)
app.command("backup")(upkeep.backup)
app.command("restore")(upkeep.restore)
app.command("lake-rebuild")(upkeep.lake_rebuild)


@app.callback()
def _root(version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False) -> None:
    if version:
        from importlib.metadata import version as installed

        sys.stdout.write(installed("yutang") + "\n")
        raise typer.Exit


__all__ = ["app", "shared"]
