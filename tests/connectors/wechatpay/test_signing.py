"""Strings to sign, known beforehand, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.connectors.wechatpay.rig import NOW, merchant, platform_key
from yutang.connectors.wechatpay import errors, signing

BODY = '{"名称":"全麦吐司"}'.encode()


def test_the_string_of_a_request_without_a_body():
    message = signing.request_message("GET", "/v3/certificates", "1554208460", "593BEC0C930BF1AFEB40B4A08C8FB242", b"")
    assert message == b"GET\n/v3/certificates\n1554208460\n593BEC0C930BF1AFEB40B4A08C8FB242\n\n"


def test_the_string_of_a_request_holds_query_and_body_as_sent():
    message = signing.request_message("POST", "/v3/pay/a?b=%7C", "1554208460", "N", BODY)
    assert message == b"POST\n/v3/pay/a?b=%7C\n1554208460\nN\n" + BODY + b"\n"


def test_the_string_of_an_answer():
    assert signing.answer_message("1554209980", "c5ac7061", BODY) == b"1554209980\nc5ac7061\n" + BODY + b"\n"
    assert signing.answer_message("1554209980", "c5ac7061", b"") == b"1554209980\nc5ac7061\n\n"


def test_the_string_that_opens_the_payment():
    message = signing.payment_message("wx8888888888888888", "1414561699", "5K8264", "prepay_id=wx2014102720093955")
    assert message == b"wx8888888888888888\n1414561699\n5K8264\nprepay_id=wx2014102720093955\n"


def test_the_header_names_all_that_was_signed():
    header = signing.authorization(
        merchant(), method="GET", target="/v3/certificates", body=b"", timestamp="1554208460", nonce="N1"
    )
    scheme, _, rest = header.partition(" ")
    said = dict(part.split("=", 1) for part in rest.split(","))
    signature = said.pop("signature").strip('"')
    assert scheme == "WECHATPAY2-SHA256-RSA2048"
    assert said == {
        "mchid": f'"{merchant().mchid}"',
        "nonce_str": '"N1"',
        "timestamp": '"1554208460"',
        "serial_no": f'"{merchant().serial}"',
    }
    message = b"GET\n/v3/certificates\n1554208460\nN1\n\n"
    assert signing.verifies(merchant().private_key.public_key(), message, signature)
    assert not signing.verifies(merchant().private_key.public_key(), message + b"\n", signature)


def signed(body: bytes = BODY, *, at=NOW, **changes: str) -> dict[str, str]:
    return {**platform_key().headers(body, at), **changes}


KEYS = {platform_key().serial: platform_key().private_key.public_key()}


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_a_fresh_signature_of_the_platform_passes(seconds):
    signing.check(signed(at=NOW + timedelta(seconds=seconds)), BODY, KEYS, NOW)


def test_names_of_headers_may_be_written_in_any_case():
    signing.check({name.upper(): value for name, value in signed().items()}, BODY, KEYS, NOW)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"Wechatpay-Serial": "PUB_KEY_ID_0"}, errors.UnknownSerial),
        ({"Wechatpay-Serial": ""}, errors.Untrusted),
        ({"Wechatpay-Signature": ""}, errors.Untrusted),
        ({"Wechatpay-Signature": "WECHATPAY/SIGNTEST/abcd"}, errors.SignatureProbe),
        ({"Wechatpay-Signature": "not base64"}, errors.Untrusted),
        ({"Wechatpay-Signature": "签名"}, errors.Untrusted),
        ({"Wechatpay-Nonce": "another"}, errors.Untrusted),
        ({"Wechatpay-Nonce": "随机"}, errors.Untrusted),
        ({"Wechatpay-Timestamp": str(int(NOW.timestamp()) + 1)}, errors.Untrusted),
        ({"Wechatpay-Timestamp": "٣"}, errors.Untrusted),
        ({"Wechatpay-Timestamp": "9" * 5000}, errors.Untrusted),
    ],
)
def test_what_the_platform_did_not_sign_is_refused(changes, error):
    with pytest.raises(errors.Untrusted) as raised:
        signing.check(signed(**changes), BODY, KEYS, NOW)
    assert type(raised.value) is error


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_clock_off_by_more_than_five_minutes_is_refused(seconds):
    with pytest.raises(errors.Untrusted):
        signing.check(signed(at=NOW + timedelta(seconds=seconds)), BODY, KEYS, NOW)


def test_one_other_byte_is_refused():
    with pytest.raises(errors.Untrusted):
        signing.check(signed(), BODY + b" ", KEYS, NOW)


@given(
    st.dictionaries(st.sampled_from([*signing.HEADERS, "Host"]), st.text() | st.just(platform_key().serial)),
    st.binary(),
)
def test_whatever_arrives_is_refused_without_another_exception(headers, body):
    with pytest.raises(errors.Untrusted):
        signing.check(headers, body, KEYS, NOW)
