"""A merchant whose scope nobody has entered: pages enter their own."""

from __future__ import annotations

import pytest

from tests.factories.merchants import make_merchant


@pytest.fixture
def merchant(db):
    return make_merchant()
