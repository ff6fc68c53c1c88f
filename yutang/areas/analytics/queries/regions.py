"""What each province buys: the ground on which a brand decides which goods a region sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yutang.areas.analytics.queries.scope import ask
from yutang.areas.catalog.queries import PROVINCE_SUFFIX, province_name

if TYPE_CHECKING:
    from yutang.areas.analytics.queries.scope import Scope

MOST_ROWS = 200
# Where a person is at home today; the snapshot may be older than the last merge.
_HOME = f"""
    SELECT COALESCE(m.customer_id, p.customer_id) AS customer_id,
           MAX(REGEXP_REPLACE(TRIM(p.province), '{PROVINCE_SUFFIX}', '')) AS province
    FROM customers.person AS p
    LEFT JOIN redirect_people AS m ON m.source = p.customer_id
    WHERE p.province <> ''
    GROUP BY 1
"""  # noqa: S608  a constant of ours
# Products of known people: refunds are taken off.
_SOLD = """
    SELECT h.province, l.product_code, ARG_MAX(l.title, l.occurred_on) AS title,
           COALESCE(SUM(l.quantity) FILTER (WHERE l.kind = 'goods'), 0)::BIGINT AS units,
           COUNT(DISTINCT l.customer_id) FILTER (WHERE l.kind = 'goods' AND l.amount > 0) AS buyers,
           SUM(l.amount)::BIGINT AS amount
    FROM orders.line AS l JOIN home AS h ON h.customer_id = l.customer_id
    WHERE l.product_code <> '' AND l.occurred_on BETWEEN $since AND $until
      AND ($nodes IS NULL OR LIST_CONTAINS($nodes, l.node_id))
    GROUP BY 1, 2
"""
_DEMAND = f"""
    WITH home AS ({_HOME}), sold AS ({_SOLD}),
    shares AS (
        SELECT *, SUM(amount) OVER (PARTITION BY province) AS of_province, SUM(amount) OVER (PARTITION BY product_code)
                  AS of_product, SUM(amount) OVER () AS of_all
        FROM sold WHERE amount > 0
    )
    SELECT province, product_code, title, units, buyers, amount,
           amount::DOUBLE / of_province AS share, of_product::DOUBLE / of_all AS share_of_all
    FROM shares
    WHERE ($province = '' OR province = $province) AND ($product = '' OR product_code = $product)
    ORDER BY amount DESC, province, product_code
    LIMIT $most
"""  # noqa: S608  constants of ours
_PROVINCES = f"""
    WITH home AS ({_HOME}), sold AS ({_SOLD})
    SELECT province, SUM(units)::BIGINT AS units, SUM(amount)::BIGINT AS amount FROM sold
    GROUP BY 1 HAVING SUM(amount) > 0 ORDER BY amount DESC, province
"""  # noqa: S608  constants of ours


@dataclass(frozen=True)
class RegionDemand:
    """A product in a province. `amount` in minor units, refunds off; `share` of what the province spends goes to this
    product, `share_of_all` of what everybody spends."""

    province: str
    product_code: str
    title: str
    units: int
    buyers: int
    amount: int
    share: float
    share_of_all: float

    @property
    def preference(self) -> float:
        """How much more (above 1) or less the province likes it than everybody together."""
        return self.share / self.share_of_all


@dataclass(frozen=True)
class ProvinceDemand:
    province: str
    units: int
    amount: int


def region_demand(
    asked: Scope, *, province: str = "", product_code: str = "", most: int = MOST_ROWS
) -> list[RegionDemand]:
    """The pairs of province and product with the highest amounts. Buyers without a known province are left out."""
    rows = ask(_DEMAND, asked, province=province_name(province), product=product_code, most=most)
    return [RegionDemand(**row) for row in rows.to_pylist()]


def province_demand(asked: Scope) -> list[ProvinceDemand]:
    """Every province with sales, the strongest first."""
    return [ProvinceDemand(**row) for row in ask(_PROVINCES, asked).to_pylist()]
