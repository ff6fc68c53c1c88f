"""When it is not known what the platform did, the client says so and never that it failed."""

from __future__ import annotations

import httpx
import pytest

from tests.connectors.wechatpay.rig import client_of, new, refund_of
from tests.patience import until
from yutang.connectors.wechatpay import errors
from yutang.simulators.wechatpay.faults import AnswerFault

NUMBER = "YT20261122-0001"
DONE = [fault for fault in AnswerFault if fault.name.startswith("DONE") and fault is not AnswerFault.DONE_BUT_SLOW]


@pytest.mark.parametrize("fault", DONE, ids=lambda fault: fault.name)
def test_an_answer_that_is_lost_or_not_to_be_believed_leaves_the_outcome_open(client, platform, fault):
    client.create_native(new())
    platform.pay(NUMBER)
    platform.break_answers(fault)
    with pytest.raises(errors.OutcomeUnknown):
        client.refund(refund_of())
    assert client.query_refund("R-1").amount == 500
    assert client.refund(refund_of()).refund_id == client.query_refund("R-1").refund_id


def test_a_client_that_gives_up_waiting_does_not_know(platform, clock):
    with client_of(platform, clock, timeout=httpx.Timeout(0.2)) as client:
        platform.break_answers(AnswerFault.DONE_BUT_SLOW)
        with pytest.raises(errors.OutcomeUnknown) as raised:
            client.create_native(new())
    assert raised.value.status == 0
    until(lambda: platform.book.trade(out_trade_no=NUMBER))


def test_a_platform_that_is_not_there_leaves_the_outcome_open(platform, clock):
    with client_of(platform, clock, base_url="http://127.0.0.1:9") as client, pytest.raises(errors.OutcomeUnknown):
        client.query(out_trade_no=NUMBER)


def test_an_error_of_the_platform_carries_its_code(client, platform):
    platform.break_answers(AnswerFault.SYSTEM_ERROR)
    with pytest.raises(errors.OutcomeUnknown) as raised:
        client.create_native(new())
    assert (raised.value.code, raised.value.status) == ("SYSTEM_ERROR", 500)
    assert platform.book.trade(out_trade_no=NUMBER) is None


def test_too_many_requests_are_refused(client, platform):
    platform.break_answers(AnswerFault.RATE_LIMITED)
    with pytest.raises(errors.RateLimited) as raised:
        client.create_native(new())
    assert (raised.value.code, raised.value.status) == ("FREQUENCY_LIMITED", 429)


@pytest.mark.parametrize("fault", [AnswerFault.DONE_BUT_FORGED, AnswerFault.DONE_BUT_ALTERED])
def test_a_refusal_that_somebody_else_signed_is_not_believed(client, platform, fault):
    platform.break_answers(fault)
    with pytest.raises(errors.OutcomeUnknown):
        client.query(out_trade_no="YT-NONE-01")


def answering(status: int, body: bytes = b"", **headers: str):
    """A client whose requests are answered by somebody on the way."""
    transport = httpx.MockTransport(lambda request: httpx.Response(status, content=body, headers=headers))
    return httpx.Client(transport=transport)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, b"<html>blocked</html>"),
        (404, b""),
        (302, b""),
        (502, b"<html>"),
        (400, b'{"message":"?"}'),
        (200, b"{}"),
        (503, b'{"code":"PARAM_ERROR"}'),
    ],
)
def test_only_a_4xx_in_the_platforms_words_is_a_refusal(platform, clock, status, body):
    http = answering(status, body)
    with client_of(platform, clock, http=http) as client, pytest.raises(errors.OutcomeUnknown) as raised:
        client.query(out_trade_no=NUMBER)
    assert raised.value.status == status


@pytest.mark.parametrize("code", ["SYSTEM_ERROR", "BANK_ERROR"])
def test_some_refusals_are_none(code):
    assert type(errors.refusal(code, "", 400, "")) is errors.OutcomeUnknown


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"code_url":7}', b'{"code_url":""}', b"\xff", b"[" * 100_000])
def test_an_authentic_answer_without_sense_leaves_the_outcome_open(platform, clock, body):
    headers = platform.key.headers(body, clock())
    http = answering(200, body, **headers)
    with client_of(platform, clock, http=http) as client, pytest.raises(errors.OutcomeUnknown) as raised:
        client.create_native(new())
    assert raised.value.code == "malformed"
