"""Web server and worker open a new installation's lake at the same moment: its catalog is made once."""

from __future__ import annotations

import threading
from contextlib import nullcontext

import pytest
from django.conf import settings
from django.db import connection
from pyiceberg.catalog.sql import SqlCatalog
from sqlalchemy.exc import IntegrityError, ProgrammingError

from tests.concurrency.threads import together
from tests.patience import PATIENCE
from yutang.core import locks
from yutang.lake import catalog

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def without_tables():
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS iceberg_tables, iceberg_namespace_properties")


@pytest.fixture
def made(monkeypatch) -> list[str]:
    """One entry whenever the tables are made."""
    known, make = [], SqlCatalog.create_tables

    def create_tables(self):
        known.append(self.name)
        make(self)

    monkeypatch.setattr(SqlCatalog, "create_tables", create_tables)
    return known


def open_lake(_number, barrier) -> bool:
    """As a process does that has not opened it before."""
    barrier.wait()
    opened = catalog._catalog.__wrapped__(settings.LAKE_CATALOG, catalog._database(), str(settings.LAKE))
    return opened.namespace_exists("orders")


def test_the_race_exists_without_the_lock(without_tables, monkeypatch):
    both_miss_them, make = threading.Barrier(2, timeout=PATIENCE), SqlCatalog.create_tables

    def create_tables(self):
        both_miss_them.wait()
        try:
            make(self)
        finally:
            self.engine.dispose()  # nobody else knows the engine of the one that fails

    monkeypatch.setattr(SqlCatalog, "create_tables", create_tables)
    monkeypatch.setattr(locks, "held", lambda lock: nullcontext())
    with pytest.raises((IntegrityError, ProgrammingError), match="iceberg"):
        together(open_lake, threads=2)


def test_two_who_open_it_first_find_one_catalog(without_tables, made):
    assert together(open_lake, threads=2) == [False, False]
    assert len(made) == 1
