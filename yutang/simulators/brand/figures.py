"""The brand's key figures, computed from the truth in the plainest way, to check every other computation against.

All money in 分, all days local to Asia/Shanghai. A customer is a cluster of `expected_people`: what an importer can
know, not who people really are. A purchase is a paid order with a positive total; its day is the day it was paid.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise
from statistics import median

from .truth import SHANGHAI, Order, Truth, expected_people


@dataclass(frozen=True)
class Figures:
    customers_total: int  # customers seen on any order, paid or not
    orders_count: int  # purchases, anonymous ones included
    sales_net: int  # goods and freight less refunds, anonymous included
    customers_with_purchase: int
    first_purchase: int  # customers who bought on exactly one day
    repeat: int  # on two days or more
    repurchase_rate: float  # repeat / customers with a purchase
    repurchase_median_days: float  # over all gaps between consecutive purchase days of repeat customers, pooled
    clv_lifetime_days: float  # mean of last less first purchase day
    clv_frequency: float  # mean purchases per customer with a purchase
    clv_aov: float  # purchase totals / purchases, identified customers only, refunds not taken off
    pareto_top20_share: float  # net amount of the best ceil(20 %) of customers with a sale line / of all of them

    def by_metric(self) -> dict[str, float]:
        return {
            "customers.total": self.customers_total,
            "orders.count": self.orders_count,
            "sales.net": self.sales_net,
            "customers.first_purchase": self.first_purchase,
            "customers.repeat": self.repeat,
            "repurchase.rate": self.repurchase_rate,
            "repurchase.median_days": self.repurchase_median_days,
            "clv.lifetime_days": self.clv_lifetime_days,
            "clv.frequency": self.clv_frequency,
            "clv.aov": self.clv_aov,
            "pareto.top20_share": self.pareto_top20_share,
        }


def local_day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


def figures(truth: Truth, as_of: date | None = None) -> Figures:
    """Figures of everything sold or refunded up to the end of the local day `as_of` (default: the last day)."""
    as_of = as_of or truth.as_of
    end = datetime.combine(as_of + timedelta(days=1), time(), SHANGHAI)
    people = expected_people(truth)

    customers: set[int] = set()
    sales_net = 0
    orders_count = 0
    purchases: dict[int, list[Order]] = defaultdict(list)
    net: dict[int, int] = defaultdict(int)
    for order in truth.orders:
        customer = people.cluster_of.get(order.order_no)
        if customer is not None and order.ordered_at < end:
            customers.add(customer)
        if not order.is_sale:
            continue
        amount = order.total if order.sold_at < end else 0
        amount -= sum(refund.amount for refund in order.refunds if refund.at < end)
        sales_net += amount
        if customer is not None and order.sold_at < end:
            net[customer] += amount
        if order.sold_at < end and order.total > 0:
            orders_count += 1
            if customer is not None:
                purchases[customer].append(order)

    days = {customer: sorted({local_day(order.sold_at) for order in orders}) for customer, orders in purchases.items()}
    buyers = len(days)
    repeat = sum(1 for own in days.values() if len(own) >= 2)
    gaps = [(later - earlier).days for own in days.values() for earlier, later in pairwise(own)]
    bought = [order for orders in purchases.values() for order in orders]
    ranked = sorted(net.values(), reverse=True)
    top = ranked[: -(-len(ranked) // 5)]
    return Figures(
        customers_total=len(customers),
        orders_count=orders_count,
        sales_net=sales_net,
        customers_with_purchase=buyers,
        first_purchase=buyers - repeat,
        repeat=repeat,
        repurchase_rate=_ratio(repeat, buyers),
        repurchase_median_days=float(median(gaps)) if gaps else 0.0,
        clv_lifetime_days=_ratio(sum((own[-1] - own[0]).days for own in days.values()), buyers),
        clv_frequency=_ratio(len(bought), buyers),
        clv_aov=_ratio(sum(order.total for order in bought), len(bought)),
        pareto_top20_share=_ratio(sum(top), sum(ranked)),
    )


def _ratio(above: int, below: int) -> float:
    return float(Fraction(above, below)) if below else 0.0
