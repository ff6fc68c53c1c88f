"""Starting, querying and closing payments, over HTTP with the simulator."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.connectors.wechatpay.rig import NOW, client_of, merchant, new
from yutang.connectors.wechatpay import errors, signing
from yutang.connectors.wechatpay.shapes import TradeState
from yutang.simulators.wechatpay.accounts import new_credentials

NUMBER = "YT20261122-0001"


def test_a_payment_in_the_app_is_started_and_opened(client, platform):
    prepay_id = client.create_jsapi(new(), openid="oBuyer")
    parameters = client.jsapi_parameters(prepay_id)
    assert platform.book.trade(token=prepay_id).openid == "oBuyer"
    assert {name: parameters[name] for name in ("appId", "timeStamp", "package", "signType")} == {
        "appId": merchant().appid,
        "timeStamp": str(int(NOW.timestamp())),
        "package": f"prepay_id={prepay_id}",
        "signType": "RSA",
    }
    message = f"{merchant().appid}\n{parameters['timeStamp']}\n{parameters['nonceStr']}\nprepay_id={prepay_id}\n"
    assert signing.verifies(merchant().private_key.public_key(), message.encode(), parameters["paySign"])


def test_payments_in_a_browser_and_by_qr_code_give_an_address(client, platform):
    h5 = client.create_h5(new("YT-H5-0001"), client_ip="203.0.113.7")
    native = client.create_native(new("YT-NATIVE-1"))
    assert h5 == f"{platform.base_url}/pay/{platform.book.trade(out_trade_no='YT-H5-0001').token}"
    assert native == f"{platform.base_url}/pay/{platform.book.trade(out_trade_no='YT-NATIVE-1').token}"


def test_an_unpaid_transaction_has_no_number_of_the_platform(client):
    client.create_native(new())
    found = client.query(out_trade_no=NUMBER)
    assert (found.trade_state, found.transaction_id, found.amount, found.paid_at) == ("NOTPAY", "", 1990, None)


def test_a_paid_transaction_is_found_by_either_number(client, platform, clock):
    client.create_jsapi(new(attach="cart=7"), openid="oBuyer")
    clock.forward(minutes=3)
    transaction_id = platform.pay(NUMBER)
    found = client.query(out_trade_no=NUMBER)
    assert found == client.query(transaction_id=transaction_id)
    assert (found.trade_state, found.transaction_id) == (TradeState.SUCCESS, transaction_id)
    assert (found.amount, found.payer_amount, found.currency) == (1990, 1990, "CNY")
    assert (found.mchid, found.appid, found.openid) == (merchant().mchid, merchant().appid, "oBuyer")
    assert (found.attach, found.trade_type) == ("cart=7", "JSAPI")
    assert found.paid_at == NOW + timedelta(minutes=3)
    assert "oBuyer" not in repr(found)


def test_numbers_with_signs_are_signed_as_sent(client, platform):
    client.create_native(new("YT|2026*11_22-1"))
    platform.pay("YT|2026*11_22-1")
    assert client.query(out_trade_no="YT|2026*11_22-1").trade_state == "SUCCESS"


def test_one_number_is_asked_for(client):
    for numbers in ({}, {"out_trade_no": "A", "transaction_id": "B"}):
        with pytest.raises(ValueError):
            client.query(**numbers)


def test_the_same_number_with_the_same_content_is_the_same_transaction(client, platform):
    first, second = client.create_jsapi(new(), openid="oA"), client.create_jsapi(new(), openid="oA")
    assert first != second
    assert platform.book.trade(token=first) is None
    platform.pay(NUMBER)
    assert client.query(out_trade_no=NUMBER).amount == 1990


def test_a_closed_transaction_cannot_be_paid_or_closed_again(client, platform):
    client.create_native(new())
    client.close(NUMBER)
    assert client.query(out_trade_no=NUMBER).trade_state == TradeState.CLOSED
    with pytest.raises(ValueError):
        platform.pay(NUMBER)
    with pytest.raises(errors.AlreadyClosed):
        client.close(NUMBER)
    with pytest.raises(errors.AlreadyClosed):
        client.create_native(new())


def test_a_transaction_closes_itself_when_its_time_is_over(client, platform, clock):
    client.create_native(new(expires_at=NOW + timedelta(minutes=15)))
    clock.forward(minutes=15)
    assert client.query(out_trade_no=NUMBER).trade_state == TradeState.CLOSED


def test_who_pays_faster_than_we_close_has_paid(client, platform):
    client.create_native(new())
    platform.pay(NUMBER)
    with pytest.raises(errors.AlreadyPaid) as raised:
        client.close(NUMBER)
    assert (raised.value.code, raised.value.status) == ("ORDERPAID", 400)
    assert raised.value.request_id
    with pytest.raises(errors.AlreadyPaid):
        client.create_native(new())


@pytest.mark.parametrize(
    ("change", "error", "code"),
    [
        ({"amount": 1991}, errors.NumberTaken, "OUT_TRADE_NO_USED"),
        ({"out_trade_no": "short"}, errors.Refused, "PARAM_ERROR"),
        ({"amount": 0}, errors.Refused, "PARAM_ERROR"),
        ({"description": "字" * 128}, errors.Refused, "PARAM_ERROR"),
        ({"currency": "USD"}, errors.Refused, "PARAM_ERROR"),
        ({"expires_at": NOW + timedelta(seconds=59)}, errors.Refused, "PARAM_ERROR"),
        ({"notify_url": "http://127.0.0.1:9/notify?a=1"}, errors.Refused, "PARAM_ERROR"),
        ({"notify_url": "https://shop.example/notify"}, errors.Refused, "PARAM_ERROR"),
        ({"notify_url": "http://[/"}, errors.Refused, "PARAM_ERROR"),
    ],
)
def test_what_the_platform_does_not_take(client, platform, change, error, code):
    client.create_native(new())
    with pytest.raises(errors.Refused) as raised:
        client.create_native(new(**change))
    assert type(raised.value) is error
    assert raised.value.code == code
    assert platform.book.trade(out_trade_no=NUMBER).amount == 1990


def test_a_time_without_a_zone_never_leaves(client):
    with pytest.raises(ValueError):
        client.create_native(new(expires_at=NOW.replace(tzinfo=None)))


def test_an_unknown_number_is_not_found(client):
    for call in (lambda: client.query(out_trade_no="YT-NONE-01"), lambda: client.close("YT-NONE-01")):
        with pytest.raises(errors.NotFound) as raised:
            call()
        assert (raised.value.code, raised.value.status) == ("ORDER_NOT_EXIST", 404)


def test_a_wrong_key_is_refused(platform, clock):
    stranger = new_credentials(merchant().mchid, merchant().appid)
    forged = type(stranger)(stranger.mchid, stranger.appid, merchant().serial, stranger.private_key, stranger.api_key)
    with client_of(platform, clock, forged) as client, pytest.raises(errors.BadSignature) as raised:
        client.query(out_trade_no=NUMBER)
    assert (raised.value.code, raised.value.status) == ("SIGN_ERROR", 401)


def test_an_app_of_another_merchant_is_refused(platform, clock):
    other = type(merchant())(
        merchant().mchid, "wx-of-another", merchant().serial, merchant().private_key, merchant().api_key
    )
    with client_of(platform, clock, other) as client, pytest.raises(errors.Refused) as raised:
        client.create_native(new())
    assert raised.value.code == "APPID_MCHID_NOT_MATCH"
