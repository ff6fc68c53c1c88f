"""Keys and certificates, read once from the texts that a merchant gets from Alipay's console and key tool."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from .errors import Malformed

_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_RSA = "1.2.840.113549.1.1."
_RSA_BYTES = bytes.fromhex("2a864886f70d0101")  # the same, as it stands in a certificate


@dataclass(frozen=True, kw_only=True)
class Keys:
    """An application at Alipay. `seller_id` is the merchant's own number (2088…), which every notice must name."""

    app_id: str
    seller_id: str
    private_key: RSAPrivateKey = field(repr=False)
    alipay_key: RSAPublicKey = field(repr=False)
    app_cert_sn: str = ""
    alipay_cert_sn: str = ""
    alipay_root_cert_sn: str = ""


def key_mode(*, app_id: str, seller_id: str, private_key: str, alipay_public_key: str) -> Keys:
    """Texts in PEM or, as the key tool writes them, bare base64. Raises Malformed."""
    own, alipay = _private(private_key), _public(alipay_public_key)
    if alipay == own.public_key():
        raise Malformed("the Alipay public key is the application's own: take the one that Alipay shows")
    return Keys(app_id=app_id, seller_id=seller_id, private_key=own, alipay_key=alipay)


def certificate_mode(
    *,
    app_id: str,
    seller_id: str,
    private_key: str,
    app_certificate: str,
    alipay_certificate: str,
    alipay_root_certificate: str,
) -> Keys:
    """Texts of the three `.crt` files. Raises Malformed."""
    own = _private(private_key)
    app = _certificate(app_certificate, "application certificate")
    alipay = _certificate(alipay_certificate, "Alipay certificate")
    if _key_of(app, "application certificate") != own.public_key():
        raise Malformed("the application certificate does not belong to the private key")
    return Keys(
        app_id=app_id,
        seller_id=seller_id,
        private_key=own,
        alipay_key=_key_of(alipay, "Alipay certificate"),
        app_cert_sn=serial(app),
        alipay_cert_sn=serial(alipay),
        alipay_root_cert_sn=root_serial(alipay_root_certificate),
    )


def serial(certificate: x509.Certificate) -> str:
    """Alipay's serial number: MD5 of issuer and decimal serial number, one behind the other."""
    text = certificate.issuer.rfc4514_string() + str(certificate.serial_number)
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def root_serial(bundle: str) -> str:
    """Those of all certificates signed with RSA, joined by `_`."""
    ders = [_der(found[1], "Alipay root certificates") for found in _CERTIFICATE.finditer(bundle)]
    # The file also has certificates of curves that the library warns of or refuses to read; they do not count.
    certificates = [_parsed(der, "Alipay root certificates") for der in ders if _RSA_BYTES in der]
    serials = [serial(found) for found in certificates if found.signature_algorithm_oid.dotted_string.startswith(_RSA)]
    if not serials:
        raise Malformed("Alipay root certificates: none signed with RSA")
    return "_".join(serials)


def _certificate(text: str, name: str) -> x509.Certificate:
    """The first of the text: Alipay puts the issuer's behind it."""
    found = _CERTIFICATE.search(text)
    if not found:
        raise Malformed(f"{name}: no certificate in it")
    return _parsed(_der(found[1], name), name)


def _parsed(der: bytes, name: str) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(der)
    except ValueError as error:
        raise Malformed(f"{name}: cannot be read") from error


def _key_of(certificate: x509.Certificate, name: str) -> RSAPublicKey:
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Malformed(f"{name}: its key cannot be read") from error
    if not isinstance(key, RSAPublicKey):
        raise Malformed(f"{name}: not RSA")
    return key


def _private(text: str) -> RSAPrivateKey:
    try:
        if "-----BEGIN" in text:
            key = serialization.load_pem_private_key(text.encode(), password=None)
        else:
            key = serialization.load_der_private_key(_der(text, "private key"), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # Without the cause: it might quote the key.
        raise Malformed("private key: cannot be read") from None
    if not isinstance(key, RSAPrivateKey):
        raise Malformed("private key: not RSA")
    return key


def _public(text: str) -> RSAPublicKey:
    try:
        if "-----BEGIN" in text:
            key = serialization.load_pem_public_key(text.encode())
        else:
            key = serialization.load_der_public_key(_der(text, "Alipay public key"))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Malformed("Alipay public key: cannot be read") from error
    if not isinstance(key, RSAPublicKey):
        raise Malformed("Alipay public key: not RSA")
    return key


def _der(text: str, name: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        raise Malformed(f"{name}: neither PEM nor base64") from None
