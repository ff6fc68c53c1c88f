from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.simulators.alipay import rig
from yutang.connectors.alipay import keys
from yutang.connectors.alipay.errors import Malformed

ACCOUNT = rig.account()
CERTIFIED = rig.account(True)
PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
PKCS1, PKCS8 = serialization.PrivateFormat.TraditionalOpenSSL, serialization.PrivateFormat.PKCS8
PLAIN = serialization.NoEncryption()


def key_mode(**changes):
    values = {
        "app_id": "1", "seller_id": "2", "private_key": ACCOUNT.private_key,
        "alipay_public_key": ACCOUNT.alipay_public_key,
    }  # fmt: skip
    return keys.key_mode(**values | changes)


def certificate_mode(**changes):
    values = {
        "app_id": "1", "seller_id": "2", "private_key": CERTIFIED.private_key,
        "app_certificate": CERTIFIED.certificates.app, "alipay_certificate": CERTIFIED.certificates.alipay,
        "alipay_root_certificate": CERTIFIED.certificates.root,
    }  # fmt: skip
    return keys.certificate_mode(**values | changes)


@pytest.mark.parametrize("form", [PKCS1, PKCS8])
@pytest.mark.parametrize("encoding", [PEM, DER])
def test_a_private_key_as_pem_or_bare_base64(encoding, form):
    content = ACCOUNT.app_key.private_bytes(encoding, form, PLAIN)
    text = content.decode() if encoding is PEM else base64.encodebytes(content).decode()
    assert key_mode(private_key=f"\n {text} ").private_key.private_numbers() == ACCOUNT.app_key.private_numbers()


def test_a_public_key_as_pem():
    text = ACCOUNT.gateway_key.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    assert key_mode(alipay_public_key=text).alipay_key == ACCOUNT.gateway_key.public_key()


def test_nothing_secret_shows():
    shown = repr(key_mode())
    assert shown == ("Keys(app_id='1', seller_id='2', app_cert_sn='', alipay_cert_sn='', alipay_root_cert_sn='')")
    with pytest.raises(Malformed) as caught:
        key_mode(private_key=ACCOUNT.private_key[:-9])
    assert ACCOUNT.private_key[:20] not in str(caught.value)
    assert caught.value.__cause__ is None


ELLIPTIC = ec.generate_private_key(ec.SECP256R1())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"private_key": ""}, "private key: cannot be read"),
        ({"private_key": "密钥"}, "private key: neither PEM nor base64"),
        ({"private_key": "AAAA"}, "private key: cannot be read"),
        ({"private_key": ELLIPTIC.private_bytes(PEM, PKCS8, PLAIN).decode()}, "private key: not RSA"),
        ({"alipay_public_key": "AAAA"}, "Alipay public key: cannot be read"),
        (
            {"alipay_public_key": ELLIPTIC.public_key().public_bytes(
                PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()},
            "Alipay public key: not RSA",
        ),
    ],
)  # fmt: skip
def test_a_bad_key_is_named(changes, message):
    with pytest.raises(Malformed) as caught:
        key_mode(**changes)
    assert (caught.value.code, caught.value.message) == ("malformed", message)


def test_the_own_public_key_is_not_alipays():
    own = ACCOUNT.app_key.public_key().public_bytes(DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(Malformed, match="the application's own"):
        key_mode(alipay_public_key=base64.b64encode(own).decode())


def test_certificates_give_their_serial_numbers():
    made = certificate_mode()
    assert made.alipay_key == CERTIFIED.gateway_key.public_key()
    assert len({made.app_cert_sn, made.alipay_cert_sn, made.alipay_root_cert_sn}) == 3


def certificate(number: int, signer=CERTIFIED.app_key) -> x509.Certificate:
    names = [("CN", NameOID.COUNTRY_NAME), ("Ant, Financial", NameOID.ORGANIZATION_NAME), ("R1", NameOID.COMMON_NAME)]
    name = x509.Name([x509.NameAttribute(oid, value) for value, oid in names])
    return (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(signer.public_key())
        .serial_number(number).not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2050, 1, 1, tzinfo=UTC)).sign(signer, hashes.SHA256())
    )  # fmt: skip


def test_a_serial_number_is_the_md5_of_issuer_and_number():
    expected = hashlib.md5(rb"CN=R1,O=Ant\, Financial,C=CN12345").hexdigest()
    assert keys.serial(certificate(12345)) == expected


def test_roots_signed_with_rsa_count_in_their_order():
    one, other, elliptic = certificate(1), certificate(2), certificate(3, ELLIPTIC)
    bundle = "".join(found.public_bytes(PEM).decode() for found in (elliptic, other, one))
    assert keys.root_serial(bundle) == f"{keys.serial(other)}_{keys.serial(one)}"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"private_key": ACCOUNT.private_key}, "the application certificate does not belong to the private key"),
        ({"app_certificate": "no"}, "application certificate: no certificate in it"),
        (
            {"alipay_certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"},
            "Alipay certificate: cannot be read",
        ),
        ({"alipay_certificate": certificate(1, ELLIPTIC).public_bytes(PEM).decode()}, "Alipay certificate: not RSA"),
        (
            {"alipay_root_certificate": certificate(1, ELLIPTIC).public_bytes(PEM).decode()},
            "Alipay root certificates: none signed with RSA",
        ),
    ],
)
def test_a_bad_certificate_is_named(changes, message):
    with pytest.raises(Malformed) as caught:
        certificate_mode(**changes)
    assert caught.value.message == message
