"""What the ways to pay are called."""

from __future__ import annotations

from django.utils.translation import gettext


def way(method: str) -> str:
    known = {
        "jsapi": gettext("Inside WeChat (JSAPI)"), "h5": gettext("In browsers of phones (H5)"),
        "native": gettext("By QR code (native)"), "wap": gettext("In browsers of phones (wap)"),
        "page": gettext("On computers (page)"), "precreate": gettext("By QR code (precreate)"),
    }  # fmt: skip
    return known.get(method, method)
