"""The balance on the page of the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import get_language, gettext

from yutang.areas.wallet import queries
from yutang.core import money
from yutang.shop.account.asset import Asset
from yutang.shop.door import address

if TYPE_CHECKING:
    from django.http import HttpRequest


def balance(request: HttpRequest) -> Asset | None:
    """Who has one, and everybody where one can recharge by a plan."""
    currency = request.merchant.currency
    has = queries.balance(request.shopper.customer_id, currency).total
    if not has and not (queries.terms().is_offered and queries.plans(is_offered=True)):
        return None
    shown = money.formatted(has, currency, get_language() or "zh-hans")
    return Asset(gettext("Balance"), shown, address(request, "wallet"), "report-money")
