from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.factories.merchants import make_merchant
from tests.factories.messaging import connect
from yutang.areas.messaging.models import OneTimeCode
from yutang.areas.messaging.providers import aliyun
from yutang.core import tenancy
from yutang.simulators.sms_aliyun import AliyunSmsSimulator

NOON = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)


@pytest.fixture
def merchant(transactional_db):
    """Its rows are committed; its scope is not entered, as in a shop's request for a code."""
    return make_merchant()


class Clock:
    """`clock.go(seconds=61)`"""

    def __init__(self, traveller) -> None:
        self._traveller = traveller

    def go(self, **by: int) -> None:
        self._traveller.shift(timedelta(**by))


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield Clock(traveller)


@pytest.fixture
def rows(merchant):
    """`rows("state", …)`: the codes that were written, the oldest first."""

    def read(*columns: str):
        with tenancy.scope(merchant.pk):
            return list(OneTimeCode.objects.order_by("pk").values_list(*columns))

    return read


@pytest.fixture
def sms_with(settings, merchant):
    """`with sms_with(has_limits=True) as sms:` Aliyun with an account of the merchant."""

    def make(**options) -> AliyunSmsSimulator:
        sms = AliyunSmsSimulator(**options)
        settings.ALIYUN_SMS_URL = sms.url
        connect(merchant, sms.account)
        return sms

    yield make
    aliyun.http().close()
    aliyun.http.cache_clear()


@pytest.fixture
def sms(sms_with):
    with sms_with() as made:
        yield made
