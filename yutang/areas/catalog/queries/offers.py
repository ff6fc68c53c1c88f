"""What of the catalogue is sold now, at which price, and what sending costs."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yutang.areas.catalog import rules
from yutang.areas.catalog.models import FreightTemplate
from yutang.core import prepared

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


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
    is_ruled: bool  # the merchant has rules for regions: who sends goods asks `not_offered`
    only_levels: Sequence[str] = ()  # keys of the member levels that may buy it; with `only_cards` (models.Product)
    only_cards: bool = False

    @property
    def is_exclusive(self) -> bool:
        return bool(self.only_levels) or self.only_cards


_LEVEL_PRICES = "SELECT sku_id, price FROM catalog_levelprice WHERE sku_id = ANY(%s::bigint[]) AND level = %s"
_OFFERS = """
SELECT s.id, p.id, s.code, p.code, p.kind, p.name, array_to_string(s.values, ' / '), s.price, s.cost, s.weight,
       p.category_id, p.freight_template_id, p.is_delivered, p.is_picked_up, s.is_active AND p.state = 'on_sale',
       COALESCE((SELECT digest FROM catalog_picture g
                  WHERE g.product_id = p.id AND (g.sku_id = s.id OR g.sku_id IS NULL)
                  ORDER BY g.sku_id IS NULL, g.position, g.id LIMIT 1), ''),
       EXISTS (SELECT FROM catalog_regionrule), p.only_levels, p.only_cards
  FROM catalog_sku s JOIN catalog_product p ON p.id = s.product_id
 WHERE s.id = ANY(%s)
"""


def offers(sku_ids: Iterable[int]) -> dict[int, Offer]:
    """SKU id → offer; SKUs that do not exist are missing. One statement, no model instance: checkouts ask it."""
    return {row[0]: Offer(*row) for row in prepared.rows(_OFFERS, [sorted(set(sku_ids))])}


def level_prices(sku_ids: Iterable[int], level: str) -> dict[int, int]:
    """SKU id → price of this member level, where one is set."""
    return dict(prepared.rows(_LEVEL_PRICES, [sorted(set(sku_ids)), level]))


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


_FREIGHT = """
SELECT t.id, t.is_default, t.basis, r.provinces, r.is_served, r.first, r.first_fee, r.further, r.further_fee,
       r.free_from
  FROM catalog_freighttemplate t LEFT JOIN catalog_freightrule r ON r.template_id = t.id
 WHERE t.id = ANY(%s) OR (t.is_default AND %s)
 ORDER BY t.id, r.position
"""


def freight(template_ids: Iterable[int | None]) -> dict[int | None, FreightTable]:
    """The templates; None stands for the merchant's default. Missing where there is none. One statement."""
    wanted = set(template_ids)
    rows = prepared.rows(_FREIGHT, [[pk for pk in wanted if pk is not None], None in wanted])
    tables: dict[int | None, FreightTable] = {}
    for template_id, of_template in itertools.groupby(rows, key=lambda row: row[0]):
        its = list(of_template)
        rules_ = tuple(rules.FreightRow(tuple(row[3]), *row[4:]) for row in its if row[3] is not None)
        tables[template_id] = FreightTable(template_id, its[0][2], rules_)
        if its[0][1]:
            tables[None] = tables[template_id]
    return {pk: tables[pk] for pk in wanted if pk in tables}
