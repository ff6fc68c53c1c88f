"""Answers are verified over the text that was sent."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulators.alipay import rig
from yutang.connectors.alipay import answers, signing
from yutang.connectors.alipay.errors import OutcomeUnknown, RateLimited, Refused, refusal

ACCOUNT = rig.account()
KEYS = ACCOUNT.keys
METHOD = "alipay.trade.query"


def answer(node: str, *, name: str = "alipay_trade_query_response", signed: str | None = None) -> bytes:
    signature = signing.sign(node if signed is None else signed, ACCOUNT.gateway_key)
    return f'{{"{name}":{node},"sign":"{signature}"}}'.encode()


@pytest.mark.parametrize(
    "node",
    [
        '{"code":"10000","url":"https:\\/\\/qr.alipay.com\\/x"}',
        '{ "url" : "https://qr.alipay.com/x", "code":"10000"\n}',
        '{"code":"10000","url":"https://qr.alipay.com/x","brace":"}\\",\\"sign\\":\\"no","more":[{"a":{}}]}',
    ],
)
def test_however_it_is_written(node):
    assert answers.opened(answer(node), METHOD, KEYS).text("url") == "https://qr.alipay.com/x"


def test_the_sign_may_come_first():
    node = '{"code":"10000","x":"1"}'
    content = f' {{ "sign" : "{signing.sign(node, ACCOUNT.gateway_key)}" ,\n"alipay_trade_query_response" : {node} }} '
    assert answers.opened(content.encode(), METHOD, KEYS).text("x") == "1"


def test_numbers_stay_texts():
    node = answers.opened(answer('{"code":10000,"total_amount":0.30,"id":12345678901234567890}'), METHOD, KEYS)
    assert (node.text("total_amount"), node.text("id")) == ("0.30", "12345678901234567890")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (answer('{"code":"10000"}', signed='{"code":"10000" }'), "unverified_answer"),
        (b'{"alipay_trade_query_response":{"code":"10000"}}', "unverified_answer"),
        (b'{"alipay_trade_query_response":{"code":"10000"},"sign":["x"]}', "unverified_answer"),
        (answer('{"code":"10000"}', name="alipay_trade_refund_response"), "unreadable_answer"),
        (answer("[]"), "unreadable_answer"),
        (answer("{}"), "unreadable_answer"),
        (answer('{"code":["10000"]}'), "unreadable_answer"),
        (b"", "unreadable_answer"),
        (b"<html>502</html>", "unreadable_answer"),
        (b"\xff", "unreadable_answer"),
        (b'{"a":1,"a":1}', "unreadable_answer"),
        (b'{"a":1} x', "unreadable_answer"),
        (b"[" * 100_000, "unreadable_answer"),
        (b'{"a":' + b"[" * 100_000, "unreadable_answer"),
    ],
)
def test_what_cannot_be_believed_leaves_the_outcome_unknown(content, code):
    with pytest.raises(OutcomeUnknown) as caught:
        answers.opened(content, METHOD, KEYS)
    assert caught.value.code == code


def test_an_unsigned_refusal_is_quoted_but_not_believed():
    content = b'{"alipay_trade_query_response":{"code":"40002","sub_code":"isv.invalid-app-id"}}'
    with pytest.raises(OutcomeUnknown, match=r"40002 isv\.invalid-app-id"):
        answers.opened(content, METHOD, KEYS)


def test_a_signed_error_of_the_gateway_itself():
    node = '{"code":"40002","msg":"Invalid Arguments","sub_code":"isv.invalid-method","sub_msg":"不存在的方法名"}'
    with pytest.raises(Refused) as caught:
        answers.opened(answer(node, name="error_response"), METHOD, KEYS)
    assert (caught.value.code, caught.value.message) == ("isv.invalid-method", "不存在的方法名")


@pytest.mark.parametrize(
    ("code", "sub_code", "kind"),
    [
        ("20000", "isp.unknow-error", OutcomeUnknown),
        ("20000", "", OutcomeUnknown),
        ("10003", "", OutcomeUnknown),
        ("99999", "something.new", OutcomeUnknown),
        ("40004", "ACQ.SYSTEM_ERROR", OutcomeUnknown),
        ("40004", "aop.ACQ.SYSTEM_ERROR", OutcomeUnknown),
        ("40004", "ACQ.DISCORDANT_REPEAT_REQUEST", OutcomeUnknown),
        ("40004", "ACQ.SOMETHING_NEW", Refused),
        ("20001", "aop.invalid-auth-token", Refused),
        ("40005", "isv.app-call-limited", RateLimited),
    ],
)
def test_which_refusals_are_final(code, sub_code, kind):
    error = refusal(code, sub_code, "words")
    assert type(error) is kind
    assert error.code == (sub_code or code)


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_are_a_clear_error(content):
    with pytest.raises(OutcomeUnknown):
        answers.opened(content, METHOD, KEYS)


LEAF = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
JSON = st.recursive(
    LEAF,
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(max_size=5), some, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=5), JSON, max_size=4), st.sampled_from([None, 1]), st.booleans())
def test_members_are_cut_out_as_they_stand(value, indent, ascii_only):
    parts = answers.members(json.dumps(value, indent=indent, ensure_ascii=ascii_only))
    assert {name: json.loads(raw) for name, raw in parts.items()} == value


@settings(deadline=None)
@given(st.text(alphabet='{}[]",:\\ ntrue01.e-'))
def test_any_text_is_an_object_or_a_value_error(text):
    try:
        parts = answers.members(text)
    except ValueError:
        return
    assert set(json.loads(text)) == set(parts)
