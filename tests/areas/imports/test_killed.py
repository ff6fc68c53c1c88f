"""An import killed at any moment goes on where it was: nothing lost, nothing doubled."""

from __future__ import annotations

import dataclasses
import random
from functools import partial

import pytest
from django.db import connection

from tests.areas.imports.runs import text, upload
from tests.factories.merchants import make_merchant
from tests.killing import Children, environment
from yutang.areas.customers.models import Customer, Identity
from yutang.areas.imports import services
from yutang.areas.imports.models import ImportRun
from yutang.areas.orders.models import CustomerStatistic, Order, SaleLine
from yutang.core import access, tenancy

LINES, CHUNK_ROWS, KILLS, HITS = 20_000, 500, 50, 15
pytestmark = [pytest.mark.kill, pytest.mark.django_db(transaction=True)]


def execute(merchant_id: int, run_id: int) -> None:
    """In the child."""
    services.execute(run_id=run_id, actor=access.system(merchant_id), chunk_rows=CHUNK_ROWS)


def till_roll() -> str:
    draw = random.Random(5)
    rows = []
    for number in range(LINES // 2):
        who = draw.randrange(4000)
        phone, card = ("" if draw.random() < 0.3 else f"138{who:08d}", "" if draw.random() < 0.5 else f"C{who}")
        back = "1.00" if draw.random() < 0.05 else ""
        at = f"2026-0{number % 9 + 1}-11 09:00"
        rows += [
            f"{number},{line},{at},,{draw.randrange(100, 9900) / 100},1,{back},Bun,{phone},{card}" for line in "ab"
        ]
    rows[7] = rows[7].replace("2026-", "someday-")
    return text(*rows)


def state(merchant_id: int, run_id: int) -> dict[str, object]:
    """Everything that must be equal, without ids."""
    with tenancy.scope(merchant_id):
        run = ImportRun.objects.get(pk=run_id)
        numbers = dict(Order.objects.values_list("id", "order_no"))
        facts = SaleLine.objects.values_list(
            "order_id", "line_key", "version", "is_reversal", "kind", "quantity", "amount", "occurred_at", "source_row"
        )
        return {
            "counts": run.counts,
            "facts": sorted((numbers[first], *rest) for first, *rest in facts),
            "orders": sorted(Order.objects.values_list("order_no", "sold_amount", "refunded_amount", "line_count")),
            "people": Customer.objects.filter(merged_into__isnull=True).count(),
            "identities": sorted(Identity.objects.values_list("kind", "value")),
            "spent": sorted(CustomerStatistic.objects.values_list("purchases", "net_amount", "last_purchase_at")),
            "rejected": list(services.rejected_rows(run)),
        }


def started(content: str) -> tuple[int, int]:
    merchant = make_merchant()
    actor = access.system(merchant.pk)
    with tenancy.scope(merchant.pk):
        run = upload(content, actor)
        services.start(run_id=run.pk, dry_run=False, actor=actor)
    return merchant.pk, run.pk


def test_killed_fifty_times(settings, tmp_path):
    content = till_roll()
    merchant_id, run_id = started(content)
    execute(merchant_id, run_id)
    expected = state(merchant_id, run_id)
    assert expected["counts"]["rejected"] == 1
    assert len(expected["facts"]) == expected["counts"]["lines"] == expected["counts"]["facts"]

    with Children("tests.areas.imports.test_killed.execute", environment(settings, tmp_path)) as children:
        merchant_id, run_id = started(content)
        while children.kills < KILLS or children.hits < HITS:
            if not children.run(merchant_id, run_id, progress=partial(chunks_done, merchant_id, run_id)):
                assert state(merchant_id, run_id) == expected
                merchant_id, run_id = started(content)
    execute(merchant_id, run_id)
    assert state(merchant_id, run_id) == expected


def chunks_done(merchant_id: int, run_id: int) -> int:
    with tenancy.scope(merchant_id):
        return ImportRun.objects.get(pk=run_id).chunks_done


def test_without_the_position_in_the_chunks_transaction_counts_are_doubled(settings, tmp_path, monkeypatch):
    """The race exists: a position written after the chunk's transaction lets a killed run count a chunk twice."""
    merchant_id, run_id = started(text(*(f"{n},a,2026-01-05,,1.00" for n in range(1000))))
    execute(merchant_id, run_id)
    before = dataclasses.replace(services.Counts(**state(merchant_id, run_id)["counts"]))
    with tenancy.scope(merchant_id), connection.cursor() as cursor:
        # What a kill between the two transactions would leave behind.
        cursor.execute("UPDATE imports_importrun SET state = 'running', chunks_done = chunks_done - 1")
    execute(merchant_id, run_id)
    after = services.Counts(**state(merchant_id, run_id)["counts"])
    assert (before.lines, after.lines) == (1000, 1500)
    assert after.facts == before.facts  # the facts themselves are safe even then
