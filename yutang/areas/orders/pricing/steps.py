"""The steps that the catalogue's own figures are enough for: whether the region is offered the goods, level prices,
freight."""

from __future__ import annotations

from collections import defaultdict

from django.utils.translation import gettext_noop

from yutang.areas.catalog import queries as catalog
from yutang.areas.catalog.errors import NotDelivered
from yutang.areas.orders.errors import NotInRegion
from yutang.areas.orders.models import ShopOrder
from yutang.areas.orders.pricing import points, till
from yutang.areas.orders.pricing.local import local_fee
from yutang.areas.orders.pricing.pipeline import FREIGHT, Draft, Step, register

Fulfilment = ShopOrder.Fulfilment
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
    """Members of a level pay its price where one is set and lower."""
    basket = draft.basket
    if not basket.level:
        return
    prices = catalog.level_prices([line.offer.sku_id for line in basket.lines], basket.level)
    for place, line in enumerate(basket.lines):
        lower = prices.get(line.offer.sku_id, line.offer.price) - line.offer.price
        if lower < 0:
            draft.change(
                place, lower * line.quantity, step="level", label=gettext_noop("Member price"),
                source=("level", basket.level),
            )  # fmt: skip


def freight(draft: Draft) -> None:
    """Goods of one template are sent together; each template with anything to send adds its fee. In the same city the
    store asks for its own."""
    basket = draft.basket
    if basket.fulfilment == Fulfilment.LOCAL:
        local_fee(draft)
    if basket.fulfilment != Fulfilment.DELIVERY:
        return
    sent: dict[int | None, list[int]] = defaultdict(list)
    for place, line in enumerate(basket.lines):
        if line.offer.kind == "goods":
            sent[line.offer.freight_template_id].append(place)
    if not sent:
        return
    tables = catalog.freight(sent)
    for template_id, places in sent.items():
        if template_id not in tables:
            continue  # the merchant has no default template: sending is free
        lines = [basket.lines[place] for place in places]
        fee = tables[template_id].fee(
            province=basket.province, pieces=sum(line.quantity for line in lines),
            grams=sum(line.quantity * line.offer.weight for line in lines),
            worth=sum(draft.amounts[place] for place in places),
        )  # fmt: skip
        if fee is None:
            raise NotDelivered(field="address", title=lines[0].offer.title, province=basket.province)
        draft.change_freight(
            fee, step="freight", label=gettext_noop("Freight"),
            source=("freight_template", tables[template_id].template_id),
        )  # fmt: skip


def register_steps() -> None:
    register(Step("region", 0, region))
    register(Step("level", 100, level_price))
    points.register_step()
    register(Step(till.STEP, till.PLACE, till.till_price))
    register(Step("freight", FREIGHT, freight))
