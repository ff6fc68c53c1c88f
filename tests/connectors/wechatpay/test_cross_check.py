"""Beside an independent implementation (`wechatpayv3`): what one side signs or encrypts, the other one reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import time_machine
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpayv3.utils import aes_decrypt, build_authorization

from tests.connectors.wechatpay import rig
from tests.connectors.wechatpay.rig import client_of, merchant, new, private_pem, refund_of
from yutang.connectors.wechatpay import keys, signing
from yutang.core import clock
from yutang.simulators.wechatpay.accounts import encrypted
from yutang.simulators.wechatpay.server import Mode

NUMBER = "YT20261122-0001"
APP = merchant().appid


@pytest.fixture(params=[Mode.PUBLIC_KEY, Mode.CERTIFICATE], ids=lambda mode: mode.name)
def platform(request):
    # The other implementation looks at the real clock.
    with rig.simulator(clock.now, mode=request.param) as running:
        yield running


@pytest.fixture
def theirs(platform, tmp_path):
    """Their client, led to our platform."""
    options = {}
    if platform.mode is Mode.PUBLIC_KEY:
        key = platform.key.private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        options = {"public_key": key.decode().strip(), "public_key_id": platform.key.serial}
    else:
        (tmp_path / "platform.pem").write_bytes(platform.key.certificate.public_bytes(Encoding.PEM))
        options = {"cert_dir": str(tmp_path)}
    made = WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=merchant().mchid,
        private_key=private_pem(merchant().private_key).strip(),
        cert_serial_no=merchant().serial,
        appid=APP,
        apiv3_key=merchant().api_key.decode(),
        notify_url="http://127.0.0.1:9/notify",
        **options,
    )
    made._core._gate_way = platform.base_url  # they have no setting for it
    return made


def test_the_header_is_the_same_to_the_letter():
    body = json.dumps({"名称": "吐司"}, ensure_ascii=False)
    with time_machine.travel(datetime(2026, 11, 22, tzinfo=UTC), tick=False):
        their_header = build_authorization(
            "/v3/x?a=%7C", "POST", merchant().mchid, merchant().serial, merchant().private_key, body, "NONCE"
        )
        our_header = signing.authorization(
            merchant(),
            method="POST",
            target="/v3/x?a=%7C",
            body=body.encode(),
            timestamp=str(int(clock.now().timestamp())),
            nonce="NONCE",
        )
    assert our_header == their_header


def test_both_open_the_same_resource():
    sealed = encrypted(merchant().api_key, "可颂".encode(), associated_data="refund")
    sealed.pop("algorithm")
    assert aes_decrypt(**sealed, apiv3_key=merchant().api_key.decode()) == "可颂"
    assert keys.decrypt(merchant().api_key, **sealed).decode() == "可颂"


def test_the_parameters_that_open_the_payment_are_signed_alike(platform, theirs):
    with client_of(platform, clock.now) as ours:
        made = ours.jsapi_parameters("wx2201")
    assert theirs.sign([APP, made["timeStamp"], made["nonceStr"], made["package"]]) == made["paySign"]


def test_the_platform_takes_what_the_other_client_asks(platform, theirs):
    status, said = theirs.pay(description="吐司", out_trade_no=NUMBER, amount={"total": 1990})
    assert status == 200, said
    platform.pay(NUMBER)
    status, said = theirs.query(out_trade_no=NUMBER)
    assert (status, json.loads(said)["trade_state"]) == (200, "SUCCESS")
    status, said = theirs.refund(
        out_refund_no="R-1", amount={"refund": 500, "total": 1990, "currency": "CNY"}, out_trade_no=NUMBER
    )
    assert (status, json.loads(said)["status"]) == (200, "PROCESSING")
    with client_of(platform, clock.now) as ours:
        assert ours.query_refund("R-1").status == "SUCCESS"


def test_both_clients_read_the_same_notice(platform, theirs, receiver):
    with client_of(platform, clock.now) as ours:
        ours.create_native(new(notify_url=receiver.url))
        platform.pay(NUMBER)
        ours.refund(refund_of(notify_url=receiver.url))
        platform.drain()
        payment, refund = (ours.open_notice(headers, body) for headers, body in receiver.received)
        their_payment, their_refund = (theirs.callback(headers, body) for headers, body in receiver.received)
    assert their_payment["id"] == payment.id
    assert their_payment["resource"]["transaction_id"] == payment.transaction.transaction_id
    assert their_payment["resource"]["amount"]["total"] == payment.transaction.amount == 1990
    assert their_refund["resource"]["refund_id"] == refund.refund.refund_id
    assert their_refund["resource"]["amount"]["refund"] == refund.refund.amount == 500


def test_their_client_fetches_a_new_certificate_from_our_platform(platform, theirs):
    if platform.mode is Mode.CERTIFICATE:
        platform.rotate()
    status, _ = theirs.pay(description="吐司", out_trade_no=NUMBER, amount={"total": 1990})
    assert status == 200
    assert theirs.close(out_trade_no=NUMBER)[0] == 204
