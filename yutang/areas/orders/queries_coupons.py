"""What a person's coupons would do with a basket: for the checkout, the cart and the page of coupons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Sum
from pyroaring import BitMap64

from yutang.areas.catalog import queries as catalog
from yutang.areas.coupons import best
from yutang.areas.coupons import queries as coupons
from yutang.areas.orders import pricing
from yutang.areas.orders.models import Order
from yutang.areas.orders.pricing import coupons as step
from yutang.areas.orders.pricing.gifts import gifts
from yutang.core import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from yutang.areas.coupons.models import Coupon, Run
    from yutang.areas.orders.pricing import Quote
    from yutang.areas.orders.services import Wish

KEY, AUTO = step.KEY, step.AUTO


@dataclass(frozen=True, slots=True)
class Told:
    """A coupon at the checkout: what it saves alone, whether the quote uses it, else why not."""

    held: best.Held
    saves: int
    is_used: bool
    unfit: best.Unfit | None

    @property
    def may_count(self) -> bool:
        """Here, were it not for others; a gift saves nothing and is worth having."""
        return self.saves > 0 or (self.held.kind == best.Kind.GIFT and (self.unfit is None or self.is_excluded))

    @property
    def is_excluded(self) -> bool:
        return self.unfit is not None and self.unfit.code == "excluded"


def saving(
    lines: Sequence[tuple[int, int]], found: Iterable[Coupon], *, customer_id: int, currency: str
) -> dict[int, int]:  # fmt: skip
    """Coupon → what it would take off these (SKU id, pieces) alone, of those that would; 0 where a gift would come."""
    offers = catalog.offers(sku_id for sku_id, _ in lines)
    basket = pricing.Basket(
        lines=[pricing.Line(offers[sku_id], pieces) for sku_id, pieces in lines if sku_id in offers],
        fulfilment="", currency=currency, at=clock.now(), customer_id=customer_id,
    )  # fmt: skip
    held = [coupons.held(coupon) for coupon in found]
    items = step.items(basket, [line.offer.price * line.quantity for line in basket.lines], held)
    place = step.place(basket)
    if not items:
        return {}
    gone = gifts(basket, held, items, place).gone
    fitting = [one for one in held if best.unfit(one, items, place) is None and one.id not in gone]
    saves = [(one, best.alone(one, items)) for one in fitting]
    return {one.id: off for one, off in saves if off or one.kind == best.Kind.GIFT}


def told(*, wish: Wish, quote: Quote, customer_id: int, currency: str) -> list[Told]:
    """Every coupon of the person beside a quote: those it uses, then those that could count, by what they save, then
    the others with their reason."""
    held = coupons.held_by(customer_id)
    if not held:
        return []
    basket = pricing.Basket(
        lines=[line.line for line in quote.lines], fulfilment=wish.fulfilment, currency=currency, at=clock.now(),
        customer_id=customer_id, province=wish.recipient.province, terms=quote.terms, choices=wish.choices,
        node_id=wish.node_id,
    )  # fmt: skip
    amounts = [line.list_amount for line in quote.lines]
    for reason in quote.reasons:  # what the steps before coupons left
        if reason.line is not None and reason.step in ("level", "promotion"):
            amounts[reason.line] += reason.amount
    own = {int(reason.source_id) for reason in quote.reasons if reason.source_type == step.SOURCE}
    gift = next((one for one in held if quote.gift is not None and one.id == quote.gift.coupon_id), None)
    freight = quote.freight - sum(reason.amount for reason in quote.reasons if reason.step == step.FREIGHT_KEY)
    items, place = step.items(basket, amounts, held), step.place(basket)
    chosen = best.Choice(tuple(best.Cut(one) for one in held if one.id in own), quote.total, gift=gift)
    gone = gifts(basket, held, items, place).gone
    rows = [
        Told(
            one, best.alone(one, items, freight) if why is None or why.code == "excluded" else 0,
            one.id in own or one is gift, why,
        )
        for one, why in best.explained(held, items, place, chosen, freight, gone)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (not row.is_used, not row.may_count, -row.saves, row.held.valid_until))


def net_amount(order_ids: Sequence[int]) -> int:
    """What these orders brought, less what went back."""
    sums = Order.objects.filter(pk__in=order_ids).aggregate(sold=Sum("sold_amount"), back=Sum("refunded_amount"))
    return (sums["sold"] or 0) + (sums["back"] or 0)


def results(run: Run, *, until: datetime) -> tuple[coupons.Group, coupons.Group]:
    """What treated and held-out people of a run bought in every channel from its start until then. One statement: who
    bought at all is few beside a segment."""
    rows = (
        Order.objects.filter(ordered_at__gte=run.created_at, ordered_at__lt=until, customer__isnull=False)
        .values("customer")
        .annotate(net=Sum("sold_amount") + Sum("refunded_amount"))
        .filter(net__gt=0)
        .order_by()
        .values_list("customer_id", "net")
    )
    treated, held = BitMap64.deserialize(bytes(run.people)), BitMap64.deserialize(bytes(run.withheld))
    bought: tuple[list[int], list[int]] = ([], [])
    for customer_id, net in rows:
        if customer_id in treated:
            bought[0].append(net)
        elif customer_id in held:
            bought[1].append(net)
    sizes = (len(treated), len(held))
    first, second = (
        coupons.Group(size, len(each), sum(each), sum(one * one for one in each))
        for size, each in zip(sizes, bought, strict=True)
    )
    return first, second
