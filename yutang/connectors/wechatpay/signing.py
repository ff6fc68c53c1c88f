"""Strings to sign, signatures and their checks: WECHATPAY2-SHA256-RSA2048. Pure; the clock comes from outside.

Every line of a string to sign ends with a line feed, the last one too, even where the body is empty.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from yutang.connectors.wechatpay.errors import SignatureProbe, UnknownSerial, Untrusted
from yutang.connectors.wechatpay.keys import Credentials, PlatformKeys

SCHEME = "WECHATPAY2-SHA256-RSA2048"
PROBE = "WECHATPAY/SIGNTEST/"
MAX_SKEW = timedelta(minutes=5)
HEADERS = ("Wechatpay-Serial", "Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Signature")


def request_message(method: str, target: str, timestamp: str, nonce: str, body: bytes) -> bytes:
    """What a request signs. `target` is path and query exactly as sent."""
    return b"\n".join([method.encode(), target.encode(), timestamp.encode(), nonce.encode(), body, b""])


def answer_message(timestamp: str, nonce: str, body: bytes) -> bytes:
    """What an answer or a notice signs."""
    return b"\n".join([timestamp.encode(), nonce.encode(), body, b""])


def payment_message(appid: str, timestamp: str, nonce: str, package: str) -> bytes:
    """What the page signs that opens the payment (`paySign`). `package` is `prepay_id=…`."""
    return "\n".join([appid, timestamp, nonce, package, ""]).encode()


def sign(key: RSAPrivateKey, message: bytes) -> str:
    return base64.b64encode(key.sign(message, PKCS1v15(), SHA256())).decode()


def verifies(key: RSAPublicKey, message: bytes, signature: str) -> bool:
    try:
        key.verify(base64.b64decode(signature, validate=True), message, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def authorization(
    credentials: Credentials, *, method: str, target: str, body: bytes, timestamp: str, nonce: str
) -> str:
    """The `Authorization` header."""
    signature = sign(credentials.private_key, request_message(method, target, timestamp, nonce, body))
    return (
        f'{SCHEME} mchid="{credentials.mchid}",nonce_str="{nonce}",signature="{signature}",'
        f'timestamp="{timestamp}",serial_no="{credentials.serial}"'
    )


def check(headers: Mapping[str, str], body: bytes, keys: PlatformKeys, now: datetime) -> None:
    """Returns only where an answer or a notice is signed by the platform, and freshly; else raises `Untrusted`."""
    lower = {name.lower(): value for name, value in headers.items()}
    serial, timestamp, nonce, signature = (lower.get(name.lower(), "") for name in HEADERS)
    if not (serial and timestamp and nonce and signature):
        raise Untrusted("no signature")
    if signature.startswith(PROBE):
        raise SignatureProbe
    if not nonce.isascii():
        raise Untrusted("the nonce is not ASCII")
    # Ten digits until the year 2286: int() would also take spaces, signs and other alphabets.
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 10):
        raise Untrusted("the timestamp is no number of seconds")
    if abs(now.timestamp() - int(timestamp)) > MAX_SKEW.total_seconds():
        raise Untrusted("signed too long ago, or a clock is wrong")
    if serial not in keys:
        raise UnknownSerial(serial)
    if not verifies(keys[serial], answer_message(timestamp, nonce, body), signature):
        raise Untrusted("the signature is wrong")
