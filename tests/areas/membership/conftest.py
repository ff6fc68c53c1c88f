"""A day to begin with, and somebody."""

from __future__ import annotations

import pytest

from tests.factories import shop


@pytest.fixture
def start(time_machine):
    time_machine.move_to("2026-03-01T04:00:00Z", tick=False)
    return time_machine


@pytest.fixture
def person(merchant):
    return shop.buyer()
