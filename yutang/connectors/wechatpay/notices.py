"""Notices of the platform: verified, then decrypted, then read. Acting on them, once, is the caller's business."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from yutang.connectors.wechatpay import reading, signing
from yutang.connectors.wechatpay.errors import Malformed
from yutang.connectors.wechatpay.keys import PlatformKeys, decrypt
from yutang.connectors.wechatpay.shapes import Notice, RefundNotice, TransactionNotice

ALGORITHM = "AEAD_AES_256_GCM"


def open(headers: Mapping[str, str], body: bytes, keys: PlatformKeys, api_key: bytes, now: datetime) -> Notice:
    """`body` is the bytes as received. Raises `Untrusted` (answer 4xx) or, for an authentic notice of another kind,
    `Malformed`. The platform delivers late, twice and in any order."""
    signing.check(headers, body, keys, now)
    envelope = reading.document(body)
    resource = reading.part(envelope, "resource")
    if reading.text(resource, "algorithm") != ALGORITHM:
        raise Malformed("the resource is encrypted in another way")
    content = reading.document(
        decrypt(
            api_key,
            nonce=reading.text(resource, "nonce"),
            ciphertext=reading.text(resource, "ciphertext"),
            associated_data=reading.optional_text(resource, "associated_data"),
        )
    )
    id_, event_type = reading.text(envelope, "id"), reading.text(envelope, "event_type")
    created_at, summary = reading.moment(envelope, "create_time"), reading.optional_text(envelope, "summary")
    mchid = reading.text(content, "mchid")
    if event_type.startswith("TRANSACTION."):
        return TransactionNotice(
            id=id_,
            event_type=event_type,
            created_at=created_at,
            summary=summary,
            mchid=mchid,
            transaction=reading.transaction(content),
        )
    if event_type.startswith("REFUND."):
        return RefundNotice(
            id=id_,
            event_type=event_type,
            created_at=created_at,
            summary=summary,
            mchid=mchid,
            refund=reading.refund(content),
        )
    raise Malformed(f"a notice about something else: {event_type}")


def failure(message: str) -> bytes:
    """The body of a 4xx or 5xx answer to a notice, after which it comes again. A taken notice is answered by 204."""
    return json.dumps({"code": "FAIL", "message": message}, ensure_ascii=False).encode()
