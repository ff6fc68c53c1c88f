"""How the total of an order came about, and with what it was paid: for the page of the order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from yutang.areas.payments.models import Refund
from yutang.areas.wallet import services as wallet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yutang.areas.orders.models import Adjustment
    from yutang.areas.orders.pricing import Reason
    from yutang.areas.orders.queries_shop import Whole


@dataclass(frozen=True)
class Sums:
    """Minor units. `off`: (label, amount below zero) of each step of the price; `payments`: (way, paid, given back)."""

    goods: int
    off: list[tuple[str, int]]
    payments: list[tuple[str, int, int]]


def sums(whole: Whole) -> Sums:
    bought = [priced for priced in whole.items if not priced.item.is_gift]
    return Sums(
        goods=sum(priced.item.list_amount for priced in bought),
        off=added_up(reason for priced in bought for reason in priced.reasons),
        payments=[
            (
                _way(tender.provider), tender.amount,
                sum(one.amount for one in refunds if one.state != Refund.State.FAILED),
            )
            for tender, refunds in whole.tenders
        ],
    )  # fmt: skip


def added_up(reasons: Iterable[Adjustment | Reason]) -> list[tuple[str, int]]:
    """What each step of the price does with all goods together, in the order of the steps."""
    steps: dict[str, int] = {}
    for reason in reasons:
        steps[reason.label] = steps.get(reason.label, 0) + reason.amount
    return [(gettext(label), amount) for label, amount in steps.items() if label and amount]


def _way(provider: str) -> str:
    ways = {
        wallet.BALANCE: gettext("Balance"), "wechatpay": gettext("WeChat Pay"), "alipay": gettext("Alipay"),
        "cash": gettext("Cash"), "sandbox": gettext("Sandbox payment"),
    }  # fmt: skip
    return ways.get(provider, provider)
