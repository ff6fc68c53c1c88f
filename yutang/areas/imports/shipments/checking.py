"""A file of tracking numbers, read and checked; nothing is shipped by this."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext, gettext_noop

from yutang.areas.imports.errors import ImportFileError
from yutang.areas.imports.failures import FileUnreadable
from yutang.areas.imports.models import ShipmentRun
from yutang.areas.imports.reader import ROW, open_source
from yutang.areas.imports.shipments.columns import BY_HEADER, BY_NAME, EDIT, NEEDED
from yutang.areas.orders import carriers, holds, queries_list
from yutang.areas.orders.models import Order
from yutang.core import audit

if TYPE_CHECKING:
    from pathlib import Path

    from yutang.core.access import Actor

MOST_ROWS = 5_000
UNKNOWN = gettext_noop("there is no order of your shop with this number, or you may not ship it")
TWICE = gettext_noop("this order stands in the file twice")
NUMBER_TWICE = gettext_noop("the tracking number stands in the file twice")
NUMBER_USED = gettext_noop("the tracking number belongs to order %(order_no)s already")
CARRIER = gettext_noop("%(carrier)s is no carrier that is known")
NUMBER = gettext_noop("a tracking number has 6 to 40 letters and digits")
SHIPPED = gettext_noop("it was shipped already")
NOT_TO_SHIP = gettext_noop("it is %(status)s: there is nothing to ship")
HELD = gettext_noop("pieces of it wait for an after-sale decision")
RAGGED = gettext_noop("the row has more or fewer cells than the header")


# As a run keeps a problem: row of the file, order number, msgid, its parameters.
Stored = tuple[int, str, str, dict[str, str]]


@dataclass(frozen=True)
class Row:
    number: int  # as a spreadsheet counts
    order_no: str
    carrier: str
    tracking_no: str


@transaction.atomic
def check(*, path: Path, name: str, actor: Actor) -> ShipmentRun:
    """Reads a CSV or Excel file of at most MOST_ROWS rows, and looks which of them can be shipped. FileUnreadable."""
    problems: list[Stored] = []
    rows = _read(path, name, problems)
    look = _Look(rows, actor)
    good: list[list[int | str]] = []
    known = 0
    for row in rows:
        order = look.orders.get(row.order_no)
        carrier = carriers.carrier(row.carrier)
        if wrong := look.wrong(row, order, carrier):
            problems.append((row.number, row.order_no, *wrong))
        elif order is not None and order.pk in look.owners(row):
            known += 1  # the same file again
        elif order is not None and carrier is not None:
            good.append([row.number, order.pk, order.order_no, carrier, row.tracking_no])
    run = ShipmentRun.objects.create(
        merchant_id=actor.merchant_id, file_name=name[-200:], rows=good,
        problems=sorted(problems, key=lambda one: one[0]), known=known, created_by=actor.name,
        created_by_key=f"{actor.kind}:{actor.id}",
    )  # fmt: skip
    audit.record(
        "orders.check_shipments", actor=actor, object_type="shipment_run", object_id=run.pk,
        detail={"file": run.file_name, "rows": len(rows), "good": len(good)},
    )  # fmt: skip
    return run


class _Look:
    """What is known of all rows, in four statements however many they are."""

    def __init__(self, rows: list[Row], actor: Actor) -> None:
        self.orders = queries_list.by_number(actor, {row.order_no for row in rows}, permission=EDIT)
        self._parcels = queries_list.parcels_by_tracking({row.tracking_no for row in rows})
        self._held = holds.held_of([order.pk for order in self.orders.values()])
        self._orders_in_file = Counter(row.order_no for row in rows)
        self._numbers_in_file = Counter(row.tracking_no for row in rows)

    def owners(self, row: Row) -> dict[int, str]:
        """Orders that the tracking number belongs to already: id → number."""
        return self._parcels.get(row.tracking_no, {})

    def wrong(self, row: Row, order: Order | None, carrier: str | None) -> tuple[str, dict[str, str]] | None:
        """The msgid of why the row is left out, and its parameters."""
        if order is None:
            return UNKNOWN, {}
        if self._orders_in_file[row.order_no] > 1:
            return TWICE, {}
        if carrier is None:
            return CARRIER, {"carrier": row.carrier[:40] or "–"}
        if not carriers.is_tracking_no(row.tracking_no):
            return NUMBER, {}
        if self._numbers_in_file[row.tracking_no] > 1:
            return NUMBER_TWICE, {}
        if owners := self.owners(row):
            return None if order.pk in owners else (NUMBER_USED, {"order_no": next(iter(owners.values()))})
        if order.status in (Order.Status.SHIPPED, Order.Status.COMPLETED):
            return SHIPPED, {}
        if order.status not in (Order.Status.PAID, Order.Status.PARTLY_SHIPPED):
            return NOT_TO_SHIP, {"status": order.status}
        return (HELD, {}) if order.pk in self._held else None


def _read(path: Path, name: str, problems: list[Stored]) -> list[Row]:
    rows: list[Row] = []
    try:
        source = open_source(path, known=frozenset(BY_HEADER))
        columns = {BY_HEADER[key]: key for key in source.keys if key in BY_HEADER}
        if missing := [BY_NAME[each].label for each in NEEDED if each not in columns]:
            raise ImportFileError("file.columns_missing", ", ".join(missing))
        for batch in source.batches():
            table = [batch.column(columns[each]).to_pylist() for each in NEEDED]
            for number, *cells in zip(batch.column(ROW).to_pylist(), *table, strict=True):
                order_no, carrier, tracking_no = map(_text, cells)
                if not carrier and not tracking_no:
                    continue  # not packed yet: the rest of the export may stay in the file
                rows.append(Row(number, order_no[:80], carrier, tracking_no.replace(" ", "")))
                if len(rows) > MOST_ROWS:
                    raise ImportFileError("file.too_large", gettext("more than %(most)s rows") % {"most": MOST_ROWS})
        problems += [(error.row, "", RAGGED, {}) for error in source.take_errors()]
    except ImportFileError as error:
        raise FileUnreadable(field="file", name=name, code=error.code, detail=error.detail) from error
    return rows


def _text(cell: str | None) -> str:
    """Without what an export, or a careful person, put in front of a number to keep it a text."""
    return (cell or "").strip().lstrip("'").replace("\x00", "")


def said(stored: Stored) -> tuple[int, str, str]:
    """Row, order number, and the reason in the reader's language."""
    row, order_no, reason, params = stored
    shown = {name: str(Order.Status(text).label) if name == "status" else text for name, text in params.items()}
    return row, order_no, gettext(reason) % shown if shown else gettext(reason)
