"""The simulated service refuses what the real one does, whoever asks."""

from __future__ import annotations

import json

import httpx
import pytest

from yutang.connectors.sms_aliyun import signing
from yutang.simulators.sms_aliyun import AliyunSmsSimulator, Fault

PARAMS = {
    "PhoneNumbers": "13800138000", "SignName": "谷汀麦作", "TemplateCode": "SMS_100001",
    "TemplateParam": '{"code":"123456"}',
}  # fmt: skip


def asked(sms, http, *, params=PARAMS, sent=None, drop=(), body=b"", method="POST", **changes) -> tuple[int, str]:
    """Status and code of the answer to a signed request; `sent` is what is sent in place of what was signed."""
    headers = {
        "host": sms.url.removeprefix("http://"), "x-acs-action": "SendSms", "x-acs-version": "2017-05-25",
        "x-acs-date": "2026-03-05T04:00:00Z", "x-acs-signature-nonce": "n", "x-acs-content-sha256": signing.digest(b""),
    } | changes  # fmt: skip
    headers = {name: value for name, value in headers.items() if name not in drop}
    signature = signing.authorization(
        key_id=sms.account.key_id, key_secret=sms.account.key_secret, method="POST", path="/",
        query=signing.query_text(params), headers={"x-acs-content-sha256": "", **headers},
    )  # fmt: skip
    query = signing.query_text(sent or params)
    answer = http.request(
        method, f"{sms.url}/?{query}", headers={**headers, "Authorization": signature}, content=body
    )  # fmt: skip
    if not answer.headers.get("Content-Type", "").startswith("application/json"):
        return answer.status_code, ""
    return answer.status_code, json.loads(answer.content)["Code"]


def test_what_is_right_is_taken_once(sms, http):
    assert asked(sms, http) == (200, "OK")
    assert asked(sms, http) == (400, "SignatureNonceUsed")
    assert asked(sms, http, **{"x-acs-signature-nonce": "other"}) == (200, "OK")
    assert len(sms.messages) == 2


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"sent": PARAMS | {"PhoneNumbers": "13900139000"}}, (400, "SignatureDoesNotMatch")),
        ({"body": b"x"}, (400, "SignatureDoesNotMatch")),
        ({"drop": ("x-acs-signature-nonce",)}, (400, "IncompleteSignature")),
        ({"x-acs-date": "2026-03-05T04:15:01Z"}, (400, "InvalidTimeStamp.Expired")),
        ({"x-acs-date": "2026-03-05T03:44:59Z"}, (400, "InvalidTimeStamp.Expired")),
        ({"x-acs-date": "yesterday"}, (400, "InvalidTimeStamp.Format")),
        ({"x-acs-action": "SendBatchSms"}, (404, "InvalidAction.NotFound")),
        ({"x-acs-version": "2018-01-01"}, (404, "InvalidAction.NotFound")),
        ({"params": PARAMS | {"TemplateParam": "{'code': 1}"}}, (200, "isv.INVALID_JSON_PARAM")),
        ({"params": PARAMS | {"TemplateParam": '{"code": 123456}'}}, (200, "isv.INVALID_JSON_PARAM")),
        ({"params": PARAMS | {"PhoneNumbers": "1380013800x"}}, (200, "isv.MOBILE_NUMBER_ILLEGAL")),
        ({"method": "GET"}, (501, "")),
    ],
)
def test_what_is_wrong_is_named_and_nothing_taken(sms, http, changes, answer):
    assert asked(sms, http, **changes) == answer
    assert sms.messages == []


def test_who_does_not_sign_is_nobody(sms, http):
    answer = http.post(f"{sms.url}/?{signing.query_text(PARAMS)}")
    assert (answer.status_code, answer.json()["Code"]) == (400, "IncompleteSignature")


def test_it_ends_though_somebody_waits(clock):
    with AliyunSmsSimulator(now=clock) as made, httpx.Client(trust_env=False) as patient:
        made.inject(Fault.SLOW)
        with pytest.raises(httpx.TimeoutException):
            patient.post(made.url, timeout=0.2)
