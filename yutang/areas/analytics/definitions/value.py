"""What a customer is worth: lifetime × frequency × order value, and how uneven it is."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.areas.analytics.registry import Metric, Over, Rows, Unit

METRICS = (
    Metric(
        key="clv.lifetime_days",
        name=gettext_noop("Customer lifetime"),
        definition=gettext_noop(
            "Days from a customer's first to last purchase day, averaged over all customers with a purchase;"
            " who bought on one day counts as zero."
        ),
        unit=Unit.DAYS,
        over=Over.HISTORY,
        value="SELECT AVG(last_on - first_on) FROM buyer",
        rows=Rows.CUSTOMERS,
    ),
    Metric(
        key="clv.frequency",
        name=gettext_noop("Purchases per customer"),
        definition=gettext_noop("Purchases of known customers divided by the number of customers with a purchase."),
        unit=Unit.NUMBER,
        over=Over.HISTORY,
        value="SELECT SUM(purchases)::DOUBLE / NULLIF(COUNT(*), 0) FROM buyer",
        rows=Rows.CUSTOMERS,
    ),
    Metric(
        key="clv.aov",
        name=gettext_noop("Average order value"),
        definition=gettext_noop(
            "The amount of all purchases of known customers divided by their number. Refunds are not taken off."
        ),
        unit=Unit.MONEY,
        over=Over.HISTORY,
        value="SELECT SUM(amount)::DOUBLE / NULLIF(SUM(purchases), 0) FROM buyer",
        rows=Rows.PURCHASES,
        where="customer_id IS NOT NULL",
    ),
    Metric(
        key="clv.historic",
        name=gettext_noop("Value per customer so far"),
        definition=gettext_noop(
            "Purchases per customer × average order value: what a customer with a purchase has paid on average so far."
        ),
        unit=Unit.MONEY,
        over=Over.HISTORY,
        value="SELECT SUM(amount)::DOUBLE / NULLIF(COUNT(*), 0) FROM buyer",
        rows=Rows.CUSTOMERS,
    ),
    Metric(
        key="pareto.top20_share",
        name=gettext_noop("Share of the top 20 %"),
        definition=gettext_noop(
            "Part of the net amount of all identified customers that the best fifth of them brought in. The fifth is"
            " rounded up to whole customers; customers whose orders were all given back are counted too."
        ),
        unit=Unit.RATIO,
        over=Over.HISTORY,
        value="""
            SELECT SUM(net) FILTER (WHERE place <= (people + 4) // 5)::DOUBLE / NULLIF(SUM(net), 0) FROM ranked
        """,
        rows=Rows.CUSTOMERS,
        where="customer_id IN (SELECT customer_id FROM ranked WHERE place <= (people + 4) // 5)",
        higher_is_better=None,
    ),
)
