"""Whether and how soon customers come back."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.areas.analytics.registry import Metric, Over, Rows, Unit

METRICS = (
    Metric(
        key="repurchase.rate",
        name=gettext_noop("Repurchase rate"),
        definition=gettext_noop("Repeat customers as a share of all customers with a purchase."),
        unit=Unit.RATIO,
        over=Over.HISTORY,
        value="SELECT COUNT(*) FILTER (WHERE days >= 2)::DOUBLE / NULLIF(COUNT(*), 0) FROM buyer",
        rows=Rows.CUSTOMERS,
    ),
    Metric(
        key="repurchase.median_days",
        name=gettext_noop("Median repurchase interval"),
        definition=gettext_noop(
            "The middle one of all gaps, in days, between one purchase day and the next of the same customer."
        ),
        unit=Unit.DAYS,
        over=Over.HISTORY,
        value="SELECT QUANTILE_CONT(gap, 0.5)::DOUBLE FROM step WHERE place >= 2",
        rows=Rows.STEPS,
        higher_is_better=False,
    ),
)
