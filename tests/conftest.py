"""Fixtures every test may use."""

from __future__ import annotations

import time
from uuid import uuid4

import hypothesis
import pytest
from django.db import connection
from django.utils import translation

from tests import emptying
from tests.factories.merchants import make_merchant
from tests.patience import PATIENCE
from yutang import home
from yutang.areas.merchants.models import Merchant
from yutang.core import access, tenancy

# How long an example takes says nothing here.
hypothesis.settings.register_profile("yutang", deadline=None, suppress_health_check=list(hypothesis.HealthCheck))
hypothesis.settings.load_profile("yutang")
emptying.install()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """A worker's database is a copy of the one that tests/server.py has migrated. Threads wait for a connection."""
    connection.settings_dict["OPTIONS"]["pool"]["timeout"] = PATIENCE
    if not home.database_url():
        connection.settings_dict["TEST"]["TEMPLATE"] = connection.settings_dict["NAME"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup):
    yield
    emptying.close()


@pytest.fixture
def merchant(db) -> Merchant:
    """A merchant whose scope is entered for the whole test."""
    made = make_merchant()
    with tenancy.scope(made.pk):
        yield made


@pytest.fixture
def actor(merchant) -> access.Actor:
    return access.system(merchant.pk, name="test")


@pytest.fixture
def transactional_db(transactional_db):
    """Ends when nobody is in a transaction any more: a request that a closed page has left on the live server would
    write into the next test."""
    yield
    deadline = time.monotonic() + PATIENCE
    while others := _in_transaction():
        if time.monotonic() > deadline:
            pytest.fail(f"still in a transaction after the test: {others}")
        time.sleep(0.02)


@pytest.fixture
def no_jobs(transactional_db):
    """No job waits: those of earlier tests are about rows that are gone, and procrastinate's tables are not Django's to
    empty."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


def _in_transaction() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT left(query, 200) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND xact_start IS NOT NULL"
        )
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture(autouse=True)
def _cheap_passwords(settings):
    """Argon2 is slow on purpose; tests/console/auth checks that it is what runs outside tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _own_lake(settings, tmp_path):
    settings.LAKE = tmp_path / "lake"
    settings.LAKE_CATALOG = uuid4().hex
    settings.FILES = tmp_path / "files"
    settings.ERASURES = tmp_path / "erasures.jsonl"


@pytest.fixture(autouse=True)
def _english():
    """What a test reads without a request; else it is what the last request of another test left in the thread."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _no_moment(settings):
    """Pages are read afresh; tests/shop/test_moments.py checks what a moment is outside tests."""
    settings.MOMENT = 0


@pytest.fixture(autouse=True)
def _sandbox(settings):
    """Play money and shown codes, as in the demo."""
    settings.SANDBOX = True
