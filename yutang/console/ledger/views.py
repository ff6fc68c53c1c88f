"""The books: from the trial balance through a month to its postings, and to one entry."""

from __future__ import annotations

import calendar
from datetime import date
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils.translation import gettext

from yutang.areas.customers import queries as customers
from yutang.areas.merchants import queries as merchants
from yutang.console.access import page
from yutang.console.ledger import asking, labels
from yutang.console.ledger.files import Row, as_csv
from yutang.console.shell.listing import render_list
from yutang.core import clock
from yutang.core.ledger import browsing
from yutang.ui.paging import page_of
from yutang.ui.templatetags.ui import by

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.http import HttpRequest, HttpResponse

    from yutang.core.ledger.models import Posting
    from yutang.core.ledger.queries import TrialLine

MOST_EXPORTED = 50_000


@page(asking.VIEW, methods=("GET",))
def trial(request: HttpRequest) -> HttpResponse:
    """Every account kind with its balance at the end of a day; each unit sums to zero."""
    asking.require_everything(request)
    zone = request.merchant.timezone
    on = asking.day(request.GET.get("on", "")) or clock.today(zone)
    lines = browsing.trial_before(merchant_id=request.merchant.pk, before=clock.end_of_day(on, zone))
    units = [_unit(unit, [line for line in lines if line.unit == unit]) for unit in _in_order(lines)]
    if request.GET.get("format") == "csv":
        head = [gettext("Account"), gettext("Code"), gettext("Unit"), gettext("Balance")]
        rows = [[labels.account(line.kind), line.kind, line.unit, line.balance] for line in lines]
        return as_csv(f"trial-balance-{on}", [head, *rows])
    context = {"units": units, "on": on, "run": browsing.last_run()}
    return render(request, "console/ledger/trial.html", context)


def _in_order(lines: list[TrialLine]) -> list[str]:
    return list(dict.fromkeys(line.unit for line in lines))


def _unit(unit: str, lines: list[TrialLine]) -> dict[str, object]:
    total = sum(line.balance for line in lines)
    return {
        "unit": labels.unit(unit), "is_balanced": total == 0, "total": labels.amount(total, unit),
        "lines": [
            {
                "kind": line.kind, "unit": unit, "label": labels.account(line.kind), "balance": line.balance,
                "shown": labels.amount(line.balance, unit),
            }
            for line in lines
        ],
    }  # fmt: skip


@page(asking.VIEW, methods=("GET",))
def months(request: HttpRequest) -> HttpResponse:
    """A year of one account kind: what it began with, what came and went each month, what it ended with."""
    asking.require_everything(request)
    want, zone = asking.wanted(request), request.merchant.timezone
    this_year = clock.today(zone).year
    text = request.GET.get("year", "")
    year = (
        int(text) if text.isascii() and text.isdecimal() and len(text) == 4 and int(text) in clock.YEARS else this_year
    )
    starts, ends = clock.start_of_day(date(year, 1, 1), zone), clock.end_of_day(date(year, 12, 31), zone)
    merchant_id = request.merchant.pk
    before = browsing.trial_before(merchant_id=merchant_id, before=starts)
    opening = sum(line.balance for line in before if (line.kind, line.unit) == (want.kind, want.unit))
    found = browsing.months(
        merchant_id=merchant_id, kind=want.kind, unit=want.unit, since=starts, before=ends, timezone=zone
    )
    rows = []
    balance = opening
    for line in found:
        was, balance = balance, balance + line.plus + line.minus
        last = line.month.replace(day=calendar.monthrange(line.month.year, line.month.month)[1])
        amounts = {
            key: labels.amount(value, want.unit)
            for key, value in (("was", was), ("plus", line.plus), ("minus", line.minus), ("balance", balance))
        }
        rows.append({**amounts, "line": line, "query": want.query(since=line.month, until=last)})
    if request.GET.get("format") == "csv":
        return as_csv(f"ledger-{year}", _month_rows(found, opening))
    context = {
        "rows": rows, "want": want, "label": labels.account(want.kind), "year": year, "earlier": year - 1,
        "later": year + 1 if year < this_year else None, "opening": labels.amount(opening, want.unit),
        "closing": labels.amount(balance, want.unit),
    }  # fmt: skip
    return render(request, "console/ledger/months.html", context)


