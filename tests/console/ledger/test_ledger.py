from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from django.db import connection

from tests.console.conftest import text
from tests.core.ledger.kinds import commission, customer, earn, pay_in, pay_out, spend
from tests.factories.merchants import make_merchant
from yutang.areas.merchants import queries, services
from yutang.core import tenancy
from yutang.core.ledger import auditing, browsing
from yutang.core.ledger import queries as ledger
from yutang.core.ledger import services as books
from yutang.core.ledger.models import AuditRun, Entry

JAN, FEB = datetime(2026, 1, 10, 4, tzinfo=UTC), datetime(2026, 2, 28, 17, tzinfo=UTC)  # the latter is March at home
ANN, BOB = customer(1), customer(2)


@pytest.fixture
def booked(actor):
    """January: 100.00 in, 500 points; March (in Shanghai): 30.00 out, 40 points used for order 7, given back."""
    books.post(key="in", kind="wallet.recharge", lines=pay_in(ANN, 10_000), at=JAN, actor=actor)
    books.post(key="earn", kind="points.earn", lines=earn(BOB, 500), at=JAN, actor=actor)
    books.post(key="out", kind="wallet.spend", lines=pay_out(ANN, 3_000), at=FEB, actor=actor)
    used = books.post(key="use", kind="points.spend", lines=spend(BOB, 40), at=FEB, source=("order", 7), actor=actor)
    books.reverse(entry_id=used.pk, key="back", at=FEB, reason="Out of stock", actor=actor)
    return used


def rows(response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_the_trial_balance_of_a_day_sums_to_zero(client_for, merchant, booked, django_assert_num_queries):
    client = client_for(merchant)
    with django_assert_num_queries(9):
        page = text(client.get("/ledger?on=2026-01-31"))
    assert page.count("Sums to zero") == 2
    assert "CN¥100.00" in page
    found = client.get("/ledger?on=2026-01-31").context["units"]
    assert {line["kind"]: line["balance"] for unit in found for line in unit["lines"]} == {
        "test.bank": -10_000, "test.wallet": 10_000, "test.issued": -500, "test.points": 500, "test.spent": 0,
    }  # fmt: skip
    found = client.get("/ledger?on=2026-03-01").context["units"]
    assert {line["kind"]: line["balance"] for unit in found for line in unit["lines"]} == {
        "test.bank": -7_000, "test.wallet": 7_000, "test.issued": -500, "test.points": 500, "test.spent": 0,
    }  # fmt: skip


@pytest.mark.parametrize("at", [JAN, FEB, datetime(2025, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)])
def test_both_ways_to_sum_agree(merchant, booked, at):
    """Back from today's balances, and up from the first posting."""
    up = {(line.kind, line.unit): line.balance for line in ledger.trial_balance(merchant_id=merchant.pk, at=at)}
    back = browsing.trial_before(merchant_id=merchant.pk, before=at.replace(microsecond=1))
    assert {(line.kind, line.unit): line.balance for line in back if line.balance} == {k: v for k, v in up.items() if v}
    assert sum(line.balance for line in back) == 0


def test_months_lead_from_a_balance_to_its_postings(client_for, merchant, booked):
    client = client_for(merchant)
    page = client.get("/ledger/months?kind=test.wallet&unit=CNY&year=2026")
    assert [(r["line"].month.month, r["was"], r["plus"], r["minus"], r["balance"]) for r in page.context["rows"]] == [
        (1, "CN¥0.00", "CN¥100.00", "CN¥0.00", "CN¥100.00"), (3, "CN¥100.00", "CN¥0.00", "-CN¥30.00", "CN¥70.00"),
    ]  # fmt: skip
    march = page.context["rows"][1]["query"]
    listed = client.get(f"/ledger/postings?{march}")
    assert [(p.amount, p.balance_after) for p in listed.context["page"].rows] == [(-3_000, 7_000)]
    assert "Paid from the balance" in text(listed)
    later = client.get("/ledger/months?kind=test.wallet&unit=CNY&year=2027").context
    assert (later["rows"], later["closing"]) == ([], "CN¥70.00")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("since=2026-01-01&until=2026-03-31", 10),
        ("since=2026-01-01&until=2026-02-28", 4),
        ("since=2026-01-01&until=2026-03-31&kind=test.points", 3),
        ("since=2026-01-01&until=2026-03-31&unit=CNY", 4),
        ("since=2026-01-01&until=2026-03-31&source=order", 4),
        ("since=2026-01-01&until=2026-03-31&source=order&source_id=7", 4),
        ("since=2026-01-01&until=2026-03-31&source=order&source_id=8", 0),
        ("since=2026-01-01&until=2026-03-31&entry=points.earn", 2),
        ("since=2026-03-31&until=2026-01-01", 0),
        ("since=rubbish&until=9999-12-31&source_id=x", 0),
        ("since=2026-01-01&until=2026-03-31&holder=customer:1", 2),
        ("since=2026-01-01&until=2026-03-31&holder=customer:2", 3),
        ("since=2026-01-01&until=2026-03-31&holder=customer:3", 0),
        ("since=2026-01-01&until=2026-03-31&holder=customer:x", 10),
    ],
)
def test_filters_stand_in_the_address(client_for, merchant, booked, query, count):
    client = client_for(merchant)
    assert client.get(f"/ledger/postings?{query}").context["page"].total == count
    assert len(rows(client.get(f"/ledger/postings?{query}&format=csv"))) == count + 1


