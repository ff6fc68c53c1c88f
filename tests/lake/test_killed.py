"""The lake's writer killed at any moment loses and doubles nothing."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from django.db import connection

from tests.factories.merchants import make_merchant
from tests.factories.orders import make_sale_line
from tests.killing import Children, environment
from yutang.areas.orders.models import SaleLine
from yutang.core import tenancy
from yutang.lake import engine, writer
from yutang.lake.index import files, parts

KILLS, HITS, ROWS_AT_ONCE = 50, 10, 40
pytestmark = [pytest.mark.kill, pytest.mark.django_db(transaction=True)]


def write_on(until: int) -> None:
    """In the child: pass after pass."""
    for _ in range(until):
        writer.run()


def in_lake(merchant) -> list[int]:
    with tenancy.scope(merchant.pk):
        return engine.query("SELECT id FROM orders.line").column("id").to_pylist()


def in_pool(merchant) -> list[int]:
    with tenancy.scope(merchant.pk):
        return list(SaleLine.objects.values_list("id", flat=True))


def rows_in_index(merchant) -> int:
    """Every one of its parts can be read in full."""
    manifest = files.load(files.folder(merchant.pk))
    found = manifest.facts["orders.line"].parts if manifest else []
    loaded = [parts.load(files.folder(merchant.pk), part) for part in found]
    assert [parts.length(rows) for rows in loaded] == [part.rows for part in found]
    return sum(part.rows for part in found)


def test_killed_fifty_times(settings, tmp_path):
    merchants = [make_merchant(), make_merchant()]
    stopping = threading.Event()

    def sell() -> None:
        try:
            while not stopping.wait(0.02):
                for merchant in merchants:
                    with tenancy.scope(merchant.pk):
                        for _ in range(ROWS_AT_ONCE // 10):
                            make_sale_line(merchant)
        finally:
            connection.close()

    writer.run()  # makes the tables

    def size() -> int:
        return sum(len(in_lake(merchant)) for merchant in merchants)

    selling = threading.Thread(target=sell)
    with Children("tests.lake.test_killed.write_on", environment(settings, tmp_path)) as children:
        selling.start()
        try:
            while children.kills < KILLS or children.hits < HITS:
                assert children.run(10_000, progress=size)
                for merchant in merchants:
                    assert max(Counter(in_lake(merchant)).values(), default=1) == 1
                    rows_in_index(merchant)
        finally:
            stopping.set()
            selling.join()
    assert sum(rows_in_index(merchant) for merchant in merchants) <= size()
    while writer.run().busy:  # the last killed writer's connection may not be gone yet
        pass
    writer.run()
    for merchant in merchants:
        assert sorted(in_lake(merchant)) == sorted(in_pool(merchant))
        assert rows_in_index(merchant) == len(in_pool(merchant))
