"""What WeChat checks before it opens its payment sheet for a page. Nothing here is shared with our client."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from yutang.simulators.wechatpay.trades import Trade

PAID, CANCELLED, FAILED = (f"get_brand_wcpay_request:{end}" for end in ("ok", "cancel", "fail"))
LIFETIME = timedelta(hours=2)  # of a prepay_id
_NAMES = {"appId", "timeStamp", "nonceStr", "package", "signType", "paySign"}


def is_signed(trade: Trade, parameters: Mapping[str, str], now: datetime) -> bool:
    """Whether the merchant of this trade has signed exactly these parameters, not too long ago."""
    if set(parameters) != _NAMES or not all(isinstance(value, str) for value in parameters.values()):
        return False
    if parameters["signType"] != "RSA" or parameters["appId"] != trade.appid or not parameters["timeStamp"].isdigit():
        return False
    if abs(now - datetime.fromtimestamp(int(parameters["timeStamp"]), UTC)) > LIFETIME:
        return False
    signed = "".join(f"{parameters[name]}\n" for name in ("appId", "timeStamp", "nonceStr", "package"))
    try:
        signature = base64.b64decode(parameters["paySign"], validate=True)
        trade.account.public_key.verify(signature, signed.encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error):
        return False
    return True
