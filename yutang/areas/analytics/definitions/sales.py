"""What was sold."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.areas.analytics.registry import Metric, Over, Rows, Unit

METRICS = (
    Metric(
        key="sales.net",
        name=gettext_noop("Net sales"),
        definition=gettext_noop(
            "The sum of all sale lines of the period, with credits and refunds taken off on the day they were booked."
            " Sales without a known buyer are included."
        ),
        unit=Unit.MONEY,
        over=Over.PERIOD,
        value="SELECT COALESCE(SUM(net), 0)::BIGINT FROM part WHERE occurred_on >= $since",
        rows=Rows.LINES,
        where="occurred_on >= $since",
    ),
    Metric(
        key="orders.count",
        name=gettext_noop("Purchases"),
        definition=gettext_noop(
            "Orders of the period whose lines, refunds apart, sum to more than zero. A purchase that was refunded later"
            " stays a purchase; orders of nothing, such as points redeemed, are none."
        ),
        unit=Unit.COUNT,
        over=Over.PERIOD,
        value="SELECT COUNT(*) FROM purchase WHERE bought_on >= $since",
        rows=Rows.PURCHASES,
        where="bought_on >= $since",
    ),
    Metric(
        key="orders.anonymous_share",
        name=gettext_noop("Anonymous purchases"),
        definition=gettext_noop("Share of the period's purchases whose buyer is not known."),
        unit=Unit.RATIO,
        over=Over.PERIOD,
        value="""
            SELECT COUNT(*) FILTER (WHERE customer_id IS NULL)::DOUBLE / NULLIF(COUNT(*), 0)
            FROM purchase WHERE bought_on >= $since
        """,
        rows=Rows.PURCHASES,
        where="bought_on >= $since AND customer_id IS NULL",
        higher_is_better=False,
    ),
    Metric(
        key="sales.refund_rate",
        name=gettext_noop("Refund rate"),
        definition=gettext_noop(
            "What was given back in the period, refunds and credits, as a share of the amount of its purchases."
        ),
        unit=Unit.RATIO,
        over=Over.PERIOD,
        value="""
            SELECT (bought.amount - net.amount)::DOUBLE / NULLIF(bought.amount, 0)
            FROM (SELECT COALESCE(SUM(amount), 0) AS amount FROM purchase WHERE bought_on >= $since) AS bought,
                 (SELECT COALESCE(SUM(net), 0) AS amount FROM part WHERE occurred_on >= $since) AS net
        """,
        rows=Rows.LINES,
        where="occurred_on >= $since AND amount < 0",
        higher_is_better=False,
    ),
)
