"""What the platform posts: verified, opened, typed; anything else is refused."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.connectors.wechatpay.rig import NOW, client_of, merchant, new, platform_key, refund_of
from yutang.connectors.wechatpay import errors, notices
from yutang.connectors.wechatpay.shapes import RefundNotice, TransactionNotice
from yutang.simulators.wechatpay.accounts import Account, encrypted, new_credentials
from yutang.simulators.wechatpay.notifier import notice

KEYS = {platform_key().serial: platform_key().private_key.public_key()}
NUMBER = "YT20261122-0001"
PAID = {
    "mchid": merchant().mchid,
    "out_trade_no": NUMBER,
    "trade_state": "SUCCESS",
    "transaction_id": "42",
    "success_time": "2026-11-22T10:00:00+08:00",
    "amount": {"total": 1990, "payer_total": 1900, "currency": "CNY"},
    "payer": {"openid": "oBuyer"},
}


def opened(body: bytes):
    return notices.open(platform_key().headers(body, NOW), body, KEYS, merchant().api_key, NOW)


def body_of(content, event: str = "TRANSACTION.SUCCESS") -> bytes:
    return notice(Account.of(merchant()), event=event, url="", about="", content=content, now=NOW).body


def test_a_payment(client, platform, receiver):
    client.create_jsapi(new(notify_url=receiver.url), openid="oBuyer")
    transaction_id = platform.pay(NUMBER)
    platform.drain()
    ((headers, body),) = receiver.received
    found = client.open_notice(headers, body)
    assert isinstance(found, TransactionNotice)
    assert (found.event_type, found.mchid, found.created_at) == ("TRANSACTION.SUCCESS", merchant().mchid, NOW)
    assert found.transaction == client.query(transaction_id=transaction_id)
    assert found.id == json.loads(body)["id"]


def test_a_refund(client, platform, receiver):
    client.create_jsapi(new(), openid="oBuyer")
    platform.pay(NUMBER)
    client.refund(refund_of(notify_url=receiver.url))
    platform.drain()
    ((headers, body),) = receiver.received
    found = client.open_notice(headers, body)
    assert isinstance(found, RefundNotice)
    asked = client.query_refund("R-1")
    assert (found.event_type, found.refund.out_refund_no, found.refund.status) == ("REFUND.SUCCESS", "R-1", "SUCCESS")
    assert (found.refund.amount, found.refund.total, found.refund.currency) == (500, 1990, "CNY")
    assert (found.refund.refund_id, found.refund.refunded_at) == (asked.refund_id, asked.refunded_at)


def test_a_notice_to_another_merchant_is_refused(platform, clock):
    other = new_credentials("1900000002", "wx0000000000000002")
    body = notice(Account.of(merchant()), event="TRANSACTION.SUCCESS", url="", about="", content=PAID, now=NOW).body
    stranger = type(other)(other.mchid, other.appid, other.serial, other.private_key, merchant().api_key)
    with client_of(platform, clock, stranger) as client, pytest.raises(errors.Untrusted):
        client.open_notice(platform.key.headers(body, NOW), body)


def test_it_is_verified_before_it_is_read():
    body = b"no json at all"
    with pytest.raises(errors.Untrusted):
        notices.open({}, body, KEYS, merchant().api_key, NOW)
    with pytest.raises(errors.Untrusted):
        notices.open(platform_key().headers(body, NOW - timedelta(minutes=6)), body, KEYS, merchant().api_key, NOW)
    with pytest.raises(errors.Malformed):
        opened(body)


def test_unknown_states_are_kept():
    found = opened(body_of({**PAID, "trade_state": "ACCEPT", "bank_type": "NEW_BANK"}))
    assert (found.transaction.trade_state, found.transaction.bank_type) == ("ACCEPT", "NEW_BANK")


@pytest.mark.parametrize(
    "change",
    [
        {"mchid": None},
        {"mchid": 7},
        {"trade_state": ""},
        {"success_time": "yesterday"},
        {"success_time": "2026-11-22T10:00:00"},
        {"success_time": "0001-01-01T00:00:00+08:00"},
        {"amount": []},
        {"amount": {"total": 19.9}},
        {"amount": {"total": "1990"}},
        {"amount": {"total": True}},
        {"amount": {"total": -1}},
        {"payer": "oBuyer"},
    ],
)
def test_content_of_another_shape_is_malformed(change):
    with pytest.raises(errors.Malformed):
        opened(body_of({**PAID, **change}))


def test_notices_about_other_things_are_malformed():
    with pytest.raises(errors.Malformed):
        opened(body_of(PAID, "MCHTRANSFER.BILL.FINISHED"))


@pytest.mark.parametrize("change", [{"algorithm": "AEAD_SM4_GCM"}, {"nonce": "short"}, {"ciphertext": "AAAA"}])
def test_another_encryption_is_malformed(change):
    envelope = json.loads(body_of(PAID))
    envelope["resource"].update(change)
    with pytest.raises(errors.Malformed):
        opened(json.dumps(envelope).encode())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from([*PAID, "refund_id", "status"]), inner),
)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_signed_bytes_are_malformed_and_nothing_else(body):
    with pytest.raises(errors.Malformed):
        opened(body)


@given(
    st.dictionaries(st.sampled_from([*PAID, "refund_id", "out_refund_no", "refund_status"]), JSON),
    st.sampled_from(["TRANSACTION.SUCCESS", "REFUND.SUCCESS", "REFUND.CLOSED"]),
)
def test_any_content_is_a_notice_or_malformed(change, event):
    plain = json.dumps({**PAID, **change}).encode()
    envelope = {
        "id": "EV-1",
        "create_time": "2026-11-22T10:00:00+08:00",
        "event_type": event,
        "resource": encrypted(merchant().api_key, plain, associated_data="transaction"),
    }
    try:
        found = opened(json.dumps(envelope).encode())
    except errors.Malformed:
        return
    assert isinstance(found, TransactionNotice | RefundNotice)


def test_the_answer_to_a_notice_that_is_not_taken():
    assert json.loads(notices.failure("签名错误")) == {"code": "FAIL", "message": "签名错误"}
