"""A merchant with a store; nobody's scope is entered: pages enter their own."""

from __future__ import annotations

import pytest

from tests.api.pool import make_store
from tests.factories.merchants import make_merchant


@pytest.fixture
def merchant(db):
    return make_merchant()


@pytest.fixture
def store(merchant):
    return make_store(merchant)
