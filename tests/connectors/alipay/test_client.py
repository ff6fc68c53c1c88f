"""Every call against the simulator, in key mode and in certificate mode."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest

from tests.simulators.alipay import rig
from yutang.connectors.alipay import errors
from yutang.connectors.alipay.client import Client
from yutang.connectors.alipay.shapes import Refund, Trade, TradeStatus
from yutang.core import clock as real_clock


def test_a_code_is_scanned_and_paid(alipay, client):
    assert client.precreate(rig.charge()).startswith(f"{alipay.url}/qr/")
    with pytest.raises(errors.NotFound):
        client.query(out_trade_no="T1")
    scanned = alipay.scan("T1")
    waiting = Trade(
        out_trade_no="T1", trade_no=scanned.trade_no, status=TradeStatus.WAITING, amount=1234, receipt_amount=0
    )
    assert client.query(out_trade_no="T1") == waiting
    assert not waiting.is_paid
    alipay.pay("T1", buyer_id="2088777")
    paid = client.query(trade_no=scanned.trade_no)
    assert paid == Trade(
        out_trade_no="T1", trade_no=scanned.trade_no, status=TradeStatus.PAID, amount=1234, receipt_amount=1234,
        buyer_id="2088777", paid_at=rig.NOON,
    )  # fmt: skip
    assert paid.is_paid
    assert paid.currency == "CNY"
    assert "2088777" not in repr(paid)


@pytest.mark.parametrize(
    ("make", "method", "product"),
    [
        (lambda client, charge: client.wap_pay_url(charge, return_url="https://shop.example/back?a=1", quit_url="https://shop.example/"),
         "alipay.trade.wap.pay", "QUICK_WAP_WAY"),
        (lambda client, charge: client.page_pay_url(charge, return_url="https://shop.example/back?a=1"),
         "alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY"),
    ],
)  # fmt: skip
def test_a_pay_address_is_signed_and_opens_the_cashier(alipay, client, http, make, method, product):
    address = make(client, rig.charge(expires_at=rig.NOON + timedelta(minutes=30), passback="o%3D7"))
    params = parse_qs(urlsplit(address).query)
    assert address.startswith(f"{alipay.gateway_url}?")
    assert params["method"] == [method]
    assert params["return_url"] == ["https://shop.example/back?a=1"]
    assert f'"product_code":"{product}"' in params["biz_content"][0]
    assert '"time_expire":"2026-03-05 12:30:00"' in params["biz_content"][0]
    page = http.get(address, follow_redirects=True)
    assert page.status_code == 200
    assert "12.34" in page.text
    assert client.query(out_trade_no="T1").status == TradeStatus.WAITING


def test_parts_are_refunded_and_the_rest_closes(alipay, client, clock):
    client.precreate(rig.charge(amount=1000))
    trade_no = alipay.pay("T1").trade_no
    first = client.refund(out_trade_no="T1", out_request_no="R1", amount=300, reason="少一个")
    assert first == Refund(
        out_trade_no="T1", trade_no=trade_no, out_request_no="R1", amount=300, refunded_total=300, is_moved=True
    )
    clock.go(minutes=1)
    assert client.refund(trade_no=trade_no, out_request_no="R2", amount=700).refunded_total == 1000
    assert client.query(out_trade_no="T1").status == TradeStatus.CLOSED
    assert client.query_refund(out_trade_no="T1", out_request_no="R1") == Refund(
        out_trade_no="T1", trade_no=trade_no, out_request_no="R1", amount=300, is_moved=True, refunded_at=rig.NOON
    )
    assert client.query_refund(trade_no=trade_no, out_request_no="R3") is None


def test_the_same_refund_twice_moves_money_once(alipay, client):
    client.precreate(rig.charge(amount=1000))
    alipay.pay("T1")
    assert client.refund(out_trade_no="T1", out_request_no="R1", amount=300).is_moved
    again = client.refund(out_trade_no="T1", out_request_no="R1", amount=300)
    assert (again.is_moved, again.refunded_total) == (False, 300)
    with pytest.raises(errors.OutcomeUnknown) as caught:
        client.refund(out_trade_no="T1", out_request_no="R1", amount=400)
    assert caught.value.code == "ACQ.DISCORDANT_REPEAT_REQUEST"
    assert client.query_refund(out_trade_no="T1", out_request_no="R1").amount == 300


@pytest.mark.parametrize(
    ("prepare", "kind"),
    [
        (lambda alipay: alipay.scan("T1"), errors.WrongState),
        (lambda alipay: alipay.pay("T1"), errors.AmountRefused),
        (lambda alipay: (alipay.pay("T1"), alipay.finish("T1")), errors.AlreadyFinished),
        (lambda alipay: None, errors.NotFound),
    ],
)
def test_a_refund_is_refused(alipay, client, prepare, kind):
    client.precreate(rig.charge(amount=1000))
    prepare(alipay)
    with pytest.raises(errors.Refused) as caught:
        client.refund(out_trade_no="T1", out_request_no="R1", amount=1001)
    assert type(caught.value) is kind
    assert all(not trade.refunds for trade in alipay.book.all())


def test_an_unpaid_trade_is_closed(alipay, client):
    client.precreate(rig.charge())
    with pytest.raises(errors.NotFound):
        client.close(out_trade_no="T1")
    alipay.scan("T1")
    client.close(out_trade_no="T1")
    assert client.query(out_trade_no="T1").status == TradeStatus.CLOSED
    with pytest.raises(errors.WrongState):
        client.close(out_trade_no="T1")
    with pytest.raises(errors.AlreadyClosed):
        client.precreate(rig.charge())


def test_a_paid_trade_is_neither_closed_nor_paid_again(alipay, client):
    client.precreate(rig.charge())
    alipay.pay("T1")
    with pytest.raises(errors.WrongState):
        client.close(out_trade_no="T1")
    with pytest.raises(errors.AlreadyPaid):
        client.precreate(rig.charge())


def test_a_number_stands_for_one_amount(alipay, client):
    first = client.precreate(rig.charge())
    assert client.precreate(rig.charge()) == first
    with pytest.raises(errors.NumberTaken):
        client.precreate(rig.charge(amount=1))


def test_a_trade_ends_by_itself(alipay, client, clock):
    client.precreate(rig.charge(expires_at=rig.NOON + timedelta(minutes=15)))
    alipay.scan("T1")
    clock.go(minutes=15)
    assert client.query(out_trade_no="T1").status == TradeStatus.CLOSED


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"out_trade_no": ""}, "out_trade_no"),
        ({"out_trade_no": "T-1"}, "out_trade_no"),
        ({"out_trade_no": "T" * 65}, "out_trade_no"),
        ({"amount": 0}, "amount"),
        ({"amount": -1}, "amount"),
        ({"amount": 10_000_000_001}, "amount"),
        ({"subject": ""}, "subject"),
        ({"subject": "a\nb"}, "subject"),
        ({"subject": "x" * 257}, "subject"),
        ({"body": "x" * 129}, "body"),
        ({"passback": "x" * 513}, "passback"),
        ({"passback": "a=b"}, "passback"),
        ({"notify_url": ""}, "notify_url"),
    ],
)
def test_a_bad_value_is_named_before_anything_is_sent(alipay, client, changes, field):
    with pytest.raises(errors.Invalid) as caught:
        client.precreate(rig.charge(**changes))
    assert caught.value.field == field
    assert alipay.book.all() == []


def test_a_refund_needs_its_own_number(client):
    with pytest.raises(errors.Invalid, match="out_request_no"):
        client.refund(out_trade_no="T1", out_request_no="", amount=1)
    with pytest.raises(errors.Invalid, match="reason"):
        client.refund(out_trade_no="T1", out_request_no="R1", amount=1, reason="x" * 257)


@pytest.mark.parametrize("changes", [{"out_trade_no": "T2"}, {"out_request_no": "R2"}])
def test_an_answer_about_something_else_is_not_taken(alipay, clock, changes):
    """Signed by the gateway, but it answers another question."""
    method = "alipay.trade.fastpay.refund.query"
    fields = {
        "code": "10000",
        "trade_no": "2026",
        "out_trade_no": "T1",
        "out_request_no": "R1",
        "refund_amount": "1.00",
    }
    answer = alipay.gateway.enveloped(method, fields | changes)
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=answer))
    with httpx.Client(transport=transport) as http, pytest.raises(errors.OutcomeUnknown, match=next(iter(changes))):
        rig.client(alipay, http, now=clock).query_refund(out_trade_no="T1", out_request_no="R1")


def test_a_wrong_key_is_named(alipay, http, clock):
    stranger = rig.account(not alipay.account.certificates)
    keys = replace(alipay.keys, private_key=stranger.app_key)
    with pytest.raises(errors.BadSignature):
        Client(keys, http=http, base_url=alipay.gateway_url, now=clock).query(out_trade_no="T1")


def test_a_clock_that_is_off_is_named(alipay, http):
    with pytest.raises(errors.BadSignature) as caught:
        Client(alipay.keys, http=http, base_url=alipay.gateway_url, now=real_clock.now).query(out_trade_no="T1")
    assert caught.value.code == "isv.invalid-timestamp"


def test_only_the_contents_travel_in_the_body(alipay, clock):
    """Signed values go out as they were signed; the charset stands where the gateway looks first."""
    sent = []
    with httpx.Client(trust_env=False, event_hooks={"request": [sent.append]}) as http:
        rig.client(alipay, http, now=clock).precreate(rig.charge())
    query = dict(parse_qsl(sent[0].url.query.decode()))
    assert (query["charset"], query["timestamp"], query["sign_type"]) == ("utf-8", "2026-03-05 12:00:00", "RSA2")
    assert ("app_cert_sn" in query) is bool(alipay.account.certificates)
    assert dict(parse_qsl(sent[0].content.decode())) == {
        "biz_content": '{"out_trade_no":"T1","total_amount":"12.34","subject":"谷汀麦作 吐司/套餐"}'
    }


def test_nothing_secret_shows(alipay, client):
    assert repr(client) == f"Client('{alipay.account.app_id}', '{alipay.gateway_url}')"
