"""What each store and supplier is owed, for an open period and for closed ones, down to the rows."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.utils.translation import gettext

from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import queries_settlement as orders
from yutang.areas.payments import queries as payments
from yutang.areas.settlement import queries
from yutang.areas.settlement.models import StatementLine
from yutang.areas.settlement.queries import Party
from yutang.console.access import page
from yutang.console.ledger.files import as_csv
from yutang.console.settlement.forms import PaymentForm
from yutang.console.shell.listing import render_list
from yutang.core import clock
from yutang.core.errors import NotFound
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

What = StatementLine.What
LABELS = dict(What.choices)


def period(request: HttpRequest, party: Party | None = None) -> tuple[date, date]:
    """The days in the address; else from where the last statement ended to yesterday, at least last month's."""
    today = clock.today(request.merchant.timezone)
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    since = _day(request.GET.get("since", "")) or (queries.next_since(party) if party else None) or month
    until = _day(request.GET.get("until", "")) or max(today - timedelta(days=1), since)
    return since, max(since, until)


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.year in clock.YEARS else None


@page(queries.VIEW, methods=("GET",))
def overview(request: HttpRequest) -> HttpResponse:
    found = page_of(queries.statements(request.actor), request, order=queries.NEWEST, size=20)
    context = {
        "page": found, "stores": queries.stores(request.actor), "suppliers": queries.suppliers(request.actor),
        "is_whole": request.actor.nodes(queries.VIEW) is None,
    }  # fmt: skip
    return render_list(request, "console/settlement/overview.html", "console/settlement/_statements.html", context)


@page(queries.VIEW, methods=("GET",))
def store(request: HttpRequest, node_id: int) -> HttpResponse:
    node = merchants.node(node_id, actor=request.actor, permission=queries.VIEW)
    return _open(request, Party("node", node.pk), node.name, {"node": node, "terms": queries.terms_of(node.pk)})


@page(queries.VIEW, methods=("GET",))
def supplier(request: HttpRequest, supplier_id: int) -> HttpResponse:
    found = queries.supplier(supplier_id, actor=request.actor)
    return _open(request, Party("supplier", found.pk), found.name, {"supplier": found, "terms": found})


def _open(request: HttpRequest, party: Party, name: str, more: dict[str, Any]) -> HttpResponse:
    since, until = period(request, party)
    found, late = queries.open_lines(request.merchant.pk, party, since, until)
    lines = [
        {"label": LABELS[one.what], "line": one, "about": about}
        for about, one in [*((None, one) for one in found), *late]
    ]
    due = sum(row["line"].due for row in lines)
    if request.GET.get("format") == "csv":
        return as_csv(
            f"settlement-{since}-{until}",
            [_head(), *([str(r["label"]), r["line"].base, r["line"].due, r["line"].count] for r in lines)],
        )
    context = {
        "name": name, "lines": lines, "due": due, "since": since, "until": until,
        "is_over": until < clock.today(request.merchant.timezone), **more,
    }  # fmt: skip
    return render(request, "console/settlement/open.html", context)


def _head() -> list[str | int | None]:
    return [gettext("What"), gettext("Base"), gettext("Due"), gettext("Rows")]


@page(queries.VIEW, methods=("GET",))
def rows(request: HttpRequest, node_id: int) -> HttpResponse:
    """What stands behind a figure of a store: its sale lines, or the money in its drawers."""
    node = merchants.node(node_id, actor=request.actor, permission=queries.VIEW)
    since, until = period(request)
    start, end = queries.bounds(request.merchant.pk, since, until)
    what = request.GET.get("what", What.SOLD)
    context: dict[str, Any] = {"node": node, "since": since, "until": until, "what": what}
    if what == What.CASH:
        moves = payments.cash_moves(start, end, node_id=node.pk)
        context["page"] = page_of(moves, request, order=payments.MOVES_ORDER)
        return render_list(request, "console/settlement/rows.html", "console/settlement/_cash.html", context)
    if what == What.SOLD:
        lines = orders.lines(start, end, node_id=node.pk)
    elif what == What.SERVED_FOR:
        lines = orders.served_lines(start, end, served_at=node.pk)
    elif what == What.SERVED_BY:
        lines = orders.served_lines(start, end, sold_at=node.pk)
    else:
        raise NotFound
    context["page"] = page_of(lines, request, order=orders.ORDER)
    return render_list(request, "console/settlement/rows.html", "console/settlement/_lines.html", context)


@page(queries.VIEW, methods=("GET",))
def statement(request: HttpRequest, statement_id: int) -> HttpResponse:
    return shown(request, statement_id, None)


def shown(request: HttpRequest, statement_id: int, form: PaymentForm | None) -> HttpResponse:
    found = queries.statement(statement_id, actor=request.actor)
    lines, paid = queries.lines(found), queries.paid(found)
    if request.GET.get("format") == "csv":
        table = [[str(one.get_what_display()), one.base, one.due, one.count] for one in lines]
        return as_csv(f"statement-{found.pk}", [_head(), *table])
    context = {
        "statement": found, "lines": lines, "payments": queries.payments(found), "paid": paid,
        "left": found.due - paid, "owed": abs(found.due - paid),
        "form": form or PaymentForm(initial={"key": secrets.token_hex(12)}, currency=found.currency),
    }  # fmt: skip
    status = 422 if form is not None else 200
    return render(request, "console/settlement/statement.html", context, status=status)
