"""What level and card give at the checkout, and every month."""

from __future__ import annotations

from datetime import date

import pytest

from tests.factories import shop
from tests.factories.catalog import make_freight, make_product
from tests.factories.membership import actor as system
from tests.factories.membership import bought_card, earn, make_level, make_plan
from yutang.areas.catalog.services import SkuDraft
from yutang.areas.customers.models import Customer
from yutang.areas.membership import queries
from yutang.areas.membership.errors import NoUseLeft
from yutang.areas.membership.models import CardUse, GrowthEntry, MemberGift
from yutang.areas.membership.services import gifting, using
from yutang.areas.orders import services as orders
from yutang.areas.orders.models import Adjustment, ShopOrder
from yutang.areas.orders.services import Back
from yutang.core.rewards import Reward


def quoted(*lines, person, **overrides):
    wish = shop.wish(*lines, **overrides)
    return orders.quote(wish=wish, customer_id=person.customer_id, currency="CNY")


def reasons(quote) -> list[tuple]:
    return [(one.line, one.step, one.amount, one.source_type, one.source_id) for one in quote.reasons]


def cake(price: int = 10_000, **level_prices):
    code = f"C{price}"
    draft = SkuDraft(code=code, price=price, weight=500, level_prices=level_prices)
    sku = make_product(draft).skus.get()
    shop.put(sku, 10)
    return sku


def test_who_has_nothing_pays_the_price(merchant, person, django_assert_num_queries):
    make_level(100, percent_off=10)
    sku = shop.stocked()
    assert reasons(quoted((sku, 1), person=person)) == []
    with django_assert_num_queries(1):
        assert queries.terms(person.customer_id) == queries.NO_TERMS
    with django_assert_num_queries(0):
        assert queries.terms(None) == queries.NO_TERMS


def test_level_price_then_percent_then_free_freight(merchant, person):
    make_freight()
    gold = make_level(100, key="gold", level_price=True, percent_off=10, free_freight_from=8000)
    earn(person.customer_id, 100)
    sku = cake(gold=9000)
    assert reasons(quoted((sku, 1), person=person)) == [
        (0, "level", -1000, "level", "gold"), (0, "level", -900, "level", "gold"),
        (None, "freight", 800, "freight_template", reasons(quoted((sku, 1), person=person))[2][4]),
        (None, "member_freight", -800, "level", "gold"),
    ]  # fmt: skip
    order = shop.place((sku, 1), identity=person)
    shop_half = ShopOrder.objects.get(order=order)
    assert (shop_half.freight, shop_half.total) == (0, 8100)
    assert Adjustment.objects.filter(order=order).count() == 4
    assert gold.benefits == {"level_price": True, "percent_off": 10, "free_freight_from": 8000}


def test_too_little_for_free_freight(merchant, person):
    make_freight()
    make_level(0, free_freight_from=20_000)
    assert quoted((shop.stocked(), 1), person=person).freight == 800
    assert quoted((shop.stocked(), 2), person=person).freight == 0


def test_the_lowest_level_is_everybodys_who_is_known(merchant, person):
    make_level(0, percent_off=5)
    assert quoted((shop.stocked(), 1), person=person).total == 9500


def test_the_best_of_level_and_card(merchant, person, start):
    make_level(0, key="silver", percent_off=5, points_percent=150, free_freight_from=5000)
    plan = make_plan(percent_off=12, points_percent=120, vip=True, free_freights=2)
    card = bought_card(plan, person.customer_id)
    assert queries.terms(person.customer_id) == queries.Terms(
        level="silver",
        percent_off=12, percent_by=("card", str(card.pk)), free_freight_from=5000, freight_by=("level", "silver"),
        points_percent=150, card_id=card.pk, free_freights=2,
    )  # fmt: skip
    assert queries.points_multiplier(person.customer_id) == 150
    assert queries.has_vip_entrance(person.customer_id)
    start.move_to("2026-04-01T04:00:00Z", tick=False)  # over
    assert queries.terms(person.customer_id).percent_off == 5
    assert not queries.has_vip_entrance(person.customer_id)


def test_free_deliveries_of_the_card_are_counted_by_the_month(merchant, person, start):
    make_freight()
    plan = make_plan(12, free_freights=1)
    card = bought_card(plan, person.customer_id)
    sku = shop.stocked(20)
    chosen = {"choices": {"card_freight": "1"}}
    assert quoted((sku, 1), person=person).freight == 800  # they keep it for another time
    order = shop.place((sku, 1), identity=person, **chosen)
    assert ShopOrder.objects.get(order=order).freight == 0
    assert CardUse.objects.values_list("card", "period", "source_id").get() == (card.pk, "2026-03", order.pk)
    assert quoted((sku, 1), person=person, **chosen).freight == 800
    with pytest.raises(NoUseLeft):
        using.use(card_id=card.pk, customer_id=person.customer_id, source=("order", order.pk + 1))
    orders.close(order_id=order.pk, because="by_staff", actor=system())
    assert quoted((sku, 1), person=person, **chosen).freight == 0
    again = shop.paid((sku, 2), identity=person, **chosen)
    orders.refund(order_id=again.pk, back=[Back(0, 1)], reason="x", key="1", actor=system())
    assert queries.terms(person.customer_id).free_freights == 0
    orders.refund(order_id=again.pk, back=[Back(0, 1)], reason="x", key="2", actor=system())
    assert queries.terms(person.customer_id).free_freights == 1
    shop.place((sku, 1), identity=person, **chosen)
    start.move_to("2026-03-31T16:00:00Z", tick=False)  # April in Shanghai
    assert queries.terms(person.customer_id).free_freights == 1


def gifts() -> None:
    while gifting.give_next(actor=system()):
        pass


def test_gifts_once_a_month_and_on_the_birthday(merchant, person, start):
    Customer.objects.filter(pk=person.customer_id).update(birthday="1990-03-02")
    make_level(100, monthly=[Reward("growth", 5)], birthday=[Reward("growth", 50)])
    earn(person.customer_id, 100)
    plan = make_plan(1, monthly=[Reward("growth", 3)])
    bought_card(plan, person.customer_id)
    bought_card(plan, shop.buyer("+8613800138001").customer_id)  # without a level
    for at in ("2026-03-01T04:00:00Z", "2026-03-01T05:00:00Z", "2026-03-02T04:00:00Z", "2026-03-03T04:00:00Z"):
        start.move_to(at, tick=False)
        gifts()
    rows = GrowthEntry.objects.filter(customer=person.customer_id, source_type="member_gift")
    assert sorted(rows.values_list("amount", flat=True)) == [3, 5, 50]
    assert MemberGift.objects.count() == 3
    start.move_to("2026-04-02T04:00:00Z", tick=False)
    gifts()
    assert sorted(rows.values_list("amount", flat=True)) == [3, 5, 5, 50]


def test_leap_day(merchant):
    born = date(2000, 2, 29)
    found = [day for day in (date(2026, 2, 28), date(2028, 2, 28), date(2028, 2, 29)) if gifting.is_birthday(born, day)]
    assert found == [date(2026, 2, 28), date(2028, 2, 29)]
