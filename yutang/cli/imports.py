"""`yutang import`"""

from __future__ import annotations

import time
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from yutang.cli import shared

app = typer.Typer(no_args_is_help=True, help="Import a brand's files.")


@app.callback()
def _imports() -> None:
    pass


_Files = Annotated[
    list[Path],
    typer.Argument(exists=True, dir_okay=False, readable=True, help="An export, or two reports that belong together"),
]
_Source = Annotated[str | None, typer.Option(help="Layout (taobao_orders, jd, …); with a mapping: the platform's name")]
_Mapping = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="TOML, see docs/how-to/import-mapping.md")
]


@app.command("orders")
def orders(
    files: _Files,
    merchant: Annotated[str, typer.Option(help="Short name of the merchant")],
    source: _Source = None,
    mapping: _Mapping = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what would happen, write nothing")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Import order files: again and again, the result is the same."""
    with shared.running():
        started = time.monotonic()  # the import itself, from the first byte read to the last fact
        from yutang.areas.imports import services
        from yutang.areas.imports.errors import ImportFileError
        from yutang.areas.imports.failures import FileUnreadable
        from yutang.areas.imports.layouts import LAYOUTS
        from yutang.areas.merchants import queries
        from yutang.core import access, tenancy
        from yutang.lake import writer

        actor = access.system(queries.merchant(merchant).pk, name="yutang import")
        layout = source if source in LAYOUTS and mapping is None else None
        with tenancy.scope(actor.merchant_id):
            run = services.upload(
                files=[(path.name, path.open("rb")) for path in files],
                layout=layout,
                mapping=mapping.read_text(encoding="utf-8") if mapping else None,
                source=None if layout else source,
                actor=actor,
            )
            if not run.layout and not run.mapping:
                raise FileUnreadable(field="mapping", name=files[0].name, code="file.kind_unknown", detail="--mapping")
            services.start(run_id=run.pk, dry_run=dry_run, actor=actor)
        try:
            with nullcontext() if dry_run else writer.following(), _progress(quiet=json) as bar:
                task = bar.add_task(files[0].name, total=run.bytes_total)
                counts = services.execute(
                    run_id=run.pk,
                    actor=actor,
                    progress=lambda read, total: bar.update(task, completed=read, total=total),
                )
        except ImportFileError as error:
            raise FileUnreadable(field="file", name=files[0].name, code=error.code, detail=error.detail) from error
        report = {
            "run": run.pk,
            "dry_run": dry_run,
            "lines": counts.lines,
            "orders": counts.orders,
            "orders_new": counts.orders_new,
            "orders_updated": counts.orders_updated,
            "customers_new": counts.customers_new,
            "customers_matched": counts.customers_matched,
            "merged": counts.merged,
            "anonymous_lines": counts.anonymous_lines,
            "rejected": counts.rejected,
            "duplicates": counts.duplicates,
            "net_amount": counts.net_amount,
            "seconds": round(time.monotonic() - started, 3),
        }
        if json:
            shared.print_json(report)
        else:
            _print(report, services.rejected_path(run) if counts.rejected else None)


def _progress(*, quiet: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn(),
        console=shared.err, disable=quiet,
    )  # fmt: skip


def _print(report: dict[str, object], rejected: Path | None) -> None:
    from rich.table import Table

    table = Table(show_header=False)
    for key, value in report.items():
        table.add_row(key, f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value))
    shared.out.print(table)
    if rejected:
        shared.out.print(f"Rows that were not imported, with reasons: {rejected}")
