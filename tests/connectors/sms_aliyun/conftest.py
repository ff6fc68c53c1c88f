from __future__ import annotations

import pytest

from yutang.connectors.sms_aliyun.client import Client, Credentials
from yutang.simulators.sms_aliyun import AliyunSmsSimulator


@pytest.fixture
def sms(clock):
    with AliyunSmsSimulator(now=clock) as made:
        yield made


@pytest.fixture
def client_for(http, clock):
    """`client_for(sms, key_secret=…, timeout=…)`"""

    def make(sms: AliyunSmsSimulator, **more: object) -> Client:
        account = sms.account
        key = Credentials(more.pop("key_id", account.key_id), more.pop("key_secret", account.key_secret))
        return Client(key, **{"http": http, "base_url": sms.url, "now": clock, **more})

    return make
