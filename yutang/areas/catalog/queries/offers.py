"""What of the catalogue is sold now, at which price, and what sending costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

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


def freight(template_ids: Iterable[int | None]) -> dict[int | None, tuple[FreightTemplate, list[FreightRule]]]:
    """The templates with their rules; None stands for the merchant's default. Missing where there is none."""
    wanted = set(template_ids)
    rows = FreightTemplate.objects.filter(
        pk__in=[pk for pk in wanted if pk is not None]
    ) | FreightTemplate.objects.filter(is_default=None in wanted).filter(is_default=True)
    found: dict[int | None, tuple[FreightTemplate, list[FreightRule]]] = {}
    for template in rows.prefetch_related("rules"):
        rules = sorted(template.rules.all(), key=lambda rule: rule.position)
        if template.pk in wanted:
            found[template.pk] = (template, rules)
        if template.is_default and None in wanted:
            found[None] = (template, rules)
    return found
