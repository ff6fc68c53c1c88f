"""`yutang metrics`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from yutang.cli import shared

if TYPE_CHECKING:
    from yutang.areas.analytics.queries import MetricValue


def metrics(
    merchant: Annotated[str, typer.Option(help="Short name of the merchant")],
    at: Annotated[
        str | None, typer.Option(help="Figures as of the end of this day, YYYY-MM-DD", metavar="DATE")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Plain numbers; money in minor units")] = False,
) -> None:
    """Show what the pool of people is worth."""
    with shared.running():
        from yutang.areas.analytics import queries
        from yutang.areas.merchants import queries as merchants
        from yutang.core import access, clock, tenancy
        from yutang.lake import writer

        found = merchants.merchant(merchant)
        day = queries.day_from(at, "at") if at else None
        writer.run()  # a running Yutang has done this seconds ago; without one, nobody has
        with tenancy.scope(found.pk):
            values = queries.metrics(at=day, actor=access.system(found.pk, name="yutang metrics"))
        shown_day = day or clock.today(found.timezone)
        if json:
            plain = {key: value.value for key, value in values.items()}
            shared.print_json({**plain, "as_of": shown_day.isoformat(), "currency": found.currency})
        else:
            _print(values, f"{found.name} · {shown_day}", found.currency)


def _print(values: dict[str, MetricValue], title: str, currency: str) -> None:
    from rich.table import Table

    from yutang.areas.analytics import queries

    table = Table(title=title, show_header=False, title_justify="left")
    table.add_column()
    table.add_column(justify="right")
    table.add_column(style="dim")
    for key, value in values.items():
        table.add_row(queries.definition(key).name, _text(value, currency), key)
    shared.out.print(table)


def _text(shown: MetricValue, currency: str) -> str:
    from django.utils.translation import get_language

    from yutang.core import money

    value = shown.value
    if value is None:
        return "–"
    if shown.unit == "money":
        return money.formatted(round(value), currency, get_language() or "en")
    if shown.unit == "ratio":
        return f"{value:.1%}"
    if shown.unit == "days":
        return f"{value:,.1f} days"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"
