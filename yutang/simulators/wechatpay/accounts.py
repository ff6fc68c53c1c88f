"""Both sides' keys: a merchant as the platform knows it, and what the platform signs with."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from yutang.connectors.wechatpay import signing
from yutang.connectors.wechatpay.keys import NONCE_BYTES, PUBLIC_KEY_PREFIX, Credentials

VALID = timedelta(days=5 * 365)


@dataclass(frozen=True)
class Account:
    """A merchant, without the merchant's private key."""

    mchid: str
    appids: frozenset[str]
    serial: str
    public_key: RSAPublicKey = field(repr=False)
    api_key: bytes = field(repr=False)

    @classmethod
    def of(cls, credentials: Credentials) -> Account:
        return cls(
            mchid=credentials.mchid,
            appids=frozenset({credentials.appid}),
            serial=credentials.serial,
            public_key=credentials.private_key.public_key(),
            api_key=credentials.api_key,
        )


def new_credentials(mchid: str = "1900000001", appid: str = "wx0000000000000001") -> Credentials:
    """Of an invented merchant, with fresh keys."""
    return Credentials(
        mchid=mchid,
        appid=appid,
        serial=secrets.token_hex(20).upper(),
        private_key=_new_key(),
        api_key=secrets.token_hex(16).encode(),
    )


@dataclass(frozen=True)
class PlatformKey:
    serial: str
    private_key: RSAPrivateKey = field(repr=False)
    certificate: x509.Certificate | None = None

    @classmethod
    def public(cls) -> PlatformKey:
        """A 微信支付公钥."""
        return cls(PUBLIC_KEY_PREFIX + secrets.token_hex(16).upper(), _new_key())

    @classmethod
    def certified(cls, now: datetime) -> PlatformKey:
        """With a platform certificate."""
        key = _new_key()
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Simulated WeChat Pay platform")])
        number = x509.random_serial_number()
        certificate = (
            x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
            .serial_number(number)
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + VALID)
            .sign(key, SHA256())
        )
        return cls(f"{number:040X}", key, certificate)

    def headers(self, body: bytes, now: datetime) -> dict[str, str]:
        """What an answer or a notice carries."""
        timestamp, nonce = str(int(now.timestamp())), secrets.token_hex(16)
        return {
            "Wechatpay-Serial": self.serial,
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": signing.sign(self.private_key, signing.answer_message(timestamp, nonce, body)),
            "Wechatpay-Signature-Type": signing.SCHEME,
        }

    def listed(self, account: Account) -> Mapping[str, object]:
        """As `/v3/certificates` lists it."""
        assert self.certificate is not None
        return {
            "serial_no": self.serial,
            "effective_time": self.certificate.not_valid_before_utc.isoformat(timespec="seconds"),
            "expire_time": self.certificate.not_valid_after_utc.isoformat(timespec="seconds"),
            "encrypt_certificate": encrypted(
                account.api_key, self.certificate.public_bytes(Encoding.PEM), associated_data="certificate"
            ),
        }


@cache
def stranger() -> RSAPrivateKey:
    """The key of somebody who is neither merchant nor platform."""
    return _new_key()


def encrypted(api_key: bytes, plain: bytes, *, associated_data: str) -> dict[str, str]:
    nonce = secrets.token_hex(NONCE_BYTES // 2)
    sealed = AESGCM(api_key).encrypt(nonce.encode(), plain, associated_data.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "nonce": nonce,
        "associated_data": associated_data,
        "ciphertext": base64.b64encode(sealed).decode(),
    }


def _new_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)
