"""The job of the deadlines, killed at any moment and run again, does everything once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import aftersale as made
from tests.factories import shop
from tests.factories.merchants import make_merchant
from tests.killing import Children, environment
from yutang.areas.aftersale import services
from yutang.areas.aftersale.models import Case, CaseStep
from yutang.areas.inventory.models import StockItem
from yutang.areas.orders.models import SaleLine
from yutang.areas.payments.models import Refund, Tender
from yutang.core import access, clock, tenancy

pytestmark = pytest.mark.django_db(transaction=True)
CASES = 30


def act_on_deadlines(merchant_id: int) -> None:
    """In the child."""
    actor = access.system(merchant_id, name="deadlines")
    while services.act_on_deadlines(now=clock.now(), limit=3, actor=actor):
        pass


@pytest.mark.kill
def test_killed_until_all_is_done(settings, tmp_path):
    merchant = make_merchant()
    with tenancy.scope(merchant.pk):
        cake = shop.stocked(100)
        for number in range(CASES):
            if number % 2:
                made.opened(shop.paid((cake, 1)), (0, 1), kind="refund_only")
            else:
                made.sent(made.opened(made.shipped((cake, 1)), (0, 1)))
        Case.objects.update(deadline_at=clock.now() - timedelta(minutes=1))

    def done() -> int:
        with tenancy.scope(merchant.pk):
            return Case.objects.filter(state="done").count()

    act = "tests.areas.aftersale.test_killed.act_on_deadlines"
    with Children(act, environment(settings, tmp_path)) as children:
        while children.run(merchant.pk, progress=done):
            pass
    act_on_deadlines(merchant.pk)
    assert children.hits > 0
    with tenancy.scope(merchant.pk):
        assert set(Case.objects.values_list("state", "granted")) == {("done", 10_000)}
        assert Refund.objects.count() == SaleLine.objects.filter(kind="refund").count() == CASES
        assert not Tender.objects.exclude(refunded_amount=10_000).exists()
        by_time = CaseStep.objects.filter(side="time").values_list("case_id", flat=True)
        assert len(by_time) == len(set(by_time)) == CASES
        stock = StockItem.objects.select_related("pool").get()
        assert (stock.on_hand, stock.pool.available) == (100 - CASES // 2, 100 - CASES // 2)
