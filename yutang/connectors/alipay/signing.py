"""RSA2: SHA256withRSA (PKCS#1 v1.5) in base64, over `key=value` pairs in the order of their keys, joined by `&`."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

SIGN_TYPE = "RSA2"


def request_text(params: Mapping[str, str]) -> str:
    """The string to sign of a request: all that is not empty, without `sign`."""
    return _joined({key: value for key, value in params.items() if value and key != "sign"})


def notice_text(form: Mapping[str, str]) -> str:
    """The string to verify of a notice: as it came, without `sign` and `sign_type`."""
    return _joined({key: value for key, value in form.items() if key not in ("sign", "sign_type")})


def _joined(params: Mapping[str, str]) -> str:
    return "&".join(f"{key}={params[key]}" for key in sorted(params))


def sign(text: str, key: RSAPrivateKey) -> str:
    return base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()


def is_signed(text: str, signature: str, key: RSAPublicKey) -> bool:
    try:
        # Lone surrogates are no text that anybody signed: UnicodeEncodeError is a ValueError, as is bad base64.
        key.verify(base64.b64decode(signature, validate=True), text.encode(), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
