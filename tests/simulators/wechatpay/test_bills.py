"""The bill that the simulator writes is the one that the client reads, and it says what happened."""

from __future__ import annotations

from datetime import date

import pytest

from tests.connectors.wechatpay.rig import NOW, client_of, merchant, new, refund_of
from yutang.connectors.wechatpay import errors
from yutang.connectors.wechatpay.shapes import BillKind
from yutang.simulators.wechatpay import bills
from yutang.simulators.wechatpay.accounts import Account, new_credentials
from yutang.simulators.wechatpay.faults import AnswerFault

TODAY = date(2026, 11, 22)


@pytest.fixture
def day(client, platform, clock):
    """Two payments, one of them refunded in part; the clock then shows ten o'clock of the next day."""
    for number, amount in (("YT-BILL-01", 1990), ("YT-BILL-02", 100)):
        client.create_jsapi(new(number, amount=amount, description="吐司, 可颂", attach="shop=1"), openid="oBuyer")
        platform.pay(number)
        clock.forward(minutes=1)
    client.refund(refund_of("YT-BILL-01"))
    clock.forward(days=1)


def test_a_day_as_it_was(client, day):
    first, second, refund = client.trade_bill(TODAY)
    assert (first.out_trade_no, first.order_amount, first.settlement_amount, first.fee) == (
        "YT-BILL-01",
        1990,
        1990,
        12,
    )
    assert (first.mchid, first.appid, first.openid) == (merchant().mchid, merchant().appid, "oBuyer")
    assert (first.description, first.attach, first.rate, first.traded_at) == ("吐司, 可颂", "shop=1", "0.60%", NOW)
    assert (first.transaction_id, first.trade_state) == (refund.transaction_id, "SUCCESS")
    assert (second.out_trade_no, second.order_amount, second.fee, second.out_refund_no) == ("YT-BILL-02", 100, 1, "")
    assert (refund.out_refund_no, refund.refund_amount, refund.trade_state, refund.fee) == ("R-1", 500, "REFUND", -3)
    assert (refund.order_amount, refund.refund_status) == (0, "SUCCESS")


def test_kinds_of_bills(client, day):
    assert [line.out_trade_no for line in client.trade_bill(TODAY, BillKind.SUCCESS)] == ["YT-BILL-01", "YT-BILL-02"]
    (refund,) = client.trade_bill(TODAY, BillKind.REFUND)
    assert (refund.out_refund_no, refund.refund_applied_amount) == ("R-1", 500)
    assert refund.refunded_at == refund.refund_applied_at


def test_a_refund_belongs_to_the_day_it_was_asked_for(client, platform, clock, day):
    client.refund(refund_of("YT-BILL-01", out_refund_no="R-2", amount=90))
    clock.forward(days=1)
    (line,) = client.trade_bill(date(2026, 11, 23))
    assert (line.out_refund_no, line.refund_amount) == ("R-2", 90)


def test_the_last_rows_hold_the_sums(platform, day):
    text = bills.write(platform.book.movements(Account.of(merchant()), TODAY), BillKind.ALL).decode("utf-8-sig")
    *_, header, sums = text.splitlines()
    assert header == "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
    assert sums == "`3,`20.90,`5.00,`0.00,`0.10000,`20.90,`5.00"


def test_days_begin_at_midnight_in_shanghai(client, platform, clock):
    clock.forward(hours=13, minutes=59)  # 23:59
    for number in ("YT-LATE-01", "YT-LATE-02"):
        client.create_native(new(number))
        platform.pay(number)
        clock.forward(minutes=1)
    clock.forward(days=1, hours=10)
    assert [line.out_trade_no for line in client.trade_bill(TODAY)] == ["YT-LATE-01"]
    assert [line.out_trade_no for line in client.trade_bill(date(2026, 11, 23))] == ["YT-LATE-02"]


@pytest.mark.parametrize(
    ("day_asked", "error"),
    [
        (date(2026, 11, 21), errors.NoBill),
        (TODAY, errors.Refused),
        (date(2027, 1, 1), errors.Refused),
        (date(2026, 8, 1), errors.Refused),
    ],
)
def test_days_without_a_bill(client, platform, day_asked, error):
    with pytest.raises(errors.Refused) as raised:
        list(client.trade_bill(day_asked))
    assert type(raised.value) is error


def test_in_the_morning_the_bill_is_not_ready(client, day, clock):
    clock.forward(hours=-2)
    with pytest.raises(errors.BillNotReady):
        list(client.trade_bill(TODAY))


def test_a_broken_download_is_noticed_before_the_first_line(client, platform, day):
    platform.break_answers(None, AnswerFault.DONE_BUT_ALTERED)
    with pytest.raises(errors.BrokenBill):
        next(client.trade_bill(TODAY))
    platform.break_answers(None, AnswerFault.DONE_BUT_CUT)
    with pytest.raises(errors.OutcomeUnknown):
        next(client.trade_bill(TODAY))
    platform.break_answers(None, AnswerFault.SYSTEM_ERROR)
    with pytest.raises(errors.OutcomeUnknown):
        next(client.trade_bill(TODAY))


def test_a_download_address_ends_after_five_minutes_and_is_the_merchants_own(client, platform, clock, day):
    other = new_credentials("1900000002", "wx0000000000000002")
    platform.accounts[other.mchid] = Account.of(other)
    target = "/v3/bill/tradebill?bill_date=2026-11-22&bill_type=ALL&tar_type=GZIP"
    announced = client._read(dict, "GET", target)
    with client_of(platform, clock, other) as stranger:
        for asker, minutes in ((stranger, 0), (client, 6)):
            clock.forward(minutes=minutes)
            with pytest.raises(errors.Refused), asker._transport.download(announced["download_url"]):
                pass
