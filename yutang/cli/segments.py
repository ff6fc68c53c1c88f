"""`yutang segments count|export`"""

from __future__ import annotations

from typing import Annotated

import typer

from yutang.cli import shared

app = typer.Typer(no_args_is_help=True, help="Count and list the people who fulfil a rule (docs/segments.md).")

Merchant = Annotated[str, typer.Option(help="The merchant's short name.")]
RuleFile = Annotated[str, typer.Option(help="A file with the rule as JSON, or - for standard input.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def count(merchant: Merchant, rule: RuleFile, as_json: AsJson = False) -> None:
    """How many people fulfil the rule."""
    with shared.running():
        from yutang.cli import segment_answers

        segment_answers.count(merchant, rule, as_json=as_json)


@app.command()
def export(merchant: Merchant, rule: RuleFile, as_json: AsJson = False) -> None:
    """Their ids and attributes that identify nobody: CSV, or one JSON object a line."""
    with shared.running():
        from yutang.cli import segment_answers

        segment_answers.export(merchant, rule, as_json=as_json)
