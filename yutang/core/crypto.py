"""Encrypted fields, blind indexes and masking.

Sensitive values (phone, e-mail, address, ID number) are stored as AES-256-GCM; looked up through keyed blind indexes
(HMAC-SHA-256 cut to 16 bytes, salted with the merchant so that two merchants' indexes cannot be joined).
"""

from __future__ import annotations

import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_VERSION = b"\x01"


@lru_cache(maxsize=8)
def _key(purpose: bytes) -> bytes:
    return hmac.digest(settings.SECRET, b"yutang:" + purpose, "sha256")


@lru_cache(maxsize=1)
def _cipher() -> AESGCM:
    return AESGCM(_key(b"field"))


def encrypt(value: str, merchant_id: int) -> bytes:
    """version(1) ‖ nonce(12) ‖ ciphertext; bound to the merchant."""
    nonce = os.urandom(12)
    return _VERSION + nonce + _cipher().encrypt(nonce, value.encode(), str(merchant_id).encode())


def decrypt(stored: bytes | memoryview, merchant_id: int) -> str:
    stored = bytes(stored)
    if stored[:1] != _VERSION:
        raise ValueError("unknown version of an encrypted field")
    return _cipher().decrypt(stored[1:13], stored[13:], str(merchant_id).encode()).decode()


def blind_index(kind: str, value: str, merchant_id: int) -> bytes:
    """16 bytes by which an exact value can be found without being stored."""
    return blind_indexes(kind, [value], merchant_id)[0]


def blind_indexes(kind: str, values: list[str], merchant_id: int) -> list[bytes]:
    """The same for many values; the key is prepared once."""
    base = hmac.new(_key(b"index"), f"{merchant_id}:{kind}:".encode(), hashlib.sha256)
    found = []
    for value in values:
        digest = base.copy()
        digest.update(value.encode())
        found.append(digest.digest()[:16])
    return found


def keyed_digest(purpose: str, value: str) -> bytes:
    """32 bytes of HMAC-SHA-256, for secrets that are random already and only ever compared."""
    return hmac.digest(_key(purpose.encode()), value.encode(), "sha256")


def mask_phone(phone: str) -> str:
    """`+8613800138000` → `138****8000`; other countries keep the last four digits."""
    digits = phone.removeprefix("+86")
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 9 else "****" + digits[-2:]


def written_phone(phone: str) -> str:
    """As lists of numbers have it: `+8613800138000` → `13800138000`; other countries with 00 for the plus."""
    digits = phone.removeprefix("+86")
    return "00" + digits[1:] if digits.startswith("+") else digits


def mask_email(email: str) -> str:
    name, _, domain = email.partition("@")
    return f"{name[:1]}***@{domain}"
