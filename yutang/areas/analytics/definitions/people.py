"""How many people there are, and how many of them buy."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.areas.analytics.registry import Metric, Over, Rows, Unit

METRICS = (
    Metric(
        key="customers.total",
        name=gettext_noop("People in the pool"),
        definition=gettext_noop(
            "Everybody known by any account, first seen on or before the day, whether they have bought or not."
            " Merged accounts count once. With a store chosen: people whose home store it is."
        ),
        unit=Unit.COUNT,
        over=Over.HISTORY,
        value="SELECT COUNT(*) FROM person",
        rows=Rows.PEOPLE,
    ),
    Metric(
        key="customers.new",
        name=gettext_noop("New people"),
        definition=gettext_noop("People first seen in the period: their earliest order or visit lies in it."),
        unit=Unit.COUNT,
        over=Over.PERIOD,
        value="SELECT COUNT(*) FROM person WHERE seen_on >= $since",
        rows=Rows.PEOPLE,
        where="seen_on >= $since",
    ),
    Metric(
        key="customers.buyers",
        name=gettext_noop("Customers who bought"),
        definition=gettext_noop("Different known people with at least one purchase in the period."),
        unit=Unit.COUNT,
        over=Over.PERIOD,
        value="SELECT COUNT(DISTINCT customer_id) FROM bought_day WHERE bought_on >= $since",
        rows=Rows.CUSTOMERS,
        where="last_on >= $since",
    ),
    Metric(
        key="customers.first_purchase",
        name=gettext_noop("First-purchase customers"),
        definition=gettext_noop("Customers who have bought on exactly one day so far. Days are the merchant's own."),
        unit=Unit.COUNT,
        over=Over.HISTORY,
        value="SELECT COUNT(*) FROM buyer WHERE days = 1",
        rows=Rows.CUSTOMERS,
        where="days = 1",
    ),
    Metric(
        key="customers.repeat",
        name=gettext_noop("Repeat customers"),
        definition=gettext_noop("Customers who have bought on at least two different days."),
        unit=Unit.COUNT,
        over=Over.HISTORY,
        value="SELECT COUNT(*) FROM buyer WHERE days >= 2",
        rows=Rows.CUSTOMERS,
        where="days >= 2",
    ),
)
