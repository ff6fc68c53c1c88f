"""`yutang customers suggest`"""

from __future__ import annotations

from typing import Annotated

import typer

from yutang.cli import shared

app = typer.Typer(no_args_is_help=True, help="Look after the people of the pool.")


@app.callback()
def _customers() -> None:
    """Keeps `suggest` a command of its own while it is the only one."""


@app.command()
def suggest(
    merchant: Annotated[str, typer.Option(help="The merchant's short name.")],
    least: Annotated[float, typer.Option(help="Chance that a pair must reach.")] = 0.5,
    most: Annotated[int, typer.Option(help="Pairs to propose at most, the likeliest.")] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look for people who are probably one, and ask about them in the merge review. Nothing is merged."""
    with shared.running():
        import dataclasses

        from rich.progress import Progress

        from yutang.areas.customers.suggestions import services
        from yutang.areas.merchants import queries as merchants
        from yutang.core import access
        from yutang.lake import writer

        found = merchants.merchant(merchant)
        writer.run()  # habits are read from the lake
        actor = access.system(found.pk, name="yutang customers suggest")
        with Progress(console=shared.err, transient=True, disable=as_json) as bar:
            task = bar.add_task("Comparing people", total=100)
            outcome = services.suggest(
                least=least, most=most, actor=actor,
                progress=lambda percent: bar.update(task, completed=percent),
            )  # fmt: skip
        if as_json:
            shared.print_json(dataclasses.asdict(outcome))
        else:
            shared.out.print(
                f"{outcome.people:,} people, {outcome.compared:,} pairs compared, {outcome.likely:,} likely,"
                f" {outcome.proposed:,} new questions in the merge review"
            )
