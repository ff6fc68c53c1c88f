"""Strings to sign, letter by letter, and signatures."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulators.alipay import rig
from yutang.connectors.alipay import signing

KEY = rig.account().app_key


def test_the_string_of_a_request():
    params = {
        "version": "1.0",
        "method": "alipay.trade.query",
        "sign_type": "RSA2",
        "sign": "to be left out",
        "notify_url": "",
        "timestamp": "2026-03-05 12:00:00",
        "charset": "utf-8",
        "app_id": "2021000000000001",
        "format": "JSON",
        "biz_content": '{"out_trade_no":"T1","subject":"谷汀 & 麦作=1"}',
    }
    assert signing.request_text(params) == (
        'app_id=2021000000000001&biz_content={"out_trade_no":"T1","subject":"谷汀 & 麦作=1"}&charset=utf-8&format=JSON'
        "&method=alipay.trade.query&sign_type=RSA2&timestamp=2026-03-05 12:00:00&version=1.0"
    )


def test_the_string_of_a_notice():
    form = {
        "trade_status": "TRADE_SUCCESS",
        "total_amount": "12.34",
        "sign": "to be left out",
        "sign_type": "RSA2",
        "body": "",
        "app_id": "2021000000000001",
        "subject": "吐司+2",
    }
    assert signing.notice_text(form) == (
        "app_id=2021000000000001&body=&subject=吐司+2&total_amount=12.34&trade_status=TRADE_SUCCESS"
    )


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_signed_verifies_and_nothing_else(text):
    signature = signing.sign(text, KEY)
    assert len(signature) == 344
    assert signing.is_signed(text, signature, KEY.public_key())
    assert not signing.is_signed(text + " ", signature, KEY.public_key())
    assert not signing.is_signed(text, signature, rig.account().gateway_key.public_key())


@pytest.mark.parametrize("signature", ["", "!", "AAAA", "é", "A" * 344])
def test_what_is_no_signature(signature):
    assert not signing.is_signed("text", signature, KEY.public_key())


@settings(deadline=None)
@given(st.text(), st.text())
def test_any_texts_are_only_refused(text, signature):
    assert not signing.is_signed(text, signature, KEY.public_key())
