from __future__ import annotations

import pytest

from tests.areas.analytics.conftest import Shop


def pytest_collection_modifyitems(items):
    """The snapshot's first pass deletes nothing, which pyiceberg finds worth a warning."""
    for item in items:
        item.add_marker(pytest.mark.filterwarnings("ignore:Delete operation did not match any records"))


@pytest.fixture
def shop(transactional_db):
    """Two customers, one of them twice, an anonymous sale; two stores."""
    made = Shop()
    first, second = made.store("first"), made.store("second")
    made.sell("anna", 123456, "2026-03-01 10:00", node=first)
    made.sell("anna", 2000, "2026-03-11 10:00", node=first)
    made.sell("bo", 700, "2026-03-12 10:00", node=second, refund=200)
    made.sell(None, 40, "2026-03-12 10:00")
    made.to_lake()
    made.first, made.second = first, second
    return made
