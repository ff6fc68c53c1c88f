"""What a coupon is, in words of the active language: for shop, till and console."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from django.utils.translation import get_language, gettext

from yutang.core import money

if TYPE_CHECKING:
    from yutang.areas.coupons.best import Unfit


class Said(Protocol):
    """Terms as they are stored, or as a coupon in hand carries them."""

    @property
    def kind(self) -> str: ...
    @property
    def value(self) -> int: ...
    @property
    def ceiling(self) -> int | None: ...
    @property
    def threshold(self) -> int: ...
    @property
    def gift_title(self) -> str: ...


def worth(terms: Said, currency: str) -> str:
    """The big figure: "¥20.00", "20% off", "Free freight", "Gift: Mug × 1"."""
    if terms.kind == "percent":
        if (get_language() or "").startswith("zh"):
            return f"{(100 - terms.value) / 10:g} 折" if terms.value < 100 else gettext("Free")
        return gettext("%(off)s%% off") % {"off": terms.value}
    if terms.kind == "freight":
        if terms.ceiling is None:
            return gettext("Free freight")
        return gettext("%(amount)s off the freight") % {"amount": _money(terms.ceiling, currency)}
    if terms.kind == "exchange":
        if not terms.value:
            return gettext("One piece free")
        return gettext("One piece for %(amount)s") % {"amount": _money(terms.value, currency)}
    if terms.kind == "gift":
        return gettext("Gift: %(gift)s × %(pieces)s") % {"gift": terms.gift_title, "pieces": terms.value}
    return _money(terms.value, currency)


def condition(terms: Said, currency: str) -> str:
    """ "From ¥100.00, at most ¥50.00 off"."""
    parts = []
    if terms.threshold:
        parts.append(gettext("from %(amount)s") % {"amount": _money(terms.threshold, currency)})
    else:
        parts.append(gettext("no minimum"))
    if terms.ceiling is not None and terms.kind in ("percent", "exchange"):
        parts.append(gettext("at most %(amount)s off") % {"amount": _money(terms.ceiling, currency)})
    return gettext(", ").join(parts)


def why_not(unfit: Unfit, currency: str) -> str:
    """To the shopper, why a coupon does not count now."""
    if unfit.code == "threshold":
        return gettext("%(amount)s more and it counts") % {"amount": _money(unfit.missing, currency)}
    return {
        "expired": gettext("It has expired"),
        "not_yet": gettext("It is not valid yet"),
        "channel": gettext("It does not count here: look whether it is for the shop or the till"),
        "store": gettext("It counts at certain stores only"),
        "level": gettext("It is for certain member levels"),
        "goods": gettext("It is not for these goods"),
        "freight": gettext("There is no freight to pay"),
        "excluded": gettext("It does not go together with what is used"),
        "gift_gone": gettext("Its gift is sold out"),
        "gift_over": gettext("Its gift cannot be had here at the moment"),
    }[unfit.code]


def _money(amount: int, currency: str) -> str:
    return money.formatted(amount, currency, get_language() or "en")
