"""Coupons at the checkout: what they take off, when they are used up, when they come back."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import shop
from tests.factories.catalog import make_freight
from tests.factories.coupons import bought, give, make_template, state_of, total, with_coupon
from tests.factories.membership import earn, make_level
from yutang.areas.catalog import services as catalog
from yutang.areas.coupons import queries
from yutang.areas.coupons.errors import CouponGone, CouponsGone, PersonalLimit
from yutang.areas.coupons.models import Coupon, Template, Use
from yutang.areas.orders import services as orders
from yutang.areas.orders.errors import PriceChanged
from yutang.areas.orders.models import Adjustment, Order, OrderItem
from yutang.areas.orders.services import Back
from yutang.core import clock
from yutang.core.reservations.models import Pool


@pytest.fixture
def buyer(merchant):
    return shop.buyer()


def adjustments(order):
    rows = Adjustment.objects.filter(order=order).order_by("pk")
    return [(row.position, row.step, row.source_id, row.amount) for row in rows]


def refund(order, *back, key="r"):
    return orders.refund(order_id=order.pk, back=back, reason="r", key=key, actor=shop.actor())


def test_the_best_set_is_taken_by_itself_and_used_up(merchant, buyer):
    cake, tea = shop.stocked(price=10_000), shop.stocked(price=5_000)
    small, big = with_coupon(buyer.customer_id, value=500), with_coupon(buyer.customer_id, value=3_000)
    tenth = with_coupon(buyer.customer_id, kind="percent", value=10, product_ids=(tea.product_id,))
    order = bought(buyer, (cake, 1), (tea, 1), is_paid=False)
    assert order.pk
    assert Order.objects.select_related("shop").get(pk=order.pk).shop.total == 15_000 - 500 - 3_000
    assert adjustments(order) == [
        (1, "coupon", str(tenth.pk), -500), (0, "coupon", str(big.pk), -2_069), (1, "coupon", str(big.pk), -931),
    ]  # fmt: skip
    assert [state_of(one) for one in (small, big, tenth)] == ["usable", "used", "used"]
    uses = Use.objects.order_by("coupon").values_list("coupon", "order_id", "amount")
    assert list(uses) == [(big.pk, order.pk, 3_000), (tenth.pk, order.pk, 500)]


def test_own_choice_and_none(merchant, buyer):
    cake = shop.stocked()
    small, _big = with_coupon(buyer.customer_id, value=500), with_coupon(buyer.customer_id, value=3_000)
    assert total(buyer, (cake, 1)) == 7_000
    assert total(buyer, (cake, 1), coupons=str(small.pk)) == 9_500
    assert total(buyer, (cake, 1), coupons="") == 10_000
    assert total(buyer, (cake, 1), coupons=f"{small.pk},99999999,x") == 9_500


def test_somebody_elses_coupon_is_nothing(merchant, buyer):
    theirs = with_coupon(shop.buyer("+8613900139000").customer_id)
    assert total(buyer, (shop.stocked(), 1), coupons=str(theirs.pk)) == 10_000


def test_a_plain_checkout_asks_nothing_of_coupons(merchant, buyer):
    cake = shop.stocked()
    with CaptureQueriesContext(connection) as asked:
        orders.quote(wish=shop.wish((cake, 1)), customer_id=buyer.customer_id, currency="CNY")
    assert not [query for query in asked if "coupons_" in query["sql"]]
    with CaptureQueriesContext(connection) as asked:
        total(buyer, (cake, 1))
    assert len([query for query in asked if "coupons_" in query["sql"]]) == 1


def test_scopes_by_category_store_till_and_level(merchant, buyer):
    top = catalog.save_category(name="Cakes", actor=shop.actor())
    below = catalog.save_category(name="Cheese cakes", parent_id=top.pk, actor=shop.actor())
    cake, tea = shop.stocked(category_id=below.pk), shop.stocked()
    with_coupon(buyer.customer_id, category_ids=(top.pk,), value=1_000)
    assert (total(buyer, (cake, 1)), total(buyer, (tea, 1))) == (9_000, 10_000)
    with_coupon(buyer.customer_id, levels=("gold",), value=1_500)
    assert total(buyer, (tea, 1)) == 10_000
    make_level(10, key="gold")
    earn(buyer.customer_id, 10)
    assert total(buyer, (tea, 1)) == 8_500
    with_coupon(buyer.customer_id, channel="till", value=2_500)
    assert total(buyer, (tea, 1)) == 8_500


def test_freight_coupons_go_with_those_for_goods(merchant, buyer):
    make_freight()
    cake = shop.stocked()
    away = with_coupon(buyer.customer_id, kind="freight", value=0, ceiling=500)
    off = with_coupon(buyer.customer_id)
    order = bought(buyer, (cake, 1), is_paid=False)
    assert adjustments(order)[0] == (0, "coupon", str(off.pk), -2_000)
    assert adjustments(order)[-1] == (None, "coupon-freight", str(away.pk), -500)
    assert Order.objects.select_related("shop").get(pk=order.pk).shop.total == 8_000 + 300


def used_of(template) -> tuple[int, int, int]:
    """Pieces issued, pieces used, and what the limits hold as taken."""
    issued = Template.objects.values_list("issued", flat=True).get(pk=template.pk)
    taken = sum(Pool.objects.filter(kind__startswith="coupon").values_list("confirmed", flat=True))
    return issued, queries.figures([template])[template.pk].used, taken


@pytest.mark.parametrize("limits", [{"per_person": 1}, {"total": 1}, {"per_person": 1, "total": 1}])
@pytest.mark.parametrize("is_paid", [False, True])
def test_vendure_1466_a_cancelled_order_gives_the_use_back_to_the_limit(merchant, buyer, limits, is_paid):
    """The last use that the limit allows: no other piece is to be had, so whoever cancels can only use that one again;
    the new order uses the limit up as the old one did."""
    cake = shop.stocked()
    coupon = with_coupon(buyer.customer_id, limits=limits)
    taken = int("total" in limits)

    def nothing_left() -> None:
        assert total(buyer, (cake, 1)) == 10_000
        with pytest.raises((PersonalLimit, CouponsGone)):
            give(coupon.template, buyer.customer_id)

    assert used_of(coupon.template) == (1, 0, taken)
    for number in range(2):
        order = bought(buyer, (cake, 1), is_paid=is_paid)
        assert used_of(coupon.template) == (1, 1, taken)
        nothing_left()
        if is_paid:
            refund(order, Back(0, 1), key=f"r{number}")
        else:
            orders.close(order_id=order.pk, because="by_buyer", actor=shop.actor())
        assert used_of(coupon.template) == (1, 0, taken)
        assert total(buyer, (cake, 1)) == 8_000
    order = bought(buyer, (cake, 1))
    assert Use.objects.filter(order_id=order.pk).values_list("coupon", "amount").get() == (coupon.pk, 2_000)
    assert used_of(coupon.template) == (1, 1, taken)
    nothing_left()


def test_a_closed_order_gives_its_coupons_back(merchant, buyer):
    cake = shop.stocked()
    coupon = with_coupon(buyer.customer_id)
    order = bought(buyer, (cake, 1), is_paid=False)
    assert total(buyer, (cake, 1)) == 10_000
    for _ in range(2):
        orders.close(order_id=order.pk, because="by_buyer", actor=shop.actor())
    assert state_of(coupon) == "usable"
    assert list(Use.objects.order_by("pk").values_list("is_reversal", "amount")) == [(False, 2_000), (True, -2_000)]
    again = bought(buyer, (cake, 1))
    assert Coupon.objects.get(pk=coupon.pk).order_id == again.pk
    figures = queries.figures([coupon.template])[coupon.template_id]
    assert (figures.used, figures.cost) == (1, 2_000)


def test_vendure_5278_a_coupon_that_takes_nothing_off_is_not_used_up(merchant, buyer):
    free = shop.stocked(price=0)
    coupon = with_coupon(buyer.customer_id)
    cup = with_coupon(buyer.customer_id, kind="exchange", value=20_000, product_ids=(free.product_id,))
    order = bought(buyer, (free, 1), coupons=f"{coupon.pk},{cup.pk}", is_paid=False)
    assert order.pk
    assert (state_of(coupon), state_of(cup), Use.objects.count()) == ("usable", "usable", 0)


def test_saleor_544_what_was_used_meanwhile_is_not_used_again(merchant, buyer):
    cake = shop.stocked()
    coupon = with_coupon(buyer.customer_id)
    bought(buyer, (cake, 1), coupons=str(coupon.pk))
    with pytest.raises(PriceChanged):  # the page still shows it
        orders.place(
            wish=shop.wish((cake, 1), choices={"coupon": str(coupon.pk)}), identity=buyer, key="second", expected=8_000,
            actor=shop.actor(),
        )  # fmt: skip
    assert Use.objects.count() == 1


def test_a_coupon_that_goes_between_quote_and_order_stops_the_order(merchant, buyer):
    from yutang.areas.coupons import services

    coupon = with_coupon(buyer.customer_id)
    Coupon.objects.filter(pk=coupon.pk).update(state="withdrawn")
    with pytest.raises(CouponGone):
        services.take(order_id=1, customer_id=buyer.customer_id, taken=[services.Taken(coupon.pk, 5)])
    assert Use.objects.count() == 0


def test_it_comes_back_when_the_whole_order_is_back(merchant, buyer):
    cake, tea = shop.stocked(), shop.stocked(price=5_000)
    coupon = with_coupon(buyer.customer_id, value=3_000)
    order = bought(buyer, (cake, 1), (tea, 1))
    first = refund(order, Back(0, 1))
    assert state_of(coupon) == "used"
    shown = orders.refunding.effects(order_id=order.pk, back=[Back(1, 1)]).perks
    assert [given.text for given in shown] == [f"Coupon “{coupon.template.name}” can be used again."]
    second = refund(order, Back(1, 1), key="r2")
    assert refund(order, Back(1, 1), key="r2") == 0
    assert (state_of(coupon), first + second) == ("usable", 12_000)


def test_by_its_terms_it_comes_back_with_a_part_or_never(merchant, buyer):
    cake, tea = shop.stocked(), shop.stocked(price=5_000)
    part = with_coupon(buyer.customer_id, returns="part", product_ids=(cake.product_id,))
    order = bought(buyer, (cake, 1), (tea, 1))
    refund(order, Back(1, 1))
    assert state_of(part) == "used"  # the tea was not lowered
    refund(order, Back(0, 1), key="r2")
    assert state_of(part) == "usable"
    Coupon.objects.update(state="withdrawn")
    never = with_coupon(buyer.customer_id, returns="never")
    order = bought(buyer, (cake, 1))
    refund(order, Back(0, 1))
    assert state_of(never) == "used"


@pytest.mark.parametrize(("days", "is_usable"), [(0, False), (5, True)])
def test_what_has_expired_meanwhile_stays_so_or_gets_days(merchant, buyer, days, is_usable):
    cake = shop.stocked()
    coupon = with_coupon(buyer.customer_id, extend_days=days)
    order = bought(buyer, (cake, 1))
    now = clock.now()
    Coupon.objects.filter(pk=coupon.pk).update(valid_from=now.replace(year=2020), valid_until=now)
    refund(order, Back(0, 1))
    assert state_of(coupon) == "usable"
    assert queries.of_person(buyer.customer_id).exists() == is_usable


def test_refunds_give_back_what_was_paid_and_no_more(merchant, buyer):
    cake = shop.stocked(price=3_333)
    with_coupon(buyer.customer_id, value=1_000)
    order = bought(buyer, (cake, 3))
    paid = sum(refund(order, Back(0, 1), key=f"r{n}") for n in range(3))
    assert paid == 3 * 3_333 - 1_000
    assert OrderItem.objects.get(order=order).refunded == paid


def test_the_limits_of_a_template_count_what_was_issued_not_what_is_used(merchant, buyer):
    template = make_template(limits={"per_person": 1})
    give(template, buyer.customer_id)
    assert total(buyer, (shop.stocked(), 1)) == 8_000
