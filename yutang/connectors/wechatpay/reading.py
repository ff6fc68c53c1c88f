"""JSON of the platform → shapes. Whatever the bytes are: a shape or `Malformed`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from yutang.connectors.wechatpay.errors import Malformed
from yutang.connectors.wechatpay.shapes import AnnouncedBill, PlatformCertificate, Refund, Transaction

T = TypeVar("T")
NO_PART: Mapping[str, Any] = {}


def document(body: bytes) -> Mapping[str, Any]:
    """The object that `body` holds."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed("not JSON") from error
    if not isinstance(found, dict):
        raise Malformed("not a JSON object")
    return found


def text(data: Mapping[str, Any], name: str) -> str:
    return _wanted(optional_text, data, name)


def optional_text(data: Mapping[str, Any], name: str) -> str:
    """Empty where it is missing."""
    found = data.get(name)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise Malformed(f"{name} is no text")
    return found


def amount(data: Mapping[str, Any], name: str) -> int:
    """分."""
    return _wanted(optional_amount, data, name)


def optional_amount(data: Mapping[str, Any], name: str) -> int | None:
    found = data.get(name)
    # True is an int for Python, not for the platform.
    if found is not None and (not isinstance(found, int) or isinstance(found, bool) or found < 0):
        raise Malformed(f"{name} is no amount")
    return found


def moment(data: Mapping[str, Any], name: str) -> datetime:
    return _wanted(optional_moment, data, name)


def optional_moment(data: Mapping[str, Any], name: str) -> datetime | None:
    """RFC 3339 with its offset."""
    found = optional_text(data, name)
    if not found:
        return None
    try:
        parsed = datetime.fromisoformat(found)
        if parsed.tzinfo is None:
            raise Malformed(f"{name} has no time zone")
        return parsed.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Malformed(f"{name} is no time") from error


def part(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object inside; empty where it is missing."""
    found = data.get(name)
    if found is None:
        return NO_PART
    if not isinstance(found, dict):
        raise Malformed(f"{name} is no object")
    return found


def parts(data: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects of a list."""
    found = data.get(name)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Malformed(f"{name} is no list of objects")
    return found


def transaction(data: Mapping[str, Any]) -> Transaction:
    money = part(data, "amount")
    return Transaction(
        mchid=text(data, "mchid"),
        appid=optional_text(data, "appid"),
        out_trade_no=text(data, "out_trade_no"),
        transaction_id=optional_text(data, "transaction_id"),
        trade_type=optional_text(data, "trade_type"),
        trade_state=text(data, "trade_state"),
        trade_state_desc=optional_text(data, "trade_state_desc"),
        bank_type=optional_text(data, "bank_type"),
        attach=optional_text(data, "attach"),
        paid_at=optional_moment(data, "success_time"),
        openid=optional_text(part(data, "payer"), "openid"),
        amount=optional_amount(money, "total"),
        payer_amount=optional_amount(money, "payer_total"),
        currency=optional_text(money, "currency") or "CNY",
    )


def refund(data: Mapping[str, Any]) -> Refund:
    """Of an answer (`status`) or of a notice (`refund_status`, and no currency: this interface knows CNY only)."""
    money = part(data, "amount")
    return Refund(
        refund_id=text(data, "refund_id"),
        out_refund_no=text(data, "out_refund_no"),
        transaction_id=text(data, "transaction_id"),
        out_trade_no=text(data, "out_trade_no"),
        status=optional_text(data, "status") or text(data, "refund_status"),
        channel=optional_text(data, "channel"),
        received_account=optional_text(data, "user_received_account"),
        created_at=optional_moment(data, "create_time"),
        refunded_at=optional_moment(data, "success_time"),
        amount=amount(money, "refund"),
        total=amount(money, "total"),
        payer_amount=optional_amount(money, "payer_refund"),
        currency=optional_text(money, "currency") or "CNY",
    )


def bill(data: Mapping[str, Any]) -> AnnouncedBill:
    if text(data, "hash_type") != "SHA1":
        raise Malformed("hashed in another way")
    return AnnouncedBill(download_url=text(data, "download_url"), sha1=text(data, "hash_value"))


def certificate(data: Mapping[str, Any], pem: str) -> PlatformCertificate:
    return PlatformCertificate(
        serial=text(data, "serial_no"),
        pem=pem,
        effective_at=moment(data, "effective_time"),
        expires_at=moment(data, "expire_time"),
    )


def _wanted(read: Callable[[Mapping[str, Any], str], T | None], data: Mapping[str, Any], name: str) -> T:
    found = read(data, name)
    if found is None or found == "":
        raise Malformed(f"{name} is missing")
    return found
