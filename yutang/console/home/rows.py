"""The rows behind a figure with names for their numbers, and their pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from yutang.areas.analytics import queries
from yutang.areas.customers import platforms
from yutang.areas.customers import queries as customers
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import queries as orders
from yutang.console.home import todo
from yutang.ui.templatetags import ui

if TYPE_CHECKING:
    from django.http import HttpRequest

    from yutang.console.home.filters import Filters

NUMERIC = frozenset({"count", "days", "money"})
_CURSOR = re.compile(r"(after|before)\.(-?\d{1,18})\.(\d{1,18})")


@dataclass(frozen=True)
class Cell:
    text: str
    address: str
    label: str
    is_number: bool


def table(request: HttpRequest, key: str, chosen: Filters) -> dict[str, Any]:
    """Context of `_rows.html`."""
    place = _CURSOR.fullmatch(request.GET.get("cursor", ""))
    start = {place[1]: (int(place[2]), int(place[3]))} if place else {}
    found = queries.drill(key, period=chosen.period, nodes=chosen.nodes, actor=request.actor, **start)
    known = _names(found, request)
    return {
        "key": key,
        "by_net": any(column.name == "net" for column in found.columns),
        "columns": [(column.label, column.kind in NUMERIC) for column in found.columns],
        "rows": [
            [
                Cell(
                    *_shown(row[column.name], column.kind, known, request.merchant.currency),
                    label=column.label, is_number=column.kind in NUMERIC,
                )
                for column in found.columns
            ]
            for row in found.rows
        ],
        "total": found.total,
        "next_cursor": f"after.{found.after[0]}.{found.after[1]}" if found.after else "",
        "previous_cursor": f"before.{found.before[0]}.{found.before[1]}" if found.before else "",
    }  # fmt: skip


def _names(found: queries.RowPage, request: HttpRequest) -> dict[str, dict[int, Any]]:
    """What the numbers of a page are called; asked only for the kinds it shows."""
    numbers: dict[str, set[int]] = {}
    for column in found.columns:
        numbers[column.kind] = {row[column.name] for row in found.rows if row[column.name] is not None}
    sees_people = request.actor.may("customers.view")
    return {
        "customer": customers.named(request.actor, numbers["customer"])
        if sees_people and numbers.get("customer")
        else {},
        "order": orders.order_numbers(numbers["order"]) if numbers.get("order") else {},
        "channel": orders.channels(numbers["channel"]) if numbers.get("channel") else {},
        "node": {node.pk: node.name for node in merchants.tree()} if "node" in numbers else {},
    }


def _shown(value: Any, kind: str, known: dict[str, dict[int, Any]], currency: str) -> tuple[str, str]:
    """Text and address of a cell."""
    if value is None:
        return (gettext("Anonymous") if kind == "customer" else "–"), ""
    if kind in ("customer", "order"):
        return str(known[kind].get(value, f"#{value}")), todo.link(f"console:{kind}", value)
    if kind == "channel":
        return platforms.name(str(known[kind].get(value, f"#{value}"))), ""
    if kind in known:
        return str(known[kind].get(value, f"#{value}")), ""
    if kind == "money":
        return ui.money(value, currency), ""
    if kind in ("count", "days"):
        return ui.number(value), ""
    if kind == "kind":
        kinds = {
            "goods": gettext("Goods"), "freight": gettext("Freight"), "refund": gettext("Refund"),
        }  # fmt: skip
        return kinds.get(value, value), ""
    return (ui.day(value) if kind == "day" else str(value)) or "–", ""
