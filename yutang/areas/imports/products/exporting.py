"""Products to a file, page by page: memory stays the same however many there are."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from yutang.areas.catalog import queries
from yutang.areas.imports import tables
from yutang.areas.imports.products.columns import COLUMNS, KINDS, STATES, YES_NO, word
from yutang.areas.imports.tables import Cell
from yutang.core import audit, money

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from yutang.areas.catalog.models import Product, Sku
    from yutang.core.access import Actor

PAGE = 500


def export(*, products: QuerySet[Product], target: IO[bytes], is_csv: bool, currency: str, actor: Actor) -> int:
    """Writes one row for each SKU, switched-off ones too; how many. Texts that look like formulas stay texts.
    What goods cost the brand stands in it, so that it takes the right to change them."""
    actor.require(queries.EDIT)
    headers = [column.label for column in COLUMNS]
    rows = tables.write(headers=headers, rows=_rows(products, currency), target=target, is_csv=is_csv)
    audit.record("catalog.export", actor=actor, object_type="product", detail={"rows": rows})
    return rows


def _rows(products: QuerySet[Product], currency: str) -> Iterator[list[Cell]]:
    paths: dict[int | None, str] = {branch.pk: branch.label for branch in queries.categories()}
    freights: dict[int | None, str] = {template.pk: template.name for template in queries.freight_templates()}
    last = 0
    while page := list(products.filter(pk__gt=last).order_by("pk")[:PAGE]):
        last = page[-1].pk
        skus = queries.skus_of([product.pk for product in page])
        for product in page:
            about: dict[str, Cell] = {
                "code": product.code, "name": product.name, "subtitle": product.subtitle,
                "kind": word(KINDS[product.kind]), "category": paths.get(product.category_id, ""),
                "tags": ",".join(product.tags), "state": word(STATES[product.state]), "position": product.position,
                "is_delivered": word(YES_NO[product.is_delivered]), "is_picked_up": word(YES_NO[product.is_picked_up]),
                "freight": freights.get(product.freight_template_id, ""), "description": product.description,
            }  # fmt: skip
            for sku in skus.get(product.pk, []):
                values = about | _sku(product, sku, currency)
                yield [values[column.name] for column in COLUMNS]


def _sku(product: Product, sku: Sku, currency: str) -> dict[str, Cell]:
    names = [row["name"] for row in product.specifications]
    return {
        "specification": ";".join(f"{name}:{value}" for name, value in zip(names, sku.values, strict=False)),
        "sku_code": sku.code, "barcode": sku.barcode, "price": _amount(sku.price, currency),
        "list_price": _amount(sku.list_price, currency), "cost": _amount(sku.cost, currency), "weight": sku.weight,
        "is_active": word(YES_NO[sku.is_active]),
    }  # fmt: skip


def _amount(amount: int | None, currency: str) -> Cell:
    return "" if amount is None else float(money.to_decimal(amount, currency))
