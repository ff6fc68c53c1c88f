"""Who is not who they say gets the platform's own error, and nothing happens."""

from __future__ import annotations

import json
import threading

import httpx
import pytest

from tests.connectors.wechatpay import rig
from tests.connectors.wechatpay.rig import client_of, merchant, new
from yutang.connectors.wechatpay import errors, signing
from yutang.simulators.wechatpay.accounts import new_credentials
from yutang.simulators.wechatpay.faults import Faults

NUMBER = "YT20261122-0001"
TARGET = "/v3/pay/transactions/native"


@pytest.fixture
def http(platform):
    with httpx.Client(base_url=platform.base_url, trust_env=False) as made:
        yield made


def authorization(clock, body: bytes = b"{}", *, target: str = TARGET, method: str = "POST") -> str:
    return signing.authorization(
        merchant(), method=method, target=target, body=body, timestamp=str(int(clock().timestamp())), nonce="N"
    )


@pytest.mark.parametrize(
    "damage",
    [
        lambda header: "",
        lambda header: header.replace("WECHATPAY2-SHA256-RSA2048", "Bearer"),
        lambda header: header.replace(merchant().mchid, "1900000009"),
        lambda header: header.replace(merchant().serial, "AB"),
        lambda header: header.replace('nonce_str="N"', 'nonce_str="M"'),
        lambda header: header.replace('timestamp="', 'timestamp="9'),
    ],
)
def test_a_request_without_a_right_signature(http, clock, damage):
    answer = http.post(TARGET, content=b"{}", headers={"Authorization": damage(authorization(clock))})
    assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_ERROR")
    assert "Wechatpay-Signature" not in answer.headers


@pytest.mark.parametrize(("body", "target"), [(b"{} ", TARGET), (b"{}", TARGET + "?a=1")])
def test_another_body_or_address_than_signed(http, clock, body, target):
    answer = http.post(target, content=body, headers={"Authorization": authorization(clock)})
    assert answer.status_code == 401
    assert answer.json()["detail"]["issue"] == "sign not match"
    assert answer.json()["detail"]["sign_information"]["url"] == target


def test_a_clock_off_by_more_than_five_minutes(http, clock):
    header = authorization(clock)
    clock.forward(seconds=301)
    answer = http.post(TARGET, content=b"{}", headers={"Authorization": header})
    assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_ERROR")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"mchid":7}', b"[" * 100_000])
def test_a_signed_request_without_sense(http, clock, body):
    answer = http.post(TARGET, content=body, headers={"Authorization": authorization(clock, body)})
    assert (answer.status_code, answer.json()["code"]) == (400, "PARAM_ERROR")
    assert "Wechatpay-Signature" in answer.headers


def test_headers_that_the_platform_wants(http, clock):
    headers = {"Authorization": authorization(clock), "User-Agent": ""}
    assert http.post(TARGET, content=b"{}", headers=headers).json()["code"] == "PARAM_ERROR"


def test_an_interface_that_does_not_exist(http, clock):
    headers = {"Authorization": authorization(clock, target="/v3/nothing")}
    assert http.post("/v3/nothing", content=b"{}", headers=headers).status_code == 404


def test_merchants_do_not_see_each_other(clock):
    other = new_credentials("1900000002", "wx0000000000000002")
    with (
        rig.simulator(clock, other) as platform,
        client_of(platform, clock) as client,
        client_of(platform, clock, other) as stranger,
    ):
        client.create_native(new())
        with pytest.raises(errors.NotFound):
            stranger.query(out_trade_no=NUMBER)
        stranger.create_native(new(amount=1))
        platform.pay(NUMBER, mchid=other.mchid)
        assert stranger.query(out_trade_no=NUMBER).trade_state == "SUCCESS"
        assert client.query(out_trade_no=NUMBER).trade_state == "NOTPAY"


def test_somebody_elses_merchant_number_is_refused(http, clock):
    target = f"/v3/pay/transactions/out-trade-no/{NUMBER}?mchid=1900000009"
    headers = {"Authorization": authorization(clock, b"", target=target, method="GET")}
    assert http.get(target, headers=headers).json()["code"] == "PARAM_ERROR"


def test_many_at_once_pay_once(client, platform):
    client.create_native(new())
    outcomes: list[str] = []

    def pay() -> None:
        try:
            outcomes.append(platform.pay(NUMBER))
        except ValueError:
            outcomes.append("")

    threads = [threading.Thread(target=pay) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(bool, outcomes)) == [False] * 7 + [True]


def test_usual_trouble_is_drawn_from_the_seed(clock):
    def outcomes() -> list[str]:
        with rig.simulator(clock, faults=Faults(answers=0.5), seed=3) as platform, client_of(platform, clock) as client:
            found = []
            for count in range(12):
                try:
                    client.create_native(new(f"YT-SEED-{count:02d}"))
                    found.append("done")
                except errors.OutcomeUnknown as error:
                    found.append(error.code)
            return found

    first = outcomes()
    assert first == outcomes()
    assert {"done", "SYSTEM_ERROR", "outcome_unknown"} == set(first)


def test_nothing_to_pay(platform):
    with pytest.raises(LookupError):
        platform.pay("YT-NONE-01")


def test_bodies_have_a_length(http):
    assert http.post(TARGET, content=iter([b"{}"])).status_code == 411


def test_an_error_speaks_the_platforms_language(http, clock):
    body = json.dumps({"mchid": merchant().mchid, "appid": merchant().appid}).encode()
    answer = http.post(TARGET, content=body, headers={"Authorization": authorization(clock, body)}).json()
    assert answer["code"] == "PARAM_ERROR"
    assert answer["detail"] == {"field": "/out_trade_no", "issue": "格式错误", "location": "body"}
