"""The service score counts what happened, in two statements."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.aftersale import agree, heard, opened, receive, refused, rule, sent, shipped, shopper, wait
from tests.factories.shop import stocked
from yutang.areas.aftersale import queries, queries_score, services
from yutang.areas.aftersale.models import Case
from yutang.areas.aftersale.queries import Search
from yutang.areas.merchants.queries import root_node
from yutang.core import access, clock


def only(actor):
    (score,) = queries_score.scores(actor, until=clock.now() + timedelta(minutes=1))
    return score


def test_what_is_counted(merchant, actor):
    cake = stocked(20)
    receive(sent(opened(shipped((cake, 1)), (0, 1))))
    wait(sent(opened(shipped((cake, 1)), (0, 1))))
    rule(heard(opened(shipped((cake, 1)), (0, 1))), "buyer")
    refused(opened(shipped((cake, 1)), (0, 1)))
    services.withdraw(case_id=opened(shipped((cake, 1)), (0, 1)).pk, actor=shopper())
    shipped((cake, 1))
    Case.objects.filter(answered_at__isnull=False).update(answered_at=clock.now() + timedelta(hours=6))
    with CaptureQueriesContext(connection) as captured:
        score = only(actor)
    assert len(captured) == 2
    record = score.record
    assert (record.orders, record.cases, record.refused, record.overturned) == (6, 5, 2, 1)
    assert (record.receipts, record.late_receipts) == (2, 1)
    assert record.hours == pytest.approx(6, abs=0.1)
    parts = {"cases": 2 ** (-(5 / 7) / 0.05), "answer": 2 ** (-6 / 24), "overturned": 2 / 3, "receipts": 2 / 3}
    assert record.parts() == pytest.approx(parts, abs=0.01)


def test_every_figure_leads_to_its_cases(merchant, actor):
    cake = stocked(20)
    wait(sent(opened(shipped((cake, 1)), (0, 1))))
    rule(heard(opened(shipped((cake, 1)), (0, 1))), "split", 100)
    refused(opened(shipped((cake, 1)), (0, 1)))
    record = only(actor).record
    counted = {
        "cases": record.cases, "refused": record.refused, "overturned": record.overturned,
        "receipts": record.receipts, "late_receipts": record.late_receipts, "answer": 3,
    }  # fmt: skip
    found = {name: queries.search(actor, Search(behind=name)).count() for name in queries.BEHIND}
    assert found == counted


def test_an_exchange_is_no_order(merchant, actor):
    case = opened(shipped((stocked(), 1)), (0, 1), kind="exchange", reason="quality")
    receive(sent(case))
    assert only(actor).record.orders == 1


def test_only_the_last_ninety_days_and_ones_own_stores(merchant, actor):
    agree(opened(shipped((stocked(), 1)), (0, 1)))
    assert queries_score.scores(actor, until=clock.now() + timedelta(days=91)) == []
    grants = {"aftersale.view": frozenset({root_node().pk + 1})}
    stranger = access.Actor("user", 1, "x", merchant.pk, grants)
    assert queries_score.scores(stranger, until=clock.now() + timedelta(minutes=1)) == []
