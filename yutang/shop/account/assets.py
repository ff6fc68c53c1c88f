"""What a member has, on their page: points, balance, coupons, a card. One entry each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import get_language, gettext

from yutang.areas.wallet import queries as wallet
from yutang.core import money
from yutang.shop.door import address

if TYPE_CHECKING:
    from django.http import HttpRequest


@dataclass(frozen=True)
class Asset:
    """`value` as it is shown ("1,200", "¥88.00"); `label` in the active language."""

    label: str
    value: str
    address: str
    icon: str


def balance(request: HttpRequest) -> Asset | None:
    """Who has one, and everybody where one can recharge by a plan."""
    currency = request.merchant.currency
    has = wallet.balance(request.shopper.customer_id, currency).total
    if not has and not (wallet.terms().is_offered and wallet.plans(is_offered=True)):
        return None
    shown = money.formatted(has, currency, get_language() or "zh-hans")
    return Asset(gettext("Balance"), shown, address(request, "wallet"), "report-money")


ASSETS: tuple[Callable[[HttpRequest], Asset | None], ...] = (balance,)


def assets(request: HttpRequest) -> list[Asset]:
    """Those that this merchant and this person have anything to do with."""
    return [found for one in ASSETS if (found := one(request)) is not None]
