"""When an answer is missing or cannot be believed, the thing may have been done: the client says so, a query tells."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from tests.patience import until
from tests.ports import free_port
from tests.simulators.alipay import rig
from yutang.connectors.alipay.client import Client
from yutang.connectors.alipay.errors import OutcomeUnknown
from yutang.simulators.alipay import AlipaySimulator, AnswerFault

REFUND = "alipay.trade.refund"
DONE = [fault for fault in AnswerFault if fault is not AnswerFault.DOWN]


@pytest.fixture
def hasty(alipay, http, clock):
    return rig.client(alipay, http, now=clock, timeout=httpx.Timeout(5, read=0.5))


@pytest.fixture
def paid(alipay, client):
    client.precreate(rig.charge(amount=1000))
    alipay.pay("T1")


@pytest.mark.parametrize("fault", DONE)
def test_done_without_our_knowing(alipay, hasty, client, paid, fault):
    alipay.inject(REFUND, fault)
    with pytest.raises(OutcomeUnknown):
        hasty.refund(out_trade_no="T1", out_request_no="R1", amount=300)
    until(lambda: client.query_refund(out_trade_no="T1", out_request_no="R1"))
    assert client.query_refund(out_trade_no="T1", out_request_no="R1").amount == 300
    assert not client.refund(out_trade_no="T1", out_request_no="R1", amount=300).is_moved


def test_not_done_at_all(alipay, client, paid):
    alipay.inject(REFUND, AnswerFault.DOWN)
    with pytest.raises(OutcomeUnknown):
        client.refund(out_trade_no="T1", out_request_no="R1", amount=300)
    assert client.query_refund(out_trade_no="T1", out_request_no="R1") is None
    assert client.refund(out_trade_no="T1", out_request_no="R1", amount=300).is_moved


def test_a_fault_is_for_one_answer(alipay, client, paid):
    alipay.inject("alipay.trade.query", AnswerFault.LOST, AnswerFault.BUSY)
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            client.query(out_trade_no="T1")
    assert client.query(out_trade_no="T1").is_paid


def test_nobody_there(alipay, http, nobody):
    with pytest.raises(OutcomeUnknown, match=r"alipay\.trade\.query: ConnectError"):
        Client(alipay.keys, http=http, base_url=nobody).query(out_trade_no="T1")


@pytest.fixture
def nobody():
    return f"http://127.0.0.1:{free_port()}/gateway.do"


def test_a_new_certificate_of_alipay_is_named(http, clock):
    with AlipaySimulator(rig.account(True), now=clock) as alipay:
        older = replace(alipay.keys, alipay_cert_sn="0" * 32)
        with pytest.raises(OutcomeUnknown, match="download the new one"):
            Client(older, http=http, base_url=alipay.gateway_url, now=clock).query(out_trade_no="T1")
