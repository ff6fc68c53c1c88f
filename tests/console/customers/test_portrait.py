"""Sentences about a person count days as the merchant's calendar does."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from yutang.areas.customers.models import Customer
from yutang.areas.orders.models import CustomerStatistic
from yutang.console.customers import portrait

pytestmark = pytest.mark.usefixtures("_morning")


@pytest.fixture
def _morning():
    with timezone.override(ZoneInfo("Asia/Shanghai")), time_machine.travel("2026-03-15 00:30:00+00:00", tick=False):
        yield


@pytest.mark.parametrize(
    ("bought_at", "said"),
    [
        (datetime(2026, 3, 14, 16, 5, tzinfo=UTC), "Bought today."),  # five past midnight in Shanghai
        (datetime(2026, 3, 14, 15, 55, tzinfo=UTC), "Last bought 1 day ago."),
        (datetime(2026, 3, 5, 1, 0, tzinfo=UTC), "Last bought 10 days ago."),
    ],
)
def test_days_since_the_last_purchase_are_calendar_days(bought_at, said):
    statistic = CustomerStatistic(purchases=1, purchase_days=1, first_purchase_at=bought_at, last_purchase_at=bought_at)
    assert [line.text for line in portrait.statements(Customer(), [], statistic, None, None)] == [said]
