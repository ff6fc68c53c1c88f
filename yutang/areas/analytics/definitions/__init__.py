"""The product's own metrics, by topic, in the order of reports."""

from __future__ import annotations

from yutang.areas.analytics.definitions import people, repurchase, sales, value

ALL = (*people.METRICS, *sales.METRICS, *repurchase.METRICS, *value.METRICS)
