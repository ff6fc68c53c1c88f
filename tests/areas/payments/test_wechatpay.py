"""WeChat Pay as a provider, against the simulator that checks every signature."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.areas.payments import rig
from yutang.areas.payments import queries, services
from yutang.areas.payments.errors import Declined, UnknownProvider, Unreachable
from yutang.areas.payments.models import Notice, Refund, Tender
from yutang.areas.payments.providers import Payer
from yutang.areas.payments.services import asking
from yutang.connectors.wechatpay.shapes import RefundStatus
from yutang.core import clock
from yutang.simulators.wechatpay.faults import AnswerFault

LATER = timedelta(minutes=2)


def test_each_way_gives_the_browser_what_it_needs(wechat, till):
    client = till.start(till.order(), "wechatpay", "jsapi").client
    assert client["kind"] == "jsapi"
    assert set(client["parameters"]) == {"appId", "timeStamp", "nonceStr", "package", "signType", "paySign"}
    assert till.start(till.order(), "wechatpay", "h5").client["url"].startswith(wechat.base_url)
    assert till.start(till.order(), "wechatpay", "native").client["kind"] == "qr"


def test_money_by_notice_pays_the_order(wechat, till, public):
    order = till.order()
    tender = till.start(order, "wechatpay", "native")
    number = wechat.pay(tender.no)
    wechat.drain()
    tender = till.fresh(tender)
    assert (tender.state, tender.provider_no, till.fresh(order).status) == ("paid", number, "paid")
    assert [delivery.status for delivery in wechat.deliveries] == [204]


def test_money_without_notice_is_asked_for(wechat, till):
    order = till.order()
    tender = till.start(order, "wechatpay", "native")
    with time_machine.travel(clock.now() + LATER):
        assert services.ask_about_tenders(actor=till.actor) == 0
    wechat.pay(tender.no)
    assert services.ask_about_tenders(actor=till.actor) == 0  # too soon after it began
    with time_machine.travel(clock.now() + 2 * LATER):
        assert services.ask_about_tenders(actor=till.actor) == 1
    assert till.fresh(order).status == "paid"


def test_an_unknown_outcome_leaves_the_tender_and_may_be_repeated(wechat, till):
    order = till.order()
    wechat.break_answers(AnswerFault.DONE_BUT_CUT)
    with pytest.raises(Unreachable):
        till.start(order, "wechatpay", "native")
    tender = till.start(order, "wechatpay", "native")
    with till.scope():
        assert Tender.objects.get() == tender
    assert tender.client["text"]


def test_a_declined_start_says_why(wechat, till):
    tender = till.open(till.order(), "wechatpay", "jsapi")
    with pytest.raises(Declined, match="openid"):
        services.launch(tender_id=tender.pk, return_url="", payer=Payer(), actor=till.actor)
    assert till.fresh(tender).state == "started"


def test_closing_meets_money_that_was_faster(wechat, till):
    order = till.order()
    paid, unpaid = till.start(order, "wechatpay", "native"), till.start(order, "wechatpay", "h5", 5_000)
    wechat.pay(paid.no)
    services.close_tenders(payable=("order", order.pk), actor=till.actor)
    assert (till.fresh(paid).state, till.fresh(unpaid).state) == ("paid", "closed")
    with pytest.raises(ValueError, match="CLOSED"):
        wechat.pay(unpaid.no)


def test_closing_asks_again_when_the_answer_is_lost(wechat, till):
    """Nobody would ask about a closed one: the buyer's money would be seen with the bill of the next day."""
    order = till.order()
    paid = till.start(order, "wechatpay", "native")
    wechat.pay(paid.no)
    wechat.break_answers(None, AnswerFault.DONE_BUT_CUT)  # "paid already", then no answer
    with pytest.raises(Unreachable):
        services.close_tenders(payable=("order", order.pk), actor=till.actor)
    assert till.fresh(paid).state == "started"
    services.close_tenders(payable=("order", order.pk), actor=till.actor)
    assert (till.fresh(paid).state, till.fresh(order).status) == ("paid", "paid")