def test_postings_are_paged(client_for, merchant, actor, django_assert_num_queries):
    drafts = [books.Draft(f"n{n}", "k", tuple(pay_in(ANN, n + 1)), at=JAN) for n in range(60)]
    books.post_many(drafts=drafts, actor=actor)
    client = client_for(merchant)
    address = "/ledger/postings?kind=test.wallet&since=2026-01-01&until=2026-01-31"
    with django_assert_num_queries(11):
        first = client.get(address)
    assert [p.amount for p in first.context["page"].rows] == list(range(60, 10, -1))
    second = client.get(f"{address}&cursor={first.context['page'].next_cursor}")
    assert [p.amount for p in second.context["page"].rows] == list(range(10, 0, -1))


def test_an_entry_shows_what_it_booked_and_what_took_it_back(client_for, merchant, booked, django_assert_num_queries):
    client = client_for(merchant)
    with django_assert_num_queries(12):
        page = text(client.get(f"/ledger/entries/{booked.pk}"))
    back = Entry.objects.get(idempotency_key="back")
    assert "Used for an order" in page
    assert f'href="/ledger/entries/{back.pk}"' in page
    assert 'href="/orders/7"' in page
    assert 'href="/customers/2"' in page
    page = text(client.get(f"/ledger/entries/{back.pk}"))
    assert "Given back from an order" in page
    assert f'href="/ledger/entries/{booked.pk}"' in page
    assert "Out of stock" in page
    assert client.get("/ledger/entries/999999999").status_code == 404


def test_csv_of_the_trial_balance(client_for, merchant, booked):
    found = rows(client_for(merchant).get("/ledger?on=2026-01-31&format=csv"))
    assert found[0] == ["Account", "Code", "Unit", "Balance"]
    assert ["test.wallet", "test.wallet", "CNY", "10000"] in found
    assert sum(int(row[3]) for row in found[1:]) == 0


def test_check_now_is_done_by_a_worker_once(client_for, merchant, booked):
    client = client_for(merchant)
    assert client.post("/ledger/audits").status_code == 302
    client.post("/ledger/audits")
    run = AuditRun.objects.get()
    assert "Waiting" in text(client.get("/ledger/audits"))
    done = auditing.carry_out(run_id=run.pk, actor=tenant_actor(merchant))
    assert (done.found, done.found_count) == ([], 0)
    assert auditing.carry_out(run_id=run.pk, actor=tenant_actor(merchant)).finished_at == done.finished_at
    assert "Everything adds up" in text(client.get("/ledger/audits"))
    assert "everything adds up" in text(client.get("/ledger"))


def test_a_discrepancy_is_named(client_for, merchant, actor):
    entry = books.post(key="in", kind="k", lines=commission(ANN, 5), at=JAN, actor=actor)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_account SET balance = 6 WHERE kind = 'test.commission'")
    run = auditing.prove(actor=actor)
    assert (run.found_count, run.found[0]["what"], run.found[0]["expected"], run.found[0]["found"]) == (
        1,
        "balance",
        5,
        6,
    )
    page = text(client_for(merchant).get("/ledger/audits"))
    assert "A balance differs from the sum of its postings" in page
    assert "5 expected, 6 found" in page
    assert entry.pk


@pytest.mark.parametrize("role", ["guide", "operations", "store_manager"])
@pytest.mark.parametrize("path", ["/ledger", "/ledger/months", "/ledger/postings", "/ledger/audits"])
def test_needs_the_permission(client_for, merchant, role, path):
    assert client_for(merchant, role=role).get(path).status_code == 403


def test_the_books_belong_to_the_whole_company(client_for, merchant, actor, booked):
    east = services.add_node(parent=queries.root_node(), kind="region", code="E", name="East", actor=actor)
    client = client_for(merchant, role="finance", node=east)
    for path in ("/ledger", "/ledger/months", "/ledger/postings", "/ledger/audits", f"/ledger/entries/{booked.pk}"):
        assert client.get(path).status_code == 403, path


def test_another_merchants_books_are_closed(client_for, merchant, booked):
    client = client_for(make_merchant())
    assert client.get(f"/ledger/entries/{booked.pk}").status_code == 404
    assert client.get("/ledger").context["units"] == []


def tenant_actor(merchant):
    from yutang.core import access

    assert tenancy.current_merchant_id() == merchant.pk
    return access.system(merchant.pk, "ledger.audit")
