from __future__ import annotations

import pytest

from tests.connectors.alipay.conftest import client, clock, http, merchant  # noqa: F401 - fixtures
from tests.simulators.alipay import rig
from yutang.simulators.alipay import AlipaySimulator


@pytest.fixture
def alipay(clock):  # noqa: F811 - the fixture
    with AlipaySimulator(rig.account(), now=clock, ladder=rig.AT_ONCE) as made:
        yield made
