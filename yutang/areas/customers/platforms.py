"""What platforms are called; orders and customers hold only their codes."""

from __future__ import annotations

from django.utils.translation import gettext, pgettext


def name(code: str) -> str:
    """A platform's own name; anything else, a shop or a merchant's own mapping, stays as it is."""
    return names().get(code, code)


def names() -> dict[str, str]:
    """Code → name."""
    return {
        "taobao": gettext("Taobao/Tmall"), "jd": gettext("JD"), "pinduoduo": gettext("Pinduoduo"),
        "douyin": gettext("Douyin"), "youzan": gettext("Youzan"), "weixin_shop": gettext("WeChat Shop"),
        "shopify": "Shopify", "shop": pgettext("channel", "Own shop"), "pos": pgettext("channel", "Store till"),
        "import": gettext("Import"),
    }  # fmt: skip
