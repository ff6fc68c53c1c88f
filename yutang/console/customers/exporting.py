"""The list as a file: masked, at most 50,000 people, written down in the audit log."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import xlsxwriter
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, pgettext

from yutang.areas.customers import services
from yutang.console.access import page
from yutang.console.customers import labels, listing
from yutang.core import money
from yutang.core.spreadsheets import harmless

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

LIMIT = 50_000
CHUNK = 2_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@page("customers.export", methods=("POST",))
def export(request: HttpRequest) -> HttpResponse:
    """`ids` of the chosen rows; without any, everybody the address' filters let through."""
    wanted = listing.filters(request)
    found = listing.people(request, wanted, "customers.export")
    if chosen := request.POST.getlist("ids"):
        # Ids that cannot be read choose nobody, never everybody.
        found = found.filter(pk__in=[int(text) for text in chosen if text.isdecimal() and len(text) < 19])
    people = list(found.select_related("home_node").order_by("-id")[:LIMIT])
    services.record_export(rows=len(people), filters={k: v for k, v in wanted.items() if v}, actor=request.actor)
    rows = _rows(request, people)
    is_csv = request.POST.get("format") == "csv"
    response = HttpResponse(
        _csv(rows) if is_csv else _xlsx(rows), content_type="text/csv; charset=utf-8" if is_csv else XLSX
    )
    name = timezone.localtime().strftime("customers-%Y%m%d-%H%M")
    response["Content-Disposition"] = f'attachment; filename="{name}.{"csv" if is_csv else "xlsx"}"'
    return response


def _rows(request: HttpRequest, people: list) -> Iterator[list[str | int | float]]:
    yield [
        gettext("Customer number"), pgettext("of a person", "Name"), gettext("Phone"), gettext("First source"),
        gettext("Province"), gettext("City"), gettext("Home store"), gettext("Purchases"), gettext("Net amount"),
        gettext("Last purchase"), gettext("First seen"),
    ]  # fmt: skip
    for start in range(0, len(people), CHUNK):
        for row in listing.rows(request, people[start : start + CHUNK]):
            person, bought = row.customer, row.statistic
            yield [
                person.pk, person.name, row.phone, labels.source(person.source), person.province, person.city,
                person.home_node.name, bought.purchases,
                float(money.to_decimal(bought.net_amount, request.merchant.currency)),
                _day(bought.last_purchase_at), _day(person.first_seen_at),
            ]  # fmt: skip


def _day(at: object) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d") if at else ""


def _csv(rows: Iterator[list[str | int | float]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
    return out.getvalue().encode("utf-8-sig")  # spreadsheet programs know Chinese by the mark


def _xlsx(rows: Iterator[list[str | int | float]]) -> bytes:
    out = io.BytesIO()
    # Without this option a name like "=1+1" would become a formula.
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row, book.add_format({"bold": True}) if number == 0 else None)
    sheet.autofit()
    book.close()
    return out.getvalue()