def _month_rows(found: Iterable[browsing.MonthLine], opening: int) -> Iterator[Row]:
    yield [
        gettext("Month"),
        gettext("Before"),
        gettext("Plus"),
        gettext("Minus"),
        gettext("After"),
        gettext("Postings"),
    ]
    balance = opening
    for line in found:
        was, balance = balance, balance + line.plus + line.minus
        yield [line.month.strftime("%Y-%m"), was, line.plus, line.minus, balance, line.count]


@page(asking.VIEW, methods=("GET",))
def postings(request: HttpRequest) -> HttpResponse:
    """What was booked in some days, newest first."""
    asking.require_everything(request)
    want = asking.wanted(request)
    rows = browsing.postings(
        since=want.starts, before=want.ends, kind=want.kind, unit=want.unit, source=want.source,
        entry_kind=want.entry_kind, holder=want.holder,
    )  # fmt: skip
    nodes = {node.pk: node.name for node in merchants.tree()}
    if request.GET.get("format") == "csv":
        chosen = rows.order_by(*browsing.POSTINGS_ORDER)[:MOST_EXPORTED]
        return as_csv(f"postings-{want.since}-{want.until}", _posting_rows(chosen, nodes))
    found = page_of(rows, request, order=browsing.POSTINGS_ORDER)
    people = _people(request, found.rows)
    for posting in found.rows:
        labelled(posting, nodes, people)
    context = {
        "page": found, "want": want, "label": labels.account(want.kind) if want.kind else "",
        "kinds": [(key, labels.account(key)) for key in labels.ACCOUNTS],
        "entries": [(key, labels.entry(key)) for key in labels.ENTRIES],
        "sources": [(key, gettext(name)) for key, (name, _page) in labels.SOURCES.items()],
        "csv": want.query(format="csv"),
        "holder": labels.holder(*want.holder, nodes, people) if want.holder else None,
        "all_holders": want.query(holder=""),
    }  # fmt: skip
    return render_list(request, "console/ledger/postings.html", "console/ledger/_postings.html", context)


def _posting_rows(chosen: Iterable[Posting], nodes: dict[int, str]) -> Iterator[Row]:
    yield [
        gettext("Time"), gettext("Entry"), gettext("What"), gettext("Account"), gettext("Holder"), gettext("Unit"),
        gettext("Amount"), gettext("Balance after"), gettext("Source"), gettext("By"), gettext("Reason"),
    ]  # fmt: skip
    for one in chosen:
        labelled(one, nodes)
        yield [
            one.entry.at.isoformat(timespec="seconds"), one.entry_id, one.entry_label, one.account_label, one.holder[0],
            one.account.unit, one.amount, one.balance_after, one.source[0], by(one.entry.actor_name),
            labels.why(one.entry),
        ]  # fmt: skip


@page(asking.VIEW, methods=("GET",))
def entry(request: HttpRequest, ledger_entry_id: int) -> HttpResponse:
    asking.require_everything(request)
    whole = browsing.entry(ledger_entry_id)
    nodes = {node.pk: node.name for node in merchants.tree()}
    people = _people(request, whole.postings)
    for posting in whole.postings:
        posting.entry = whole.entry
        labelled(posting, nodes, people)
    context = {
        "whole": whole, "entry": whole.entry, "label": labels.booked(whole.entry),
        "why": labels.why(whole.entry),
        "source": labels.source(whole.entry.source_type, whole.entry.source_id),
    }  # fmt: skip
    return render(request, "console/ledger/entry.html", context)


def _people(request: HttpRequest, rows: Iterable[Posting]) -> dict[int, str]:
    """Names of the customers among the holders, of those whom the actor may see."""
    ids = {row.account.holder_id for row in rows if row.account.holder_type == "customer"}
    return customers.named(request.actor, ids) if ids and request.actor.may("customers.view") else {}


def labelled(posting: Posting, nodes: dict[int, str], people: dict[int, str] | None = None) -> Posting:
    """With the words for what is stored as codes, for templates."""
    account, of = posting.account, posting.entry
    posting.entry_label, posting.account_label = labels.booked(of), labels.account(account.kind)
    posting.holder = labels.holder(account.holder_type, account.holder_id, nodes, people)
    posting.source = labels.source(of.source_type, of.source_id)
    posting.shown = labels.amount(posting.amount, account.unit)
    posting.after = labels.amount(posting.balance_after, account.unit)
    return posting
