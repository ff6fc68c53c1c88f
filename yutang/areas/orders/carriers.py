"""Carriers by the names that people write. Pure."""

from __future__ import annotations

import re

# The name that is kept → other ways to write it, without blanks and in small letters.
CARRIERS: dict[str, tuple[str, ...]] = {
    "顺丰速运": ("顺丰", "顺丰快递", "sf", "sfexpress"),
    "中通快递": ("中通", "zto"),
    "圆通速递": ("圆通", "圆通快递", "yto"),
    "韵达快递": ("韵达", "韵达速递", "yd", "yunda"),
    "申通快递": ("申通", "sto"),
    "极兔速递": ("极兔", "极兔快递", "jt", "j&t", "jtexpress"),
    "京东快递": ("京东", "京东物流", "jd", "jdl"),
    "邮政EMS": ("ems", "邮政", "中国邮政", "邮政快递包裹", "邮政快递", "chinapost"),
    "德邦快递": ("德邦", "德邦物流", "deppon"),
    "菜鸟速递": ("菜鸟", "菜鸟裹裹", "丹鸟", "cainiao"),
    "DHL": ("dhlexpress",),
    "FedEx": ("联邦快递", "联邦"),
    "UPS": (),
}
_BY_NAME = {name.casefold(): kept for kept, others in CARRIERS.items() for name in (kept, *others)}
_NUMBER = re.compile(r"[A-Za-z0-9-]{6,40}")


def carrier(text: str) -> str | None:
    """The name that is kept; None for none that is known."""
    return _BY_NAME.get(re.sub(r"\s", "", text).casefold())


def is_tracking_no(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None
