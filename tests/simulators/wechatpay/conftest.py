from __future__ import annotations

import pytest

from tests.connectors.wechatpay import rig


@pytest.fixture
def clock():
    return rig.Clock()


@pytest.fixture
def platform(clock):
    with rig.simulator(clock) as running:
        yield running


@pytest.fixture
def client(platform, clock):
    with rig.client_of(platform, clock) as made:
        yield made


@pytest.fixture
def receiver():
    with rig.receiver() as kept:
        yield kept