def refunded(wechat, till, amount=4_000):
    tender = till.start(till.order(), "wechatpay", "native")
    wechat.pay(tender.no)
    assert asking.ask(tender, actor=till.actor)
    with till.scope():
        refund = services.refund(tender_id=tender.pk, amount=amount, key="k", reason="stale", actor=till.actor)
    return tender, refund


def test_a_refund_ends_by_notice(wechat, till, public):
    tender, refund = refunded(wechat, till)
    till.work()
    wechat.drain()
    assert (till.fresh(refund).state, till.fresh(tender).refunded_amount) == ("succeeded", 4_000)
    with till.scope():
        assert [notice.outcome for notice in Notice.objects.order_by("id")][-1] == "applied"


def test_a_refund_whose_answer_is_lost_is_sent_once(wechat, till):
    tender, refund = refunded(wechat, till)
    wechat.break_answers(AnswerFault.DONE_BUT_CUT)
    with pytest.raises(Unreachable):
        till.work()
    till.work()
    wechat.drain()
    with time_machine.travel(clock.now() + LATER):
        services.ask_about_refunds(actor=till.actor)
    assert till.fresh(refund).state == "succeeded"
    assert [r.amount for r in wechat.book.trade(out_trade_no=tender.no).refunds] == [4_000]


def test_a_refund_waits_for_the_balance(wechat, till):
    _, refund = refunded(wechat, till)
    wechat.set_balance(wechat.ours.account_no, 100)
    till.work()
    assert (till.fresh(refund).state, till.fresh(refund).error) == ("requested", "payments.not_enough_funds")
    wechat.set_balance(wechat.ours.account_no, 10_000)
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        services.ask_about_refunds(actor=till.actor)
    with time_machine.travel(clock.now() + timedelta(minutes=65)):
        services.ask_about_refunds(actor=till.actor)
    assert till.fresh(refund).state == "succeeded"


def test_a_declined_refund_frees_its_amount(wechat, till):
    tender, refund = refunded(wechat, till)
    with till.scope():
        Refund.objects.filter(pk=refund.pk).update(amount=20_000)  # more than was paid: the service declines
        Tender.objects.filter(pk=tender.pk).update(amount=20_000, refunded_amount=20_000)
    till.work()
    assert till.fresh(refund).state == "failed"
    assert till.fresh(tender).refunded_amount == 0


def test_a_refund_closed_by_the_platform_frees_its_amount(wechat_with, till):
    with wechat_with(finishes_refunds=False) as platform:
        account = till.connect("wechatpay", rig.wechat_fields(), ("native",))
        tender, refund = refunded(platform, till)
        till.work()
        assert till.fresh(refund).state == "processing"
        platform.finish_refund(refund.no, mchid=account.account_no, status=RefundStatus.CLOSED)
        with time_machine.travel(clock.now() + LATER):
            services.ask_about_refunds(actor=till.actor)
        assert (till.fresh(refund).state, till.fresh(tender).refunded_amount) == ("failed", 0)


def test_without_an_account_or_an_inactive_one_nobody_pays(wechat, till):
    order = till.order()
    with pytest.raises(UnknownProvider):
        till.open(order, "alipay", "wap")
    with till.scope():
        assert queries.ways() == [("wechatpay", "jsapi"), ("wechatpay", "h5"), ("wechatpay", "native")]
    till.connect("wechatpay", _open(), ("native",), is_active=False)
    with pytest.raises(UnknownProvider):
        till.open(order, "wechatpay", "native")
    with till.scope():
        assert queries.ways() == []


def _open() -> dict[str, str]:
    """The fields without secrets: those stay as they were."""
    entered = rig.wechat_fields()
    return {name: entered[name] for name in ("mchid", "appid", "serial", "public_key_id", "public_key")}
