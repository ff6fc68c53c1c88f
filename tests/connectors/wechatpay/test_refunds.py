"""Refunds over HTTP with the simulator."""

from __future__ import annotations

import pytest

from tests.connectors.wechatpay import rig
from tests.connectors.wechatpay.rig import NOW, client_of, merchant, new, refund_of
from yutang.connectors.wechatpay import errors
from yutang.connectors.wechatpay.shapes import RefundStatus, TradeState

NUMBER = "YT20261122-0001"


@pytest.fixture
def paid(client, platform) -> str:
    client.create_native(new())
    return platform.pay(NUMBER)


def test_a_refund_is_accepted_first_and_done_later(client, paid):
    accepted = client.refund(refund_of(reason="少发一件"))
    assert (accepted.status, accepted.amount, accepted.total, accepted.currency) == ("PROCESSING", 500, 1990, "CNY")
    assert (accepted.transaction_id, accepted.out_trade_no, accepted.refunded_at) == (paid, NUMBER, None)
    done = client.query_refund("R-1")
    assert (done.status, done.refunded_at, done.refund_id) == (RefundStatus.SUCCESS, NOW, accepted.refund_id)
    assert client.query(out_trade_no=NUMBER).trade_state == TradeState.REFUND


def test_the_same_number_pays_back_once(client, platform, paid):
    first = client.refund(refund_of(out_trade_no="", transaction_id=paid))
    second = client.refund(refund_of())
    assert (second.refund_id, second.status) == (first.refund_id, RefundStatus.SUCCESS)
    assert platform.book.trade(out_trade_no=NUMBER).refunded == 500


def test_the_same_number_with_another_amount_is_refused(client, platform, paid):
    client.refund(refund_of())
    with pytest.raises(errors.Refused) as raised:
        client.refund(refund_of(amount=501))
    assert raised.value.code == "INVALID_REQUEST"
    assert platform.book.trade(out_trade_no=NUMBER).refunded == 500


def test_parts_never_exceed_the_whole(client, platform, clock, paid):
    client.refund(refund_of(amount=1000))
    clock.forward(minutes=1)
    with pytest.raises(errors.Refused) as raised:
        client.refund(refund_of(out_refund_no="R-2", amount=991))
    assert raised.value.code == "INVALID_REQUEST"
    client.refund(refund_of(out_refund_no="R-2", amount=990))
    assert platform.book.trade(out_trade_no=NUMBER).refunded == 1990


def test_parts_must_be_a_minute_apart(client, clock, paid):
    client.refund(refund_of())
    clock.forward(seconds=59)
    with pytest.raises(errors.RateLimited):
        client.refund(refund_of(out_refund_no="R-2"))
    clock.forward(seconds=1)
    assert client.refund(refund_of(out_refund_no="R-2")).status == "PROCESSING"


def test_at_most_fifty_parts(client, clock, paid):
    for count in range(50):
        client.refund(refund_of(out_refund_no=f"R-{count}", amount=1))
        clock.forward(minutes=1)
    with pytest.raises(errors.Refused) as raised:
        client.refund(refund_of(out_refund_no="R-50", amount=1))
    assert raised.value.code == "INVALID_REQUEST"


def test_a_year_later_nothing_is_paid_back(client, clock, paid):
    clock.forward(days=366)
    with pytest.raises(errors.Refused):
        client.refund(refund_of())


def test_the_total_must_be_that_of_the_transaction(client, paid):
    with pytest.raises(errors.Refused) as raised:
        client.refund(refund_of(total=2000))
    assert raised.value.code == "INVALID_REQUEST"


def test_what_was_not_paid_cannot_be_paid_back(client):
    client.create_native(new())
    with pytest.raises(errors.Refused) as raised:
        client.refund(refund_of())
    assert raised.value.code == "INVALID_REQUEST"
    with pytest.raises(errors.NotFound):
        client.refund(refund_of("YT-NONE-01"))
    with pytest.raises(errors.NotFound):
        client.query_refund("R-1")


def test_an_empty_account_pays_nothing_back(client, platform, paid):
    platform.set_balance(merchant().mchid, 499)
    with pytest.raises(errors.NotEnoughFunds) as raised:
        client.refund(refund_of())
    assert (raised.value.code, raised.value.status) == ("NOT_ENOUGH", 403)
    platform.set_balance(merchant().mchid, 500)
    assert client.refund(refund_of()).status == "PROCESSING"
    assert platform.book.balances[merchant().mchid] == 0


def test_one_number_of_the_transaction_is_given(client):
    for numbers in ({"transaction_id": "42"}, {"out_trade_no": ""}):
        with pytest.raises(ValueError):
            client.refund(refund_of(**numbers))


def test_a_refund_that_the_bank_rejects_may_succeed_later(clock):
    with rig.simulator(clock, finishes_refunds=False) as platform, client_of(platform, clock) as client:
        client.create_native(new())
        platform.pay(NUMBER)
        client.refund(refund_of())
        assert client.query_refund("R-1").status == RefundStatus.PROCESSING
        platform.finish_refund("R-1", mchid=merchant().mchid, status=RefundStatus.ABNORMAL)
        assert client.query_refund("R-1").status == RefundStatus.ABNORMAL
        platform.finish_refund("R-1", mchid=merchant().mchid)
        assert client.query_refund("R-1").status == RefundStatus.SUCCESS


def test_a_closed_refund_gives_its_amount_free_again(clock):
    with rig.simulator(clock, finishes_refunds=False) as platform, client_of(platform, clock) as client:
        client.create_native(new())
        platform.pay(NUMBER)
        client.refund(refund_of(amount=1990))
        platform.finish_refund("R-1", mchid=merchant().mchid, status=RefundStatus.CLOSED)
        clock.forward(minutes=1)
        assert client.refund(refund_of(out_refund_no="R-2", amount=1990)).status == RefundStatus.PROCESSING
