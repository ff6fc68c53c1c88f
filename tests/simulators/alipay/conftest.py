from __future__ import annotations

import httpx
import pytest

from tests.simulators.alipay import rig
from tests.simulators.alipay.merchant import Merchant
from yutang.simulators.alipay import AlipaySimulator


@pytest.fixture
def clock():
    return rig.Clock()


@pytest.fixture
def http():
    with httpx.Client(trust_env=False) as made:
        yield made


@pytest.fixture
def alipay(clock):
    with AlipaySimulator(rig.account(), now=clock, ladder=rig.AT_ONCE) as made:
        yield made


@pytest.fixture
def client(alipay, http, clock):
    return rig.client(alipay, http, now=clock)


@pytest.fixture
def merchant():
    with Merchant() as made:
        yield made
