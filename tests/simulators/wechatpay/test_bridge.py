"""The payment sheet opens for what the merchant signed, for whom it was made out, once."""

from __future__ import annotations

import pytest

from tests.connectors.wechatpay.rig import new

NUMBER = "YT20261122-0001"
OK, CANCEL, FAIL = (f"get_brand_wcpay_request:{end}" for end in ("ok", "cancel", "fail"))


@pytest.fixture
def parameters(client):
    return client.jsapi_parameters(client.create_jsapi(new(), openid="oBuyer"))


def test_paid_once(client, platform, parameters):
    assert platform.invoke(parameters, openid="oBuyer", is_agreed=False) == CANCEL
    assert client.query(out_trade_no=NUMBER).trade_state == "NOTPAY"
    assert platform.invoke(parameters, openid="oBuyer") == OK
    assert client.query(out_trade_no=NUMBER).trade_state == "SUCCESS"
    assert platform.invoke(parameters, openid="oBuyer") == FAIL


@pytest.mark.parametrize(
    "change",
    [
        {"appId": "wx0000000000000002"}, {"timeStamp": "1"}, {"timeStamp": "now"}, {"nonceStr": "other"},
        {"package": "prepay_id=wxnothing"}, {"signType": "MD5"}, {"paySign": "AAAA"}, {"paySign": "!"}, {"more": "1"},
    ],
)  # fmt: skip
def test_what_the_merchant_did_not_sign(client, platform, parameters, change):
    assert platform.invoke(parameters | change, openid="oBuyer") == FAIL
    assert client.query(out_trade_no=NUMBER).trade_state == "NOTPAY"


def test_not_for_somebody_else_nor_forever(client, platform, parameters, clock):
    assert platform.invoke(parameters, openid="oSomebody") == FAIL
    clock.forward(hours=3)
    assert platform.invoke(parameters, openid="oBuyer") == FAIL
