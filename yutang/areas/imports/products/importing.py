"""A table of products and SKUs into the catalogue.

Products and SKUs are known by their codes. A cell that is empty, or a column that is left out, leaves what there is; a
SKU that the file does not name stays as it is. So the same file again changes nothing. A bad row keeps back its product
and no other. A trial does everything and takes it back.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.catalog import queries
from yutang.areas.catalog import services as catalog
from yutang.areas.catalog.services import ProductDraft, SkuDraft
from yutang.areas.imports.errors import ImportFileError
from yutang.areas.imports.failures import FileUnreadable
from yutang.areas.imports.products.columns import BY_HEADER, BY_NAME, REQUIRED
from yutang.areas.imports.products.reading import EMPTY, BadCell, BadCells, Cells, Reader, gathered, specification
from yutang.areas.imports.reader import ROW, open_source
from yutang.core import audit
from yutang.core.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from yutang.core.access import Actor

MOST_ROWS = 3000
# Where a refusal of the catalogue stands in the file.
_COLUMN_OF = {"skus": "sku_code", "category_id": "category", "freight_template_id": "freight"}


@dataclass(frozen=True)
class Problem:
    row: int  # as a spreadsheet counts
    column: str  # its header, "" for the whole row
    reason: str


@dataclass
class Report:
    """Counts of products, but `rows` and `categories_new`. `problems`: why rows were kept back."""

    is_trial: bool
    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    categories_new: int = 0
    problems: list[Problem] = field(default_factory=list)


@transaction.atomic
def run(*, path: Path, name: str, currency: str, is_trial: bool, actor: Actor) -> Report:
    """Reads a CSV or Excel file of at most MOST_ROWS rows. FileUnreadable."""
    queries.require_everywhere(actor)
    report = Report(is_trial)
    with transaction.atomic():
        before = len(queries.categories())
        reader = Reader(currency, actor)
        for rows in _products(path, name, report).values():
            _take(rows, reader, report, actor)
        report.categories_new = len(queries.categories()) - before
        if is_trial:
            transaction.set_rollback(True)
    if not is_trial:
        counts = {key: getattr(report, key) for key in ("rows", "new", "changed", "rejected")}
        audit.record("catalog.import", actor=actor, object_type="product", detail=counts)
    return report


def _products(path: Path, name: str, report: Report) -> dict[str, list[Cells]]:
    """Product code → its rows, in the order of the file."""
    found: dict[str, list[Cells]] = {}
    try:
        source = open_source(path, known=frozenset(BY_HEADER))
        columns = {BY_HEADER[key]: key for key in source.keys if key in BY_HEADER}
        if missing := [BY_NAME[each].label for each in REQUIRED if each not in columns]:
            raise ImportFileError("file.columns_missing", ", ".join(missing))
        for batch in source.batches():
            table = {column: batch.column(key).to_pylist() for column, key in columns.items()}
            for index, number in enumerate(batch.column(ROW).to_pylist()):
                cells = Cells(number, {column: values[index] for column, values in table.items()}, columns, source)
                if cells.is_empty():
                    continue
                report.rows += 1
                if not cells.get("code"):
                    report.problems.append(Problem(number, cells.header("code"), gettext(EMPTY)))
                    report.rejected += 1
                    continue
                if report.rows > MOST_ROWS:
                    raise ImportFileError("file.too_large", gettext("more than %(most)s rows") % {"most": MOST_ROWS})
                found.setdefault(cells.get("code"), []).append(cells)
        for error in source.take_errors():
            reason = gettext("the row has more or fewer cells than the header")
            report.problems.append(Problem(error.row, "", reason))
    except ImportFileError as error:
        raise FileUnreadable(field="file", name=name, code=error.code, detail=error.detail) from error
    return found


def _take(rows: list[Cells], reader: Reader, report: Report, actor: Actor) -> None:
    """One product: saved, or told why not."""
    first = rows[0]
    try:
        with transaction.atomic():
            if bad := [cell for row in rows for cell in row.unstorable()]:
                raise BadCells(bad)
            known = reader.known(first.text("code"))
            old = catalog.draft_of(known) if known else None
            draft, state = _draft(rows, old, reader)
            product = known
            if draft != old or product is None:
                product = catalog.save_product(draft=draft, product=known, actor=actor)
            is_moved = state not in (None, product.state)
            if is_moved:
                catalog.set_state(product_ids=[product.pk], state=str(state), actor=actor)
    except (BadCell, BadCells) as error:
        cells = error.cells if isinstance(error, BadCells) else [error]
        report.problems += [Problem(cell.row, cell.header, cell.reason) for cell in cells]
        report.rejected += 1
        reader.learn()  # categories made for it are gone with it
    except DomainError as error:
        reader.learn()
        column = _COLUMN_OF.get(error.field or "", error.field or "")
        report.problems.append(Problem(first.row, first.header(column), str(error)))
        report.rejected += 1
    else:
        if old is None:
            report.new += 1
        elif draft != old or is_moved:
            report.changed += 1
        else:
            report.unchanged += 1


def _draft(rows: list[Cells], old: ProductDraft | None, reader: Reader) -> tuple[ProductDraft, str | None]:
    """What the rows make of the product; the first row that says something of the product itself counts. BadCells."""
    bad: list[BadCell] = []
    first = rows[0]
    said = {name: row for name in BY_NAME for row in reversed(rows) if row.get(name)}
    draft, state = old or ProductDraft(code=first.get("code"), name="", skus=()), None
    with gathered(bad):
        draft = replace(draft, **reader.about(said))
        state = reader.state(said.get("state"))
        if not draft.name:
            first.required("name")
    named: list[Mapping[str, str]] = [{} for _ in rows]
    specifications = {name: list(values) for name, values in draft.specifications.items()}
    for index, row in enumerate(rows):
        with gathered(bad):
            named[index] = specification(row)
        for name, value in named[index].items():
            held = specifications.setdefault(name, [])
            if value not in held:
                held.append(value)
    skus, seen = {sku.code: sku for sku in draft.skus}, set[str]()
    for row, values in zip(rows, named, strict=True):
        with gathered(bad):
            sku = _sku(row, values, specifications, skus, reader)
            if sku.code in seen:
                raise BadCell(row, "sku_code", gettext("it stands in the file twice"))
            seen.add(sku.code)
            skus[sku.code] = sku
    if bad:
        raise BadCells(bad)
    shown = {name: tuple(values) for name, values in specifications.items()}
    return replace(draft, skus=list(skus.values()), specifications=shown), state


def _sku(
    row: Cells, values: Mapping[str, str], names: Mapping[str, object], known: Mapping[str, SkuDraft], reader: Reader
) -> SkuDraft:
    code = row.required("sku_code")
    old = known.get(code)
    changes = reader.sku(row)
    if values:
        if missing := [name for name in names if name not in values]:
            raise BadCell(row, "specification", gettext("%(name)s is missing") % {"name": missing[0]})
        changes["values"] = tuple(values[name] for name in names)
    if old is None and "price" not in changes:
        row.required("price")
    return replace(old, **changes) if old else SkuDraft(**({"code": code} | changes))
