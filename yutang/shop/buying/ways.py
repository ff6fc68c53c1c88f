"""Which ways of paying a page offers: those that work where it is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext, gettext_noop

from yutang.areas.channels import queries as channels
from yutang.areas.payments import providers
from yutang.areas.payments import queries as payments
from yutang.shop.devices import Device, device

if TYPE_CHECKING:
    from django.http import HttpRequest

# method → its name, and where it works. WeChat opens no Alipay, and H5 only outside itself; JSAPI only inside. A code
# is for another device to scan.
_WAYS = {
    "jsapi": (gettext_noop("WeChat Pay"), Device.WECHAT),
    "h5": (gettext_noop("WeChat Pay"), Device.PHONE),
    "wap": (gettext_noop("Alipay"), Device.PHONE),
    "native": (gettext_noop("WeChat Pay by QR code"), Device.DESKTOP),
    "page": (gettext_noop("Alipay"), Device.DESKTOP),
    "precreate": (gettext_noop("Alipay by QR code"), Device.DESKTOP),
}


def ways(request: HttpRequest) -> list[tuple[str, str]]:
    """(value, label) of each way that the merchant offers and this device can go."""
    here = device(request)
    found = [
        (f"{provider}:{method}", gettext(_WAYS[method][0]))
        for provider, method in payments.ways()
        if method in _WAYS and _WAYS[method][1] is here and (method != "jsapi" or paying_app())
    ]
    if providers.get("sandbox").offers(""):
        found.append(("sandbox:", gettext(providers.get("sandbox").label)))
    return found


def paying_app() -> str:
    """The app by whose OpenIDs people pay inside WeChat; "" unless it is the one they log in with: of another we are
    told no OpenIDs."""
    app = payments.paying_app()
    return app if app and app == channels.app_id() else ""
