"""What the page is opened with. Only offers depend on it, no right does."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest


class Device(Enum):
    WECHAT = auto()  # WeChat's own browser, on a phone or a computer
    PHONE = auto()
    DESKTOP = auto()


def device(request: HttpRequest) -> Device:
    agent = request.headers.get("User-Agent", "")
    if "MicroMessenger" in agent and "wxwork" not in agent:  # WeCom's browser names itself both
        return Device.WECHAT
    return Device.PHONE if "Mobile" in agent or "Android" in agent else Device.DESKTOP
