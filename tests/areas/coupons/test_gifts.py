"""Gifts of coupons: an item at no price beside the order's, held and given back like any, which moves no money."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import aftersale, shop
from tests.factories.catalog import make_freight
from tests.factories.coupons import bought, give, make_template, state_of, total, with_coupon
from tests.factories.gifts import gift_coupon, gift_terms, make_mug
from tests.factories.merchants import make_merchant, make_store
from yutang.areas.aftersale.queries_asking import what_can_be_asked
from yutang.areas.catalog import services as catalog
from yutang.areas.catalog.rules import FreightRow
from yutang.areas.coupons import services
from yutang.areas.coupons.errors import CouponsGone, WrongTerms
from yutang.areas.coupons.models import Coupon, Use
from yutang.areas.customers.addresses import Recipient
from yutang.areas.inventory import queries as inventory
from yutang.areas.inventory.models import StockItem
from yutang.areas.orders import queries_coupons, queries_mine, queries_packing, queries_shop
from yutang.areas.orders import services as orders
from yutang.areas.orders.errors import PiecesHeld
from yutang.areas.orders.models import Adjustment, Order, OrderItem, SaleLine
from yutang.areas.orders.services import Back, placing
from yutang.core import tenancy


@pytest.fixture
def buyer(merchant):
    return shop.buyer()


@pytest.fixture
def me(buyer):
    return buyer.customer_id


@pytest.fixture
def cake(merchant):
    return shop.stocked()


def items(order):
    rows = OrderItem.objects.filter(order=order).order_by("position")
    return [(row.sku_id, row.quantity, row.amount, row.gift_coupon_id) for row in rows]


def quote(buyer, *lines, coupons="auto", **overrides):
    wish = shop.wish(*lines, choices={"coupon": coupons}, **overrides)
    return orders.quote(wish=wish, customer_id=buyer.customer_id, currency="CNY")


def told(buyer, *lines, **overrides):
    """Coupon → "used", or why not."""
    wish = shop.wish(*lines, choices={"coupon": "auto"}, **overrides)
    quoted = orders.quote(wish=wish, customer_id=buyer.customer_id, currency="CNY")
    rows = queries_coupons.told(wish=wish, quote=quoted, customer_id=buyer.customer_id, currency="CNY")
    return {row.held.id: "used" if row.is_used else row.unfit.code for row in rows}


def refund(order, *back, key="r", **overrides):
    return orders.refund(order_id=order.pk, back=back, reason="r", key=key, actor=shop.actor(), **overrides)


def effects(order, *back):
    return orders.refunding.effects(order_id=order.pk, back=back)


def left(mug):
    return inventory.available([mug.pk])[mug.pk]


# -- placing -----------------------------------------------------------------------------------------------------------


def test_a_gift_is_an_item_at_no_price_held_like_any(buyer, me, cake):
    mug = make_mug()
    coupon = gift_coupon(me, mug, 2)
    order = bought(buyer, (cake, 1), is_paid=False)
    assert items(order) == [(cake.pk, 1, 10_000, None), (mug.pk, 2, 0, coupon.pk)]
    assert Order.objects.select_related("shop").get(pk=order.pk).shop.total == 10_000
    gift = OrderItem.objects.get(order=order, position=1)
    assert (gift.list_amount, gift.cost, gift.shown_title) == (6_000, 2_400, "Mug (gift)")
    reasons = Adjustment.objects.filter(order=order).values_list("position", "step", "source_id", "amount")
    assert list(reasons) == [(1, "coupon-gift", str(coupon.pk), -6_000)]
    assert (left(mug), state_of(coupon), Use.objects.get().amount) == (3, "used", 6_000)


def test_no_figure_knows_of_it_but_the_stock(buyer, me, cake):
    make_freight()
    with_coupon(me, value=500)
    with_coupon(me, kind="percent", value=10)
    before = quote(buyer, (cake, 1))
    mug = make_mug()
    coupon = gift_coupon(me, mug)
    after = quote(buyer, (cake, 1))
    assert (after.lines, after.freight, after.reasons, after.total) == (
        before.lines, before.freight, before.reasons, before.total,
    )  # fmt: skip
    assert (after.gift.coupon_id, before.gift) == (coupon.pk, None)
    order = bought(buyer, (cake, 1))
    assert (order.sold_amount, order.shop.total) == (before.total, before.total)
    line = SaleLine.objects.get(order_id=order.pk, line_key="2")
    assert (line.kind, line.amount, line.quantity, line.sku_code) == ("goods", 0, 1, mug.code)


def test_below_its_threshold_nothing_is_given(buyer, me):
    cheap, coupon = shop.stocked(price=9_999), gift_coupon(me, make_mug())
    assert told(buyer, (cheap, 1)) == {coupon.pk: "threshold"}
    assert quote(buyer, (cheap, 1)).gift is None


def test_it_is_switched_off_like_others(buyer, me, cake):
    first, other = gift_coupon(me, make_mug(), valid_days=3), gift_coupon(me, make_mug(), valid_days=9)
    money = with_coupon(me, value=500)
    assert told(buyer, (cake, 1)) == {first.pk: "used", other.pk: "excluded", money.pk: "used"}
    assert quote(buyer, (cake, 1), coupons="").gift is None
    assert quote(buyer, (cake, 1), coupons=str(money.pk)).gift is None
    assert quote(buyer, (cake, 1), coupons=str(other.pk)).gift.coupon_id == other.pk
    assert quote(buyer, (cake, 1), coupons=f"{other.pk},{money.pk}").total == 9_500


def test_what_saves_money_comes_first(buyer, me, cake):
    alone, grouped = gift_coupon(me, make_mug(), is_exclusive=True), gift_coupon(me, make_mug(), group="May")
    assert quote(buyer, (cake, 1)).gift.coupon_id in (alone.pk, grouped.pk)
    with_coupon(me, value=1, group="May")
    assert (quote(buyer, (cake, 1)).total, quote(buyer, (cake, 1)).gift) == (9_999, None)


def test_a_sold_out_gift_is_said_and_the_order_goes_on_without_it(buyer, me, cake):
    mug = make_mug(1)
    coupon = gift_coupon(me, mug, 2)
    assert told(buyer, (cake, 1)) == {coupon.pk: "gift_gone"}
    order = bought(buyer, (cake, 1))
    assert (items(order), state_of(coupon), left(mug)) == ([(cake.pk, 1, 10_000, None)], "usable", 1)


def test_the_next_gift_takes_the_place_of_one_that_is_gone(buyer, me, cake):
    gift_coupon(me, make_mug(0), valid_days=3)
    other = gift_coupon(me, make_mug(), valid_days=9)
    assert quote(buyer, (cake, 1)).gift.coupon_id == other.pk


def test_what_is_not_sold_any_more_is_not_given(buyer, me, cake):
    mug = make_mug()
    coupon = gift_coupon(me, mug)
    catalog.set_state(product_ids=[mug.product_id], state="off_sale", actor=shop.actor())
    assert told(buyer, (cake, 1)) == {coupon.pk: "gift_over"}
    assert items(bought(buyer, (cake, 1))) == [(cake.pk, 1, 10_000, None)]
    type(coupon.terms).objects.filter(pk=coupon.terms_id).update(gift_sku_id=99_999_999)  # deleted
    assert told(buyer, (cake, 1)) == {coupon.pk: "gift_over"}


def test_nor_what_cannot_be_sent_there(buyer, me, cake):
    coupon = gift_coupon(me, make_mug(is_delivered=False))
    assert told(buyer, (cake, 1)) == {coupon.pk: "gift_over"}
    store = make_store("W")
    here = shop.stocked(node_id=store.pk)
    assert told(buyer, (here, 1), fulfilment="pickup", node_id=store.pk) == {coupon.pk: "gift_gone"}


def test_bought_and_given_the_same(buyer, me):
    """One place in the stock, two items; the last piece is not given to who buys it."""
    mug = make_mug(5, price=10_000)
    coupon = gift_coupon(me, mug, 2)
    assert told(buyer, (mug, 4)) == {coupon.pk: "gift_gone"}
    order = bought(buyer, (mug, 3))
    assert (items(order), left(mug)) == ([(mug.pk, 3, 30_000, None), (mug.pk, 2, 0, coupon.pk)], 0)
    assert queries_shop.has_exactly(order.pk, [(mug.pk, 3)])
    assert (refund(order, Back(0, 3)), left(mug)) == (30_000, 5)


def test_a_gift_never_moves_what_is_bought(buyer, me, cake):
    """Both of the goods lie at the headquarters, the mug elsewhere."""
    tea, far = shop.stocked(), make_store("F")
    mug = make_mug(node_id=far.pk)
    gift_coupon(me, mug)
    order = bought(buyer, (cake, 1), (tea, 1))
    nodes = list(OrderItem.objects.filter(order=order).order_by("position").values_list("node_id", flat=True))
    assert nodes == [nodes[0], nodes[0], far.pk]
    assert nodes[0] != far.pk


def test_over_the_counter_it_leaves_with_the_rest(buyer, me):
    store = make_store("T")
    cake, mug = shop.stocked(node_id=store.pk), make_mug(node_id=store.pk)
    gift_coupon(me, mug)
    order = bought(buyer, (cake, 1), fulfilment="counter", node_id=store.pk)
    assert (order.status, list(OrderItem.objects.values_list("shipped", flat=True))) == ("completed", [1, 1])
    assert StockItem.objects.get(sku=mug).on_hand == 4


def test_taken_between_the_look_and_the_hold_the_order_goes_on(buyer, me, cake, monkeypatch):
    mug = make_mug(1)
    coupon, money = gift_coupon(me, mug), with_coupon(me, value=500)
    looked = placing._stock_of_gift

    def taken_meanwhile(*args):
        found = looked(*args)
        wanted = [placing.Wanted(found, 1)]
        placing.stock.hold(wanted=wanted, holder_key="other", key="other", actor=shop.actor())
        return found

    monkeypatch.setattr(placing, "_stock_of_gift", taken_meanwhile)
    order = bought(buyer, (cake, 1), is_paid=False)
    assert items(order) == [(cake.pk, 1, 9_500, None)]
    assert (state_of(coupon), state_of(money), Order.objects.count(), Use.objects.count()) == ("usable", "used", 1, 1)


def test_only_a_gift_in_hand_that_counts_asks_more(buyer, me, cake):
    bought(buyer, (cake, 1), is_paid=False)  # the sales channel is there

    def statements(**overrides) -> int:
        with CaptureQueriesContext(connection) as asked:
            bought(buyer, (cake, 1), is_paid=False, **overrides)
        return len(asked)

    with_coupon(me, value=1)
    with_coupon(me, value=1)
    with_coupon(me, value=1)
    plain = statements()
    far = gift_coupon(me, make_mug(), threshold=99_999)
    assert statements() == plain
    services.withdraw(coupon_id=far.pk, actor=shop.actor())
    gift_coupon(me, make_mug())
    # Its offer and stock, the store it comes from, a savepoint there and back, and the use of its coupon.
    assert statements() == plain + 5


# -- afterwards --------------------------------------------------------------------------------------------------------


def test_a_closed_order_gives_gift_and_coupon_back(buyer, me, cake):
    mug = make_mug()
    coupon = gift_coupon(me, mug)
    order = bought(buyer, (cake, 1), is_paid=False)
    for _ in range(2):
        orders.close(order_id=order.pk, because="by_buyer", actor=shop.actor())
    assert (left(mug), state_of(coupon)) == (5, "usable")
    assert list(Use.objects.order_by("pk").values_list("amount", flat=True)) == [3_000, -3_000]


def test_with_the_whole_order_the_gift_goes_back(buyer, me, cake):
    mug = make_mug()
    coupon = gift_coupon(me, mug)
    order = bought(buyer, (cake, 1))
    seen = effects(order, Back(0, 1))
    assert [(one.item.position, one.unshipped) for one in seen.stock] == [(0, 1), (1, 1)]
    assert [one.text for one in seen.perks] == [f"Coupon “{coupon.template.name}” can be used again."]
    assert refund(order, Back(0, 1)) == seen.planned.total == 10_000
    order.refresh_from_db()
    assert (order.status, left(mug), state_of(coupon)) == ("closed", 5, "usable")
    back = SaleLine.objects.get(order_id=order.pk, line_key="#refund:r:2")
    assert (back.amount, back.quantity) == (0, -1)


def test_what_was_handed_over_comes_back_on_hand(buyer, me, cake):
    mug = make_mug()
    gift_coupon(me, mug, 2)
    order = aftersale.shipped((cake, 1), choices={"coupon": "auto"})
    refund(order, Back(1, 1, 0), key="broken")  # one of the two by itself
    assert (left(mug), StockItem.objects.get(sku=mug).on_hand) == (4, 4)
    refund(order, Back(0, 1))
    assert (left(mug), StockItem.objects.get(sku=mug).on_hand) == (5, 5)
    assert [(one.returned, one.refunded) for one in OrderItem.objects.order_by("position")] == [(1, 10_000), (2, 0)]


def test_a_part_leaves_the_gift_with_the_buyer_and_says_so(buyer, me, cake):
    tea, mug = shop.stocked(price=2_000), make_mug()
    coupon = gift_coupon(me, mug)
    order = bought(buyer, (cake, 1), (tea, 1))
    seen = effects(order, Back(0, 1))  # what is left is worth less than its threshold
    assert [one.text for one in seen.perks] == [
        "Gift “Mug” × 1 stays with the buyer: it goes back with the whole order only."
    ]
    assert refund(order, Back(0, 1)) == 10_000
    assert (left(mug), state_of(coupon)) == (4, "used")
    assert effects(order, Back(1, 0, 500)).perks == []  # money alone sends nothing back
    assert refund(order, Back(1, 1), key="r2") == 2_000
    assert (left(mug), state_of(coupon)) == (5, "usable")


def test_a_coupon_that_never_comes_back_does_not(buyer, me, cake):
    mug = make_mug()
    coupon = gift_coupon(me, mug, returns="never")
    refund(bought(buyer, (cake, 1)), Back(0, 1))
    assert (left(mug), state_of(coupon)) == (5, "used")


def test_an_exchange_leaves_it_alone(buyer, me, cake):
    mug = make_mug()
    coupon = gift_coupon(me, mug)
    order = aftersale.shipped((cake, 1), choices={"coupon": "auto"})
    refund(order, Back(0, 1, 0, brought=1, exchanged=1))
    assert (left(mug), state_of(coupon)) == (4, "used")
    assert OrderItem.objects.get(order=order, position=1).returned == 0


def test_buyers_ask_for_what_they_bought_and_the_gift_goes_with_it(buyer, me, cake):
    mug = make_mug()
    gift_coupon(me, mug)
    order = bought(buyer, (cake, 1))
    asking = what_can_be_asked(order)
    assert [one.item.sku_id for one in asking.lines] == [cake.pk]
    case = aftersale.opened(order, (0, 1), kind="refund_only")
    # Called off, it does not leave alone while somebody waits.
    assert queries_packing.to_pack(shop.actor(), Order.objects.filter(pk=order.pk)) == ([], False)
    with pytest.raises(PiecesHeld):
        orders.ship(order_id=order.pk, key="p", actor=shop.actor())
    aftersale.agree(case)
    order.refresh_from_db()
    assert (order.status, left(mug)) == ("closed", 5)


def test_a_gift_is_not_reviewed(buyer, me, cake):
    gift_coupon(me, make_mug())
    order = aftersale.shipped((cake, 1), is_completed=True, choices={"coupon": "auto"})
    assert [item.sku_id for item in queries_mine.to_review(order.pk)] == [cake.pk]


def test_another_price_is_agreed_for_what_is_bought(buyer, me, cake):
    gift_coupon(me, make_mug())
    order = bought(buyer, (cake, 1), is_paid=False)
    orders.change_price(order_id=order.pk, goods=7_000, freight=0, expected=10_000, reason="r", actor=shop.actor())
    assert [row[2] for row in items(order)] == [7_000, 0]


# -- terms -------------------------------------------------------------------------------------------------------------


def test_its_budget_counts_what_it_costs_in_the_shop(buyer, me):
    mug = make_mug()
    template = make_template(limits={"budget": 6_500}, **gift_terms(mug))
    assert (template.terms.ceiling, template.terms.gift_title) == (3_000, "Mug")
    give(template, me)
    give(template, me)
    with pytest.raises(CouponsGone):
        give(template, me)
    assert Coupon.objects.count() == 2


def test_what_a_use_cost_is_what_the_budget_counted(buyer, me, cake):
    mug = make_mug()
    gift_coupon(me, mug)
    type(mug).objects.filter(pk=mug.pk).update(price=4_000)
    order = bought(buyer, (cake, 1))
    assert Use.objects.get().amount == 3_000
    assert Adjustment.objects.get(order=order).amount == -4_000


@pytest.mark.parametrize(
    ("terms", "field", "reason"),
    [
        ({"value": 10}, "gift_pieces", "A gift: 1 to 9 pieces."),
        ({"value": 0}, "gift_pieces", "A gift: 1 to 9 pieces."),
        ({"gift_sku_id": None}, "gift", "Say what it gives."),
        ({"gift_sku_id": 99_999_999}, "gift", "“?” is not on sale."),
    ],
)
def test_mistakes_have_their_field(merchant, terms, field, reason):
    with pytest.raises(WrongTerms) as error:
        make_template(**{**gift_terms(make_mug()), **terms})
    assert (error.value.field, str(error.value)) == (field, reason)


def test_another_merchants_goods_are_none(merchant):
    other = make_merchant()
    with tenancy.scope(other.pk):
        theirs = make_mug()
    with pytest.raises(WrongTerms):
        make_template(**gift_terms(theirs))
    off = make_mug()
    catalog.set_state(product_ids=[off.product_id], state="off_sale", actor=shop.actor())
    with pytest.raises(WrongTerms) as error:
        make_template(**gift_terms(off))
    assert str(error.value) == "“Mug” is not on sale."


def test_of_other_kinds_a_gift_is_dropped(merchant, me, buyer):
    made = make_template(gift_sku_id=make_mug().pk)
    assert (made.terms.kind, made.terms.gift_sku_id, made.terms.gift_title) == ("amount", None, "")
    assert total(buyer, (shop.stocked(), 1)) == 10_000


def test_one_broken_piece_of_a_gift_does_not_bring_its_coupon_back(buyer, me, cake):
    mug = make_mug()
    coupon = gift_coupon(me, mug, 2, returns="part")
    order = bought(buyer, (cake, 1))
    assert refund(order, Back(1, 1)) == 0
    assert (OrderItem.objects.get(order=order, position=1).returned, state_of(coupon)) == (1, "used")
    assert refund(order, Back(0, 1), key="r2") == 10_000
    assert state_of(coupon) == "usable"


def test_another_address_is_not_dearer_for_a_gift(buyer, me):
    far = Recipient("王小明", "+8613800138000", "广东省", "深圳市", "南山区", "科技路 1 号")
    make_freight(
        FreightRow(provinces=("广东省",), first=1000, first_fee=800, further=1000, further_fee=500),
        FreightRow(first=1000, first_fee=800, further=1000, further_fee=200),
    )
    gift_coupon(me, make_mug())  # together they would be dearer there
    order = bought(buyer, (shop.stocked(price=10_000), 1))
    assert orders.change_address(order_id=order.pk, recipient=far, is_by_buyer=True, actor=shop.actor()).pk == order.pk
