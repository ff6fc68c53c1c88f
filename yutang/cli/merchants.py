"""`yutang init`"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from yutang.cli import shared


def init(
    merchant: Annotated[str, typer.Option(help="Short name of the merchant, as in addresses: a-z, 0-9, -")],
    owner: Annotated[str, typer.Option(help="E-mail of the owner's log-in")],
    name: Annotated[str, typer.Option(help="The brand's name")] = "",
    currency: Annotated[str, typer.Option(help="ISO 4217")] = "CNY",
    timezone: Annotated[str, typer.Option(help="IANA name: where the brand's days begin and end")] = "Asia/Shanghai",
    phone_region: Annotated[str, typer.Option(help="How phones without country code are read: CN, GB, …")] = "",
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from input")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Make a merchant with its owner."""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else typer.prompt("Password", hide_input=True)
    with shared.running():
        from yutang.areas.merchants import services

        made = services.create_merchant(
            slug=merchant,
            name=name or merchant,
            currency=currency,
            timezone=timezone,
            phone_region=phone_region or _region(timezone),
            owner_email=owner,
            owner_password=password,
        )
        if json:
            shared.print_json({"id": made.pk, "merchant": made.slug, "currency": currency, "timezone": timezone})
        else:
            shared.out.print(f"Merchant {made.slug} is ready. Start with: yutang up")


def _region(timezone: str) -> str:
    """The country of a time zone, by the zone table of the time-zone database."""
    from importlib.resources import files

    for line in (files("tzdata") / "zoneinfo" / "zone.tab").read_text().splitlines():
        if not line.startswith("#") and line.split("\t")[2] == timezone:
            return line.split("\t")[0]
    return "CN"
