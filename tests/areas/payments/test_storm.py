"""Must show: thousands of payments whose notices are lost, late, doubled, out of order and forged, over real HTTP."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import timedelta

import pytest
import time_machine
from django.db.models import Count, Sum

from tests import patience
from tests.areas.payments import rig
from tests.factories import shop
from yutang.areas.orders import services as orders
from yutang.areas.orders.errors import WrongState
from yutang.areas.orders.models import Order, SaleLine, ShopOrder
from yutang.areas.payments import services
from yutang.areas.payments.models import Notice, Refund, Tender
from yutang.core import clock
from yutang.core.models import Event
from yutang.simulators.alipay.faults import NoticeFaults
from yutang.simulators.wechatpay.faults import Faults
from yutang.simulators.wechatpay.notifier import Kind

COUNT = int(os.environ.get("YUTANG_STORM", "200"))  # for each of the two services
PATIENCE = patience.PATIENCE + COUNT  # seconds for all notices: what takes longer hangs
PRICES = (1, 990, 8_800, 12_345, 100_000)
GAVE_UP = 10  # every tenth of those whose money has not arrived yet


class WechatStorm:
    provider, method = "wechatpay", "native"

    def __init__(self, platform):
        self.platform, self.pay = platform, platform.pay

    def fields(self):
        return rig.wechat_fields()

    def flush(self):
        self.platform.drain(PATIENCE)

    def forged(self):
        """Statuses that answered what was forged, and probes."""
        return [d.status for d in self.platform.deliveries if d.kind != Kind.GENUINE]

    def genuine(self):
        return {d.status for d in self.platform.deliveries if d.kind == Kind.GENUINE}

    def moved(self):
        """(what buyers paid, what went back)"""
        trades = [trade for trade in self.platform.book._trades.values() if trade.paid_at]
        return sum(trade.amount for trade in trades), sum(trade.refunded for trade in trades)


class AlipayStorm:
    provider, method = "alipay", "precreate"

    def __init__(self, service):
        self.service, self.pay = service, service.pay

    def fields(self):
        return rig.alipay_fields(self.service)

    def flush(self):
        self.service.settle(PATIENCE)

    def forged(self):
        return [int(d.answer.removeprefix("HTTP ")) for d in self.service.deliveries if d.is_forged]

    def genuine(self):
        return {204 if d.is_taken else d.answer for d in self.service.deliveries if not d.is_forged}

    def moved(self):
        trades = [trade for trade in self.service.book.all() if trade.paid_at]
        return sum(trade.charge.amount for trade in trades), sum(trade.refunded_total for trade in trades)


@pytest.fixture(params=["wechatpay", "alipay"])
def storm(request, till, public, wechat_with, alipay_with):
    if request.param == "wechatpay":
        faults = Faults(lost=0.1, late=0.2, duplicated=0.3, out_of_order=0.1, forged=0.15, probed=0.05)
        service, kind = wechat_with(faults=faults, seed=4), WechatStorm
    else:
        faults = NoticeFaults(seed=4, lost=0.1, late=0.2, duplicate=0.3, out_of_order=0.1, forged=0.15, late_by=3)
        service, kind = alipay_with(faults=faults), AlipayStorm
    with service:
        made = kind(service)
        till.connect(made.provider, made.fields(), (made.method,))
        yield made


def test_every_order_is_paid_exactly_once(storm, till):
    with till.scope():
        shelf = [shop.stocked(COUNT, price) for price in PRICES]
        buyer = shop.buyer()
    for number in range(COUNT):
        with till.scope():
            order = shop.place((shelf[number % len(shelf)], 1), identity=buyer)
        storm.pay(till.start(order, storm.provider, storm.method).no)
    given_up = give_up(till)
    storm.flush()
    with till.scope():
        unheard = Tender.objects.exclude(state="paid").count()
    assert unheard > COUNT * 0.05, "no notice was lost: the storm is none"
    till.work()
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        asked = sum(services.ask_about_tenders(actor=till.actor) for _ in range(COUNT // 200))
        till.work()
        services.ask_about_refunds(actor=till.actor)
        storm.flush()
    assert 0 < asked <= unheard
    check_books(storm, till, given_up)


def give_up(till) -> set[int]:
    """Buyers close orders whose money is on its way; those it has reached meanwhile stay."""
    with till.scope():
        waiting = list(Order.objects.filter(status="unpaid").order_by("id").values_list("id", flat=True))[::GAVE_UP]
    closed = set()
    for order_id in waiting:
        # One order a transaction: a notice that waits for its stock has the next order locked.
        with suppress(WrongState), till.scope():
            closed.add(orders.close(order_id=order_id, because="buyer", actor=till.actor).pk)
    assert closed
    return closed


def check_books(storm, till, given_up: set[int]) -> None:
    forged = storm.forged()
    assert len(forged) > COUNT * 0.1
    assert set(forged) == {401}
    assert storm.genuine() == {204}
    with till.scope():
        assert Tender.objects.filter(state="paid").count() == COUNT
        totals = dict(ShopOrder.objects.values_list("order_id", "total"))
        assert set(Order.objects.filter(status="closed").values_list("id", flat=True)) == given_up
        assert Order.objects.filter(status="paid").count() == COUNT - len(given_up)
        # One sale each, of the right sum; none for whoever gave up.
        sold = SaleLine.objects.values_list("order_id").annotate(lines=Count("id"), amount=Sum("amount"))
        assert sorted(sold) == sorted((id_, 1, total) for id_, total in totals.items() if id_ not in given_up)
        assert Event.objects.filter(name="orders.paid").count() == COUNT - len(given_up)
        # Money of those who gave up went back, all of it and nothing else.
        refunds = Refund.objects.values_list("tender__payable_id", "amount", "state")
        assert sorted(refunds) == sorted((id_, totals[id_], "succeeded") for id_ in given_up)
        assert storm.moved() == (sum(totals.values()), sum(totals[id_] for id_ in given_up))
        notices = dict(Notice.objects.values_list("outcome").annotate(Count("id")))
        assert set(notices) <= {"applied", "repeated"}
        assert Notice.objects.filter(times__gt=1).count() > COUNT * 0.1
