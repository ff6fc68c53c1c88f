"""What of the catalogue is sold now, at which price, and what sending costs."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from yutang.areas.catalog import rules
from yutang.areas.catalog.models import FreightTemplate
from yutang.core.questions import Question, Row, answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


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
    level_prices: Mapping[str, int] = field(default_factory=dict)  # key of the member level → price, where one is set

    @property
    def is_exclusive(self) -> bool:
        return bool(self.only_levels) or self.only_cards


_OFFERS = """
SELECT s.id AS sku_id, p.id AS product_id, s.code AS sku_code, p.code AS product_code, p.kind, p.name AS title,
       array_to_string(s.values, ' / ') AS spec, s.price, s.cost, s.weight, p.category_id, p.freight_template_id,
       p.is_delivered, p.is_picked_up, s.is_active AND p.state = 'on_sale' AS is_on_sale,
       COALESCE((SELECT digest FROM catalog_picture g
                  WHERE g.product_id = p.id AND (g.sku_id = s.id OR g.sku_id IS NULL)
                  ORDER BY g.sku_id IS NULL, g.position, g.id LIMIT 1), '') AS picture,
       EXISTS (SELECT FROM catalog_regionrule) AS is_ruled, p.only_levels, p.only_cards,
       COALESCE((SELECT json_object_agg(l.level, l.price) FROM catalog_levelprice l WHERE l.sku_id = s.id), '{}')
           AS level_prices
  FROM catalog_sku s JOIN catalog_product p ON p.id = s.product_id
 WHERE s.id = ANY(%(skus)s)
"""


def offers(sku_ids: Iterable[int]) -> dict[int, Offer]:
    """SKU id → offer; SKUs that do not exist are missing. One statement, no model instance."""
    return answer(offers_question(sku_ids))


def offers_question(sku_ids: Iterable[int]) -> Question[dict[int, Offer]]:
    """The same, to be asked beside others: checkouts do."""
    return Question(_OFFERS, {"skus": sorted(set(sku_ids))}, lambda rows: {row["sku_id"]: Offer(**row) for row in rows})


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
 WHERE t.is_default OR t.id IN (SELECT p.freight_template_id FROM catalog_sku s JOIN catalog_product p
                                    ON p.id = s.product_id WHERE s.id = ANY(%(skus)s))
 ORDER BY t.id, r.position
"""


def freight_question(sku_ids: Iterable[int]) -> Question[dict[int | None, FreightTable]]:
    """The templates of these SKUs, by `Offer.freight_template_id`; None stands for the merchant's default. Missing
    where there is none."""
    return Question(_FREIGHT, {"skus": sorted(set(sku_ids))}, _tables)


def _tables(rows: list[Row]) -> dict[int | None, FreightTable]:
    found: dict[int | None, FreightTable] = {}
    for template_id, of_template in itertools.groupby(rows, key=lambda row: row["id"]):
        its = list(of_template)
        fees = tuple(
            rules.FreightRow(
                provinces=tuple(row["provinces"]), is_served=row["is_served"], first=row["first"],
                first_fee=row["first_fee"], further=row["further"], further_fee=row["further_fee"],
                free_from=row["free_from"],
            )
            for row in its if row["provinces"] is not None
        )  # fmt: skip
        found[template_id] = FreightTable(template_id, its[0]["basis"], fees)
        if its[0]["is_default"]:
            found[None] = found[template_id]
    return found
