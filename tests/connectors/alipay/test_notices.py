"""Notices that the simulator posts over HTTP, read by the client's side."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulators.alipay import rig
from yutang.connectors.alipay import notices, signing
from yutang.connectors.alipay.errors import AlipayError, Foreign, Malformed, Stale, Untrusted
from yutang.connectors.alipay.shapes import TradeNotice, TradeStatus

KEYS = rig.account().keys


@pytest.fixture
def told(alipay, client, merchant, clock):
    """Pays ten yuan, refunds three, then the rest; the forms in their order."""
    client.precreate(rig.charge(amount=1000, notify_url=merchant.notify_url, passback="merchant%3D7"))
    alipay.pay("T1", buyer_id="2088777")
    alipay.settle()
    for number, amount in (("R1", 300), ("R2", 700)):
        clock.go(minutes=1)
        client.refund(out_trade_no="T1", out_request_no=number, amount=amount)
        alipay.settle()
    return merchant.forms


def test_payment_part_and_rest(alipay, told, clock):
    paid, part, rest = (notices.open(form, keys=alipay.keys, now=clock()) for form in told)
    assert paid == TradeNotice(
        notify_id=told[0]["notify_id"], notified_at=rig.NOON, out_trade_no="T1", trade_no=told[0]["trade_no"],
        status=TradeStatus.PAID, amount=1000, receipt_amount=1000, buyer_id="2088777", paid_at=rig.NOON,
        passback="merchant%3D7",
    )  # fmt: skip
    assert (paid.is_refund, paid.refunded_total, paid.currency) == (False, 0, "CNY")
    assert (part.status, part.is_refund, part.refunded_total, part.out_request_no) == (
        TradeStatus.PAID, True, 300, "R1",
    )  # fmt: skip
    assert part.refunded_at == rig.NOON + timedelta(minutes=1)
    assert (rest.status, rest.refunded_total, rest.out_request_no) == (TradeStatus.CLOSED, 1000, "R2")
    assert rest.closed_at == rig.NOON + timedelta(minutes=2)
    assert len({notice.notify_id for notice in (paid, part, rest)}) == 3
    assert "2088777" not in repr(paid)


def test_the_end_of_refunds_is_told(alipay, client, merchant, clock):
    client.precreate(rig.charge(notify_url=merchant.notify_url))
    alipay.pay("T1")
    alipay.finish("T1")
    alipay.settle()
    statuses = [notices.open(form, keys=alipay.keys, now=clock()).status for form in merchant.forms]
    assert statuses == [TradeStatus.PAID, TradeStatus.FINISHED]


def form(**changes: str) -> dict[str, str]:
    """A notice signed by Alipay, whatever it says."""
    fields = {
        "notify_id": "N1", "notify_type": "trade_status_sync", "notify_time": "2026-03-05 12:00:00",
        "app_id": KEYS.app_id, "seller_id": KEYS.seller_id, "trade_no": "2026", "out_trade_no": "T1",
        "trade_status": "TRADE_SUCCESS", "total_amount": "12.34", "charset": "utf-8",
    } | changes  # fmt: skip
    fields = {name: value for name, value in fields.items() if value != "missing"}
    signature = signing.sign(signing.notice_text(fields), rig.account().gateway_key)
    return fields | {"sign_type": "RSA2", "sign": signature}


def opened(fields: dict[str, str]) -> TradeNotice:
    return notices.open(fields, keys=KEYS, now=rig.NOON)


def test_empty_fields_are_signed_too():
    assert opened(form(body="", receipt_amount="", gmt_payment="")).receipt_amount is None


def test_new_statuses_are_kept():
    assert opened(form(trade_status="TRADE_PENDING")).status == "TRADE_PENDING"


@pytest.mark.parametrize(
    "change",
    [
        {"total_amount": "0.01"},
        {"sign": ""},
        {"sign": "AAAA"},
        {"sign_type": "RSA"},
        {"sign_type": ""},
        {"extra": "1"},
    ],
)
def test_what_alipay_did_not_sign_is_not_trusted(change):
    with pytest.raises(Untrusted) as caught:
        opened(form() | change)
    assert caught.value.code == "untrusted"


@pytest.mark.parametrize("change", [{"app_id": "2021"}, {"seller_id": "2088"}, {"seller_id": "missing"}])
def test_other_peoples_notices_are_not_taken(change):
    with pytest.raises(Foreign):
        opened(form(**change))


@pytest.mark.parametrize(
    ("time", "is_taken"),
    [
        ("2026-03-05 12:05:00", True),
        ("2026-03-05 12:05:01", False),
        ("2026-03-04 10:00:00", True),
        ("2026-03-04 09:59:59", False),
    ],
)
def test_a_day_of_repetitions_is_taken_and_nothing_older(time, is_taken):
    if is_taken:
        assert opened(form(notify_time=time)).notify_id == "N1"
    else:
        with pytest.raises(Stale):
            opened(form(notify_time=time))


@pytest.mark.parametrize(
    "change",
    [
        {"notify_type": "dut_user_sign"},
        {"total_amount": "12.345"},
        {"total_amount": "missing"},
        {"notify_time": "now"},
        {"gmt_payment": "2026-13-01 00:00:00"},
        {"refund_fee": "1,00"},
        {"out_trade_no": "missing"},
    ],
)
def test_what_is_signed_but_not_understood(change):
    with pytest.raises(Malformed):
        opened(form(**change))


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*form(), "refund_fee", "gmt_refund"]) | st.text(), st.text()))
def test_any_form_is_a_clear_error(fields):
    with pytest.raises(Untrusted):
        opened(fields)


@settings(deadline=None)
@given(st.dictionaries(
    st.sampled_from(["total_amount", "notify_time", "refund_fee", "gmt_refund", "trade_status", "notify_type"]),
    st.text(st.characters(exclude_categories=["Cs"])),
))  # fmt: skip
def test_any_signed_form_is_a_notice_or_a_clear_error(changes):
    with suppress(AlipayError):
        assert opened(form(**changes)).out_trade_no == "T1"
