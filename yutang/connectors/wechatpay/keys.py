"""Keys of both sides: parsed once, never shown. Ours sign; the platform's (certificates or 微信支付公钥) verify."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from yutang.connectors.wechatpay.errors import Malformed
from yutang.connectors.wechatpay.shapes import PlatformCertificate

PlatformKeys = Mapping[str, RSAPublicKey]  # by serial number of a certificate, or by `PUB_KEY_ID_…`
PUBLIC_KEY_PREFIX = "PUB_KEY_ID_"
API_KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16


@dataclass(frozen=True)
class Credentials:
    """Who we are for the platform. Secrets are left out of `repr`."""

    mchid: str
    appid: str
    serial: str  # of the merchant's API certificate
    private_key: RSAPrivateKey = field(repr=False)
    api_key: bytes = field(repr=False)  # APIv3 key

    @classmethod
    def parse(cls, *, mchid: str, appid: str, serial: str, private_key: str, api_key: str) -> Credentials:
        """From what the merchant platform hands out: `private_key` is the text of apiclient_key.pem."""
        secret = api_key.encode()
        if len(secret) != API_KEY_BYTES:
            raise Malformed(f"an APIv3 key has {API_KEY_BYTES} bytes")
        return cls(mchid, appid, serial, parse_private_key(private_key), secret)


def parse_private_key(pem: str) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        # The cause may quote the key: it stays out of the trace.
        raise Malformed(f"not a private key in PEM format ({type(error).__name__})") from None
    if not isinstance(key, RSAPrivateKey):
        raise Malformed("not an RSA private key")
    return key


def parse_public_key(pem: str) -> RSAPublicKey:
    """Of a public key (`PUBLIC KEY`) or a certificate (`CERTIFICATE`)."""
    text = pem.encode()
    try:
        key = (
            x509.load_pem_x509_certificate(text).public_key()
            if b"BEGIN CERTIFICATE" in text
            else load_pem_public_key(text)
        )
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Malformed("not a public key or certificate in PEM format") from error
    if not isinstance(key, RSAPublicKey):
        raise Malformed("not an RSA public key")
    return key


def of_certificates(certificates: Iterable[PlatformCertificate]) -> PlatformKeys:
    return {certificate.serial: parse_public_key(certificate.pem) for certificate in certificates}


def decrypt(api_key: bytes, *, nonce: str, ciphertext: str, associated_data: str) -> bytes:
    """AEAD_AES_256_GCM (RFC 5116) with the APIv3 key; the last 16 bytes are the tag."""
    try:
        data = base64.b64decode(ciphertext, validate=True)
        iv = nonce.encode()
        if len(iv) != NONCE_BYTES or len(data) < TAG_BYTES:
            raise Malformed("not an AEAD_AES_256_GCM resource")
        return AESGCM(api_key).decrypt(iv, data, associated_data.encode())
    except InvalidTag as error:
        raise Malformed("the resource does not open with this APIv3 key") from error
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise Malformed("not an AEAD_AES_256_GCM resource") from error
