"""The steps that the catalogue's own figures and the buyer's terms are enough for: whether the region is offered the
goods, what the level and the card take off, freight."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING

from django.utils.translation import gettext_noop

from yutang.areas.catalog import queries as catalog
from yutang.areas.catalog.errors import NotDelivered
from yutang.areas.coupons import best
from yutang.areas.orders.errors import NotInRegion
from yutang.areas.orders.models import ShopOrder
from yutang.areas.orders.pricing import points, till
from yutang.areas.orders.pricing.local import local_fee
from yutang.areas.orders.pricing.pipeline import FREIGHT, Draft, Step, register
from yutang.core import money

if TYPE_CHECKING:
    from yutang.areas.catalog.queries import FreightTable
    from yutang.areas.orders.pricing.basket import Basket

Fulfilment = ShopOrder.Fulfilment
CARD_FREIGHT = "card_freight"  # as in perks/card_freight.py
BY_POST = (Fulfilment.DELIVERY, Fulfilment.LOCAL)


def region(draft: Draft) -> None:
    """Goods that the region of the address is not offered are not sent there, whatever way they got into the cart."""
    basket = draft.basket
    if basket.fulfilment not in BY_POST or not basket.province:
        return
    refused = catalog.not_offered((line.offer for line in basket.lines), basket.province)
    if refused:
        titles = dict.fromkeys(line.offer.title for line in basket.lines if line.offer.product_id in refused)
        raise NotInRegion(field="address", titles=", ".join(titles), province=basket.province)


def level_price(draft: Draft) -> None:
    """Members of a level pay its price where one is set and lower; what their level or card takes off comes after."""
    terms = draft.basket.terms
    if terms.price_level:
        for place, line in enumerate(draft.basket.lines):
            lower = line.offer.level_prices.get(terms.price_level, line.offer.price) - line.offer.price
            if lower < 0:
                draft.change(
                    place, lower * line.quantity, step="level", label=gettext_noop("Member price"),
                    source=("level", terms.price_level),
                )  # fmt: skip
    if terms.percent_off:
        for place, amount in enumerate(draft.amounts):
            draft.change(
                place, -money.part(amount, terms.percent_off, 100), step="level",
                label=gettext_noop("Member discount"), source=terms.percent_by,
            )  # fmt: skip


def freight(draft: Draft) -> None:
    """Goods of one template are sent together; each template with anything to send adds its fee. In the same city the
    store asks for its own."""
    basket = draft.basket
    if basket.fulfilment == Fulfilment.LOCAL:
        local_fee(draft)
    for parcel in _parcels(draft):
        fee = parcel.fee(basket, sum(draft.amounts[place] for place in parcel.places))
        if fee is None:
            title = basket.lines[parcel.places[0]].offer.title
            raise NotDelivered(field="address", title=title, province=basket.province)
        draft.change_freight(
            fee, step="freight", label=gettext_noop("Freight"), source=("freight_template", parcel.table.template_id)
        )


def sent(draft: Draft) -> list[best.Parcel]:
    """What the step of freight will ask for, for whatever the lines may cost by then."""
    basket = draft.basket
    if basket.fulfilment == Fulfilment.LOCAL:
        reach = basket.local
        return [] if reach is None else [best.Parcel(range(len(basket.lines)), reach.costs)]
    return [best.Parcel(parcel.places, cache(partial(parcel.fee, basket))) for parcel in _parcels(draft)]


@dataclass(frozen=True, slots=True)
class Parcel:
    """Lines that are sent by one freight template."""

    table: FreightTable
    places: list[int]

    def fee(self, basket: Basket, worth: int) -> int | None:
        lines = [basket.lines[place] for place in self.places]
        return self.table.fee(
            province=basket.province, pieces=sum(line.quantity for line in lines),
            grams=sum(line.quantity * line.offer.weight for line in lines), worth=worth,
        )  # fmt: skip


def _parcels(draft: Draft) -> list[Parcel]:
    """Put together once for a quote."""
    if draft.parcels is None:
        draft.parcels = _put_together(draft.basket)
    return draft.parcels


def _put_together(basket: Basket) -> list[Parcel]:
    if basket.fulfilment != Fulfilment.DELIVERY:
        return []
    if basket.freight is None:
        raise RuntimeError("a basket to be sent comes with its freight templates")
    sent: dict[int | None, list[int]] = defaultdict(list)
    for place, line in enumerate(basket.lines):
        if line.offer.kind == "goods":
            sent[line.offer.freight_template_id].append(place)
    # Without a default template sending is free.
    tables = basket.freight
    return [Parcel(tables[template_id], places) for template_id, places in sent.items() if template_id in tables]


def member_freight(draft: Draft) -> None:
    """What is sent to members of some levels and cards is free from so much on, after all discounts."""
    terms = draft.basket.terms
    if terms.free_freight_from is None or draft.basket.fulfilment != Fulfilment.DELIVERY:
        return
    if sum(draft.amounts) >= terms.free_freight_from:
        draft.change_freight(
            -draft.freight, step="member_freight", label=gettext_noop("Free delivery for members"),
            source=terms.freight_by,
        )  # fmt: skip


def card_freight(draft: Draft) -> None:
    """A use of the buyer's card, where they want it and it still has one this month."""
    terms = draft.basket.terms
    if not draft.basket.choices.get(CARD_FREIGHT) or draft.basket.fulfilment != Fulfilment.DELIVERY:
        return
    if terms.card_id is not None and terms.free_freights:
        draft.change_freight(
            -draft.freight, step=CARD_FREIGHT, label=gettext_noop("Free delivery of the card"),
            source=("card", terms.card_id),
        )  # fmt: skip


def register_steps() -> None:
    register(Step("region", 0, region))
    register(Step("level", 100, level_price))
    points.register_step()
    register(Step(till.STEP, till.PLACE, till.till_price))
    register(Step("freight", FREIGHT, freight))
    register(Step("member_freight", FREIGHT + 20, member_freight))
    register(Step(CARD_FREIGHT, FREIGHT + 30, card_freight))
