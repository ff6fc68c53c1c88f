from __future__ import annotations

import pytest

from tests.factories.merchants import make_merchant
from yutang.core import tenancy


@pytest.fixture
def merchant(db):
    """Whose scope is entered, as in most tests."""
    made = make_merchant()
    with tenancy.scope(made.pk):
        yield made
