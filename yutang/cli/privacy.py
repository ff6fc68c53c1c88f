"""`yutang privacy prove`"""

from __future__ import annotations

import json as json_module
import sys
from typing import Annotated

import typer

from yutang.cli import shared

app = typer.Typer(no_args_is_help=True, help="Requests of people about their data.", rich_markup_mode=None)
KINDS = ("name", "phone", "email", "address", "account")


@app.callback()
def _group() -> None:
    """Keeps `prove` a command of its own, though it is the only one."""


@app.command("prove")
def prove(
    merchant: Annotated[str, typer.Option(help="Short name of the merchant")],
    request: Annotated[int, typer.Option(help="Number of the erasure request")],
    values: Annotated[
        bool, typer.Option("--values", help='Search anew for values given on input: {"phone": ["+86…"], "name": […]}')
    ] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Show the proof of an erasure, or search everything stored anew. Ends with 1 when something was found.

    Yutang has forgotten what it looked for; whoever asks brings the values along, and they are not stored.
    """
    with shared.running():
        from yutang.areas.customers.erasing import Trace
        from yutang.areas.merchants import queries as merchants
        from yutang.areas.privacy import queries
        from yutang.core import access

        merchant_id = merchants.merchant(merchant).pk
        actor = access.system(merchant_id)
        if values:
            given = json_module.loads(sys.stdin.read() or "{}")
            if (
                not isinstance(given, dict)
                or set(given) - set(KINDS)
                or not all(map(bool, given.values()))
                or not given
            ):
                shared.fail(f"Give a JSON object with lists of values of these kinds: {', '.join(KINDS)}")
            traces = [Trace(kind, text) for kind, texts in given.items() for text in texts]
            proof = queries.prove_again(request_id=request, traces=traces, actor=actor)
        else:
            proof = queries.proof(request_id=request, actor=actor)
    if json:
        shared.print_json(proof)
    else:
        for place, found in proof["places"].items():
            shared.out.print(f"[red]✗[/red] {place}: {found}", highlight=False)
        shared.out.print(
            f"{proof['at']}: searched {proof['tables']} tables ({proof['bytes_of_tables']:,} bytes,"
            f" {proof['decrypted']:,} encrypted fields), {proof['files']} files, {proof['lake_files']} of the lake"
            f" for {sum(proof['values'].values())} values; found in {len(proof['places'])} places",
            highlight=False,
        )
    if proof["places"]:
        raise typer.Exit(1)
