"""Keys are parsed once, never shown, and what is no key says so."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from tests.connectors.wechatpay.rig import NOW, merchant, private_pem
from yutang.connectors.wechatpay import errors, keys
from yutang.simulators.wechatpay.accounts import PlatformKey, encrypted

API_KEY = b"0123456789abcdef0123456789abcdef"


def public_pem(key) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_credentials_come_from_the_texts_the_platform_hands_out():
    made = keys.Credentials.parse(
        mchid="1900000001",
        appid="wx1",
        serial="ABC",
        private_key=private_pem(merchant().private_key),
        api_key=API_KEY.decode(),
    )
    assert made.private_key.private_numbers() == merchant().private_key.private_numbers()
    assert made.api_key == API_KEY


def test_secrets_are_not_shown():
    shown = repr(merchant())
    assert shown == (
        f"Credentials(mchid='{merchant().mchid}', appid='{merchant().appid}', serial='{merchant().serial}')"
    )


@pytest.mark.parametrize("pem", ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "钥"])
def test_what_is_no_private_key_says_so_without_showing_it(pem):
    with pytest.raises(errors.Malformed) as raised:
        keys.parse_private_key(pem)
    assert raised.value.__cause__ is None
    assert "AAAA" not in str(raised.value)


def test_other_kinds_of_keys_are_refused():
    key = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(errors.Malformed):
        keys.parse_private_key(private_pem(key))
    with pytest.raises(errors.Malformed):
        keys.parse_public_key(public_pem(key.public_key()))


def test_an_api_key_of_another_length_is_refused():
    with pytest.raises(errors.Malformed):
        keys.Credentials.parse(
            mchid="1", appid="1", serial="1", private_key=private_pem(merchant().private_key), api_key="short"
        )


def test_platform_keys_are_read_from_public_keys_and_certificates():
    certified = PlatformKey.certified(NOW)
    numbers = certified.private_key.public_key().public_numbers()
    certificate = certified.certificate.public_bytes(Encoding.PEM).decode()
    assert keys.parse_public_key(certificate).public_numbers() == numbers
    assert keys.parse_public_key(public_pem(certified.private_key.public_key())).public_numbers() == numbers


@given(st.text())
def test_any_text_is_a_key_or_malformed(text):
    for parse in (keys.parse_private_key, keys.parse_public_key):
        with pytest.raises(errors.Malformed):
            parse(text)
    with pytest.raises(errors.Malformed):
        keys.parse_public_key(f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")


def test_a_known_resource_opens():
    plain = keys.decrypt(
        API_KEY,
        nonce="0123456789ab",
        ciphertext="4ouGGHn75QwOTQ6x5UH1WuPJdsyhTfs=",
        associated_data="transaction",
    )
    assert plain == b'{"a":1}'


@pytest.mark.parametrize("changed", ["nonce", "associated_data", "ciphertext"])
def test_a_changed_resource_does_not_open(changed):
    sealed = encrypted(API_KEY, b'{"a":1}', associated_data="transaction")
    sealed.pop("algorithm")
    other = {"nonce": "0" * 12, "associated_data": "refund", "ciphertext": base64.b64encode(b"0" * 24).decode()}
    with pytest.raises(errors.Malformed):
        keys.decrypt(API_KEY, **{**sealed, changed: other[changed]})


@given(st.text(), st.text() | st.binary().map(lambda raw: base64.b64encode(raw).decode()), st.text())
def test_any_resource_is_refused_without_another_exception(nonce, ciphertext, associated_data):
    with pytest.raises(errors.Malformed):
        keys.decrypt(API_KEY, nonce=nonce, ciphertext=ciphertext, associated_data=associated_data)
