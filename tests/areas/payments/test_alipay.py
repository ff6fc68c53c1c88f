"""Alipay as a provider, against the simulator that checks every signature."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
import time_machine

from yutang.areas.orders import services as orders
from yutang.areas.payments import services
from yutang.areas.payments.errors import Unreachable
from yutang.areas.payments.models import Refund
from yutang.core import clock
from yutang.simulators.alipay.faults import AnswerFault

LATER = timedelta(minutes=2)


def visit(tender) -> None:
    """The buyer's browser opens the cashier."""
    assert httpx.get(tender.client["url"], trust_env=False).status_code == 303


def paid(alipay, till, method="precreate"):
    order = till.order()
    tender = till.start(order, "alipay", method)
    if method != "precreate":
        visit(tender)
    alipay.pay(tender.no)
    return order, tender


@pytest.mark.parametrize("method", ["wap", "page", "precreate"])
def test_each_way_is_paid_by_notice(alipay, till, public, method):
    order, tender = paid(alipay, till, method)
    alipay.settle()
    assert (till.fresh(tender).state, till.fresh(order).status) == ("paid", "paid")
    assert [delivery.answer for delivery in alipay.deliveries] == ["success"]


def test_what_no_buyer_has_opened_is_not_paid_yet(alipay, till):
    order = till.order()
    tender = till.start(order, "alipay", "wap")
    with time_machine.travel(clock.now() + LATER):
        assert services.ask_about_tenders(actor=till.actor) == 0
    services.close_tenders(payable=("order", order.pk), actor=till.actor)
    assert till.fresh(tender).state == "closed"


def test_money_without_notice_is_asked_for(alipay, till):
    order, _ = paid(alipay, till)
    with time_machine.travel(clock.now() + LATER):
        assert services.ask_about_tenders(actor=till.actor) == 1
        assert services.ask_about_tenders(actor=till.actor) == 0
    assert till.fresh(order).status == "paid"


def test_closing_meets_money_that_was_faster(alipay, till):
    order, tender = paid(alipay, till)
    services.close_tenders(payable=("order", order.pk), actor=till.actor)
    assert (till.fresh(tender).state, till.fresh(order).status) == ("paid", "paid")


def refund_of(till, tender, amount=4_000) -> Refund:
    with till.scope():
        return services.refund(tender_id=tender.pk, amount=amount, key="k", reason="stale", actor=till.actor)


def test_a_refund_is_done_at_once_and_its_notice_changes_nothing(alipay, till, public):
    order, tender = paid(alipay, till)
    alipay.settle()
    refund = refund_of(till, tender)
    till.work()
    alipay.settle()
    assert (till.fresh(refund).state, till.fresh(tender).refunded_amount) == ("succeeded", 4_000)
    assert [delivery.answer for delivery in alipay.deliveries] == ["success", "success"]
    assert till.fresh(order).status == "paid"


def test_a_refund_whose_answer_is_lost_moves_once(alipay, till, public):
    _, tender = paid(alipay, till)
    alipay.settle()
    refund = refund_of(till, tender)
    alipay.inject("alipay.trade.refund", AnswerFault.LOST)
    with pytest.raises(Unreachable):
        till.work()
    till.work()  # again: nothing moves by this one
    assert till.fresh(refund).state == "processing"
    with time_machine.travel(clock.now() + LATER):
        assert services.ask_about_refunds(actor=till.actor) == 1
    assert till.fresh(refund).state == "succeeded"
    assert [trade.refunded_total for trade in alipay.book.all()] == [4_000]


def test_money_after_closing_goes_back_by_itself(alipay, till, public):
    order = till.order()
    tender = till.start(order, "alipay", "precreate")
    with till.scope():
        orders.close(order_id=order.pk, because="buyer", actor=till.actor)
    alipay.pay(tender.no)
    alipay.settle()
    till.work()
    with till.scope():
        refund = Refund.objects.get()
    assert (refund.state, refund.amount, refund.reason) == ("succeeded", 10_000, "paid too late")
    assert till.fresh(order).status == "closed"
    assert [trade.refunded_total for trade in alipay.book.all()] == [10_000]
