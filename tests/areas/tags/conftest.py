from __future__ import annotations

import pytest
from django.db import connection
from django.utils import translation

from tests.factories.merchants import make_merchant
from yutang.core import tenancy


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def _stand_in(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, false)", [tenancy.SETTING, value])


@pytest.fixture
def merchant(transactional_db):
    """A merchant whose scope is the connection's, so that every step commits: the lake sees only what is committed."""
    made = make_merchant()
    _stand_in(str(made.pk))
    yield made
    _stand_in("")
