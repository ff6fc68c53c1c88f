from __future__ import annotations

import threading
from contextlib import nullcontext
from datetime import date

import psycopg
import pytest
from django.db import connection, transaction

from tests.factories.merchants import make_merchant
from tests.factories.orders import make_sale_line
from tests.patience import PATIENCE
from yutang.areas.orders.models import SaleLine
from yutang.core import locks, tenancy
from yutang.core.locks import Lock
from yutang.lake import compacting, engine, writer
from yutang.lake.index import building, files

pytestmark = pytest.mark.django_db(transaction=True)
TOTAL = "SELECT count(*) AS rows, sum(amount) AS amount FROM orders.line"


def totals(merchant) -> tuple[int, int | None]:
    with tenancy.scope(merchant.pk):
        row = engine.query(TOTAL).to_pylist()[0]
    return row["rows"], row["amount"]


def test_facts_arrive_once_with_the_local_day():
    merchant = make_merchant()
    with tenancy.scope(merchant.pk):
        make_sale_line(merchant, amount=250, title='梅干菜 "大" 饼,一个')
    assert writer.run().facts == {"orders.line": 1}
    assert writer.run().facts == {}
    with tenancy.scope(merchant.pk):
        row = engine.query("SELECT amount, title, occurred_on FROM orders.line").to_pylist()[0]
    assert row == {"amount": 250, "title": '梅干菜 "大" 饼,一个', "occurred_on": date(2026, 3, 2)}


def test_before_the_first_fact_a_query_answers_with_nothing():
    assert totals(make_merchant()) == (0, None)


def test_each_merchant_reads_the_own_files_only():
    first, second = make_merchant(), make_merchant()
    for merchant, amount in ((first, 1), (second, 20)):
        with tenancy.scope(merchant.pk):
            make_sale_line(merchant, amount=amount)
    writer.run()
    assert totals(first) == (1, 1)
    assert totals(second) == (1, 20)


def test_a_transaction_still_running_holds_later_ones_back_and_nothing_is_skipped():
    merchant = make_merchant()
    opened, finish = threading.Event(), threading.Event()

    def slow() -> None:
        with tenancy.scope(merchant.pk):
            make_sale_line(merchant, amount=1)
            opened.set()
            finish.wait(PATIENCE)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert opened.wait(PATIENCE)
    with tenancy.scope(merchant.pk):
        make_sale_line(merchant, amount=10)  # committed, but younger than the running one
    assert writer.run().facts == {}
    finish.set()
    thread.join()
    assert writer.run().facts == {"orders.line": 2}
    assert totals(merchant) == (2, 11)


def test_without_the_horizon_the_late_commit_would_be_lost(monkeypatch):
    """The race exists: a writer that exports up to the newest id steps over a transaction that commits later."""
    merchant = make_merchant()
    opened, finish = threading.Event(), threading.Event()

    def slow() -> None:
        with tenancy.scope(merchant.pk):
            make_sale_line(merchant, amount=1)
            opened.set()
            finish.wait(PATIENCE)
        connection.close()

    def newest() -> int:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
            return cursor.fetchone()[0]

    monkeypatch.setattr(writer, "_horizon", newest)
    thread = threading.Thread(target=slow)
    thread.start()
    assert opened.wait(PATIENCE)
    with tenancy.scope(merchant.pk):
        make_sale_line(merchant, amount=10)
    writer.run()
    finish.set()
    thread.join()
    writer.run()
    assert totals(merchant) == (1, 10)  # one fact is missing
    with tenancy.scope(merchant.pk):
        assert SaleLine.objects.count() == 2


def test_transactions_of_other_databases_never_hold_a_fact_back():
    """Not even in the instant they end, when the server no longer says whose they are."""
    merchant = make_merchant()
    stopping = threading.Event()

    def elsewhere() -> None:
        settings = connection.settings_dict
        with psycopg.connect(
            host=settings["HOST"], port=settings["PORT"], user=settings["USER"], password=settings["PASSWORD"],
            dbname="postgres", autocommit=True,
        ) as other:  # fmt: skip
            while not stopping.is_set():
                other.execute("SELECT pg_current_xact_id(), pg_sleep(0.01)")

    threads = [threading.Thread(target=elsewhere) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(300):
            with tenancy.scope(merchant.pk):
                line = make_sale_line(merchant)
                with connection.cursor() as cursor:
                    cursor.execute("SELECT xid::text::bigint FROM orders_saleline WHERE id = %s", [line.pk])
                    (written,) = cursor.fetchone()
            assert writer._horizon() > written
    finally:
        stopping.set()
        for thread in threads:
            thread.join()


def test_a_second_writer_stays_out():
    results = []
    with locks.attempted(Lock.LAKE) as alone:
        assert alone

        def other() -> None:
            results.append(writer.run().busy)
            connection.close()

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert results == [True]


def test_a_rolled_back_row_never_arrives():
    merchant = make_merchant()
    with tenancy.scope(merchant.pk):
        make_sale_line(merchant)
        transaction.set_rollback(True)
    with tenancy.scope(merchant.pk):
        make_sale_line(merchant, amount=5)
    writer.run()
    assert totals(merchant) == (1, 5)


def test_small_files_are_put_together_and_rows_stay_once(monkeypatch):
    monkeypatch.setattr(compacting, "AT", 4)
    merchant, other = make_merchant(), make_merchant()
    with tenancy.scope(other.pk):
        make_sale_line(other, amount=7)
    most = 0
    for number in range(1, 14):
        with tenancy.scope(merchant.pk):
            make_sale_line(merchant, amount=number)
        writer.run()
        most = max(most, len(engine.files("orders.line", merchant.pk)))
        assert totals(merchant) == (number, number * (number + 1) // 2)
        manifest = files.load(files.folder(merchant.pk))
        assert set(manifest.facts["orders.line"].files) == set(engine.files("orders.line", merchant.pk))
        assert sum(part.rows for part in manifest.facts["orders.line"].parts) == number
    assert most < 4
    assert totals(other) == (1, 7)
    assert writer.run().facts == {}


def test_killed_between_putting_together_and_telling_the_index(monkeypatch):
    monkeypatch.setattr(compacting, "AT", 4)
    merchant = make_merchant()

    def killed(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(building, "replaced", killed)
        for number in range(1, 5):
            with tenancy.scope(merchant.pk):
                make_sale_line(merchant, amount=1)
            with nullcontext() if number < 4 else pytest.raises(KeyboardInterrupt):
                writer.run()
    assert totals(merchant) == (4, 4)
    writer.run()
    manifest = files.load(files.folder(merchant.pk))
    assert set(manifest.facts["orders.line"].files) == set(engine.files("orders.line", merchant.pk))
    assert sum(part.rows for part in manifest.facts["orders.line"].parts) == 4
