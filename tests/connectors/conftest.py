"""What every client is tested with: a clock that the test sets, and plain HTTP."""

from __future__ import annotations

import httpx
import pytest

from tests.simulators.alipay.rig import Clock


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def http():
    with httpx.Client(trust_env=False) as made:
        yield made
