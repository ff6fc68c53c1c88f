"""What of the catalogue is sold now, at which price, and what sending costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q

from yutang.areas.catalog import rules
from yutang.areas.catalog.models import FreightRule, FreightTemplate, LevelPrice

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Offer:
    """A SKU as the shop may sell it now. Amounts in minor units, weight in grams."""

    sku_id: int
    product_id: int
    sku_code: str
    product_code: str
    kind: str  # models.Product.Kind
    title: str
    spec: str
    price: int
    cost: int | None
    weight: int
    category_id: int | None
    freight_template_id: int | None
    is_delivered: bool
    is_picked_up: bool
    is_on_sale: bool
    picture: str  # digest of the SKU's own, else the product's first; "" without any


_OFFERS = """
SELECT s.id, p.id, s.code, p.code, p.kind, p.name, array_to_string(s.values, ' / '), s.price, s.cost, s.weight,
       p.category_id, p.freight_template_id, p.is_delivered, p.is_picked_up, s.is_active AND p.state = 'on_sale',
       COALESCE((SELECT digest FROM catalog_picture g
                  WHERE g.product_id = p.id AND (g.sku_id = s.id OR g.sku_id IS NULL)
                  ORDER BY g.sku_id IS NULL, g.position, g.id LIMIT 1), '')
  FROM catalog_sku s JOIN catalog_product p ON p.id = s.product_id
 WHERE s.id = ANY(%s)
"""


def offers(sku_ids: Iterable[int]) -> dict[int, Offer]:
    """SKU id → offer; SKUs that do not exist are missing. One statement, no model instance: checkouts ask it."""
    with connection.cursor() as cursor:
        cursor.execute(_OFFERS, [sorted(set(sku_ids))])
        return {row[0]: Offer(*row) for row in cursor.fetchall()}


def level_prices(sku_ids: Iterable[int], level: str) -> dict[int, int]:
    """SKU id → price of this member level, where one is set."""
    return dict(LevelPrice.objects.filter(sku__in=set(sku_ids), level=level).values_list("sku_id", "price"))


@dataclass(frozen=True, slots=True)
class FreightTable:
    """A freight template with its rows."""

    template_id: int
    basis: str
    rows: tuple[rules.FreightRow, ...]

    def fee(self, *, province: str, pieces: int, grams: int, worth: int) -> int | None:
        """Minor units for goods worth so much; None where nothing is sent to the province."""
        row = rules.row_for(province, self.rows)
        if row is None or not row.is_served:
            return None
        return rules.freight_fee(pieces if self.basis == FreightTemplate.Basis.PIECES else grams, worth, row)


def freight(template_ids: Iterable[int | None]) -> dict[int | None, FreightTable]:
    """The templates; None stands for the merchant's default. Missing where there is none. One statement."""
    wanted = set(template_ids)
    rows: dict[FreightTemplate, list[rules.FreightRow]] = {}
    found = FreightRule.objects.select_related("template").order_by("template_id", "position")
    for rule in found.filter(Q(template__in=[pk for pk in wanted if pk]) | Q(template__is_default=True)):
        rows.setdefault(rule.template, []).append(
            rules.FreightRow(
                tuple(rule.provinces), rule.is_served, rule.first, rule.first_fee, rule.further, rule.further_fee,
                rule.free_from,
            )
        )  # fmt: skip
    tables: dict[int | None, FreightTable] = {}
    for template, its in rows.items():
        tables[template.pk] = FreightTable(template.pk, template.basis, tuple(its))
        if template.is_default:
            tables[None] = tables[template.pk]
    return {pk: tables[pk] for pk in wanted if pk in tables}
