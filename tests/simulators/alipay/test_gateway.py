"""What the gateway answers to wrong requests, in the platform's words."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.simulators.alipay import rig
from yutang.connectors.alipay import errors, signing
from yutang.simulators.alipay import AlipaySimulator, make_account


def params(alipay, **changes: str) -> dict[str, str]:
    """A signed query; a change to nothing leaves the parameter out, `sign` is changed after signing."""
    values = {
        "app_id": alipay.account.app_id, "method": "alipay.trade.query", "format": "JSON", "charset": "utf-8",
        "sign_type": "RSA2", "timestamp": "2026-03-05 12:00:00", "version": "1.0",
        "biz_content": '{"out_trade_no":"T1"}', "app_cert_sn": alipay.keys.app_cert_sn,
        "alipay_root_cert_sn": alipay.keys.alipay_root_cert_sn,
    } | changes  # fmt: skip
    values = {name: value for name, value in values.items() if value}
    return {"sign": signing.sign(signing.request_text(values), alipay.account.app_key)} | values


def asked(alipay, http, **changes: str) -> dict[str, object]:
    response = http.post(alipay.gateway_url, data=params(alipay, **changes))
    assert response.status_code == 200
    return json.loads(response.content)


WRONG = [
    ({"app_id": ""}, "40001", "isv.missing-app-id"),
    ({"timestamp": ""}, "40001", "isv.missing-timestamp"),
    ({"sign": "AAAA"}, "40002", "isv.invalid-signature"),
    ({"sign_type": "RSA"}, "40002", "isv.invalid-signature-type"),
    ({"charset": "gbk"}, "40002", "isv.invalid-charset"),
    ({"timestamp": "yesterday"}, "40002", "isv.invalid-timestamp"),
    ({"timestamp": "2026-03-05 12:05:01"}, "40002", "isv.invalid-timestamp"),
    ({"timestamp": "2026-03-05 11:54:59"}, "40002", "isv.invalid-timestamp"),
    ({"biz_content": "{"}, "40002", "isv.illegal-json"),
    ({"biz_content": "[]"}, "40002", "isv.illegal-json"),
    ({"method": "alipay.trade.nothing"}, "40002", "isv.invalid-method"),
    ({"biz_content": '{"out_trade_no":1}'}, "40004", "ACQ.INVALID_PARAMETER"),
    ({}, "40004", "ACQ.TRADE_NOT_EXIST"),
]


@pytest.mark.parametrize(("changes", "code", "sub_code"), WRONG)
def test_a_wrong_request_gets_the_platforms_words(alipay, http, changes, code, sub_code):
    answer = asked(alipay, http, **changes)
    name = changes.get("method", "alipay.trade.query").replace(".", "_") + "_response"
    assert (answer[name]["code"], answer[name]["sub_code"]) == (code, sub_code)
    assert "sign" in answer


def test_an_unknown_application_gets_no_signature(alipay, http):
    answer = asked(alipay, http, app_id="2021")
    assert answer["alipay_trade_query_response"]["sub_code"] == "isv.invalid-app-id"
    assert "sign" not in answer


def test_a_changed_parameter_is_noticed(alipay, http):
    changed = params(alipay) | {"biz_content": '{"out_trade_no":"T2"}'}
    answer = http.post(alipay.gateway_url, data=changed).json()
    assert answer["alipay_trade_query_response"]["sub_code"] == "isv.invalid-signature"


@pytest.mark.parametrize("name", ["app_cert_sn", "alipay_root_cert_sn"])
def test_certificates_must_be_named(http, clock, name):
    with AlipaySimulator(rig.account(True), now=clock) as alipay:
        answer = asked(alipay, http, **{name: "0" * 32})
        assert answer["alipay_trade_query_response"]["sub_code"] == f"isv.invalid-{name.replace('_', '-')}"
        assert answer["alipay_cert_sn"] == alipay.keys.alipay_cert_sn


@pytest.mark.parametrize(
    ("day", "code"),
    [
        ("2026-03-05", "isv.invalid_arguments"),
        ("yesterday", "isv.invalid_arguments"),
        ("2026-03-04", "isp.bill_not_exist"),
    ],
)
def test_bills_that_are_not_there(alipay, http, day, code):
    method = "alipay.data.dataservice.bill.downloadurl.query"
    answer = asked(alipay, http, method=method, biz_content=f'{{"bill_type":"trade","bill_date":"{day}"}}')
    assert answer[method.replace(".", "_") + "_response"]["sub_code"] == code


def test_a_whole_refund_needs_no_number_and_a_part_does(alipay, http, clock):
    rig.client(alipay, http, now=clock).precreate(rig.charge(amount=1000))
    alipay.pay("T1")

    def refunded(amount: str) -> str:
        content = f'{{"out_trade_no":"T1","refund_amount":"{amount}"}}'
        answer = asked(alipay, http, method="alipay.trade.refund", biz_content=content)
        return answer["alipay_trade_refund_response"].get("sub_code", "done")

    assert [refunded("3.00"), refunded("10.00")] == ["ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "done"]


def test_many_refunds_at_once_never_exceed_the_payment(alipay, http, clock):
    rig.client(alipay, http, now=clock).precreate(rig.charge(amount=1000))
    alipay.pay("T1")

    def refund(number: int) -> str:
        with httpx.Client(trust_env=False) as own:
            try:
                rig.client(alipay, own, now=clock).refund(out_trade_no="T1", out_request_no=f"R{number}", amount=300)
            except errors.AmountRefused:
                return "refused"
        return "refunded"

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(refund, range(8)))
    assert sorted(results) == ["refunded"] * 3 + ["refused"] * 5
    assert alipay.book.find(out_trade_no="T1").refunded_total == 900


def test_a_trade_is_paid_once_however_many_try(alipay, http, clock, merchant):
    rig.client(alipay, http, now=clock).precreate(rig.charge(notify_url=merchant.notify_url))
    alipay.scan("T1")
    trade_no = alipay.book.find(out_trade_no="T1").trade_no
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: http.post(f"{alipay.url}/cashier/{trade_no}/pay").status_code, range(8)))
    assert sorted(answers) == [303] + [400] * 7
    alipay.settle()
    assert len(merchant.forms) == 1


def test_accounts_have_keys_of_their_own():
    made = make_account("1", "2")
    assert made.keys.app_id == "1"
    assert made.private_key != rig.account().private_key
    assert made.private_key not in repr(made)
