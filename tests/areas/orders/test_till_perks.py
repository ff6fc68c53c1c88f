"""Coupons, points and the balance of whoever buys at the till: what counts, what it takes, when it comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import membership, points, shop, wallet
from tests.factories.coupons import bought, make_template, state_of, with_coupon
from tests.factories.merchants import make_store
from tests.factories.till import basket, cashier
from yutang.areas.catalog.models import LevelPrice
from yutang.areas.coupons import services as coupons
from yutang.areas.coupons.errors import WrongCode
from yutang.areas.coupons.models import Coupon, Use
from yutang.areas.customers.models import Identity
from yutang.areas.orders import queries_perks, queries_till
from yutang.areas.orders.errors import BuyerNeeded, CodeNeeded, DiscountTooLarge, PriceChanged
from yutang.areas.orders.models import Adjustment, Order, OrderItem, TillBasket
from yutang.areas.orders.services import Back, baskets, choosing, refund, selling
from yutang.areas.wallet import services as money
from yutang.areas.wallet.errors import BalanceTooLow, CodeInvalid, WrongPerson
from yutang.core import clock


@pytest.fixture
def store(merchant):
    return make_store("WS")


@pytest.fixture
def actor(merchant, store):
    return cashier(merchant, store, opening=50_000)


@pytest.fixture
def cake(store):
    return shop.stocked(20, price=10_000, name="Cake", node_id=store.pk)


@pytest.fixture
def tea(store):
    return shop.stocked(20, price=5_000, name="Tea", node_id=store.pk)


@pytest.fixture
def buyer(merchant) -> Identity:
    return shop.buyer()


@pytest.fixture
def held(actor, store, cake, tea, buyer) -> TillBasket:
    """A cake and a tea, of a buyer who said their phone."""
    filled = basket(actor, store, (cake, 1), (tea, 1))
    return baskets.set_buyer(key=filled.key, identity_id=buyer.pk, actor=actor)


def counter(held: TillBasket) -> queries_till.Counter:
    held.refresh_from_db()
    return queries_till.counter(held, currency="CNY")


def total(held: TillBasket) -> int:
    shown = counter(held).quote
    assert shown is not None
    return shown.total


def use_points(held: TillBasket, buyer: Identity, actor) -> None:
    """The buyer shows their code, and the cashier switches points on."""
    choosing.meet(key=held.key, code=shown_code(buyer), actor=actor)
    choosing.use_points(key=held.key, is_on=True, actor=actor)


def shown_code(identity: Identity) -> str:
    return money.codes.make(identity=identity, actor=shop.actor()).code


def switch(held, coupon, is_on, actor) -> int:
    choosing.switch_coupon(key=held.key, coupon_id=coupon.pk, is_on=is_on, currency="CNY", actor=actor)
    return total(held)


def paper(template) -> str:
    batch = coupons.make_codes(template_id=template.pk, name="Leaflet", count=1, actor=shop.actor())
    (code,) = coupons.export(batch_id=batch.pk, actor=shop.actor())
    return code


# -- coupons ---------------------------------------------------------------------------------------------------------


def test_the_best_set_of_the_buyer_counts_by_itself(held, actor, buyer, tea):
    with_coupon(buyer.customer_id, value=500)
    best = with_coupon(buyer.customer_id, value=3_000, channel="till")
    tenth = with_coupon(buyer.customer_id, kind="percent", value=10, product_ids=(tea.product_id,))
    seen = counter(held)
    assert (seen.quote.total, seen.coupons.mode, seen.coupons.saved) == (11_500, "auto", 3_500)
    assert {row.told.held.id: row.takes for row in seen.coupons.rows if row.told.is_used} == {
        best.pk: 3_000, tenth.pk: 500,
    }  # fmt: skip
    order = selling.sell(key=held.key, expected=11_500, cash=12_000, actor=actor)
    assert (order.status, order.sold_amount) == ("completed", 11_500)
    assert list(Use.objects.order_by("coupon").values_list("coupon", "order_id", "amount")) == [
        (best.pk, order.pk, 3_000), (tenth.pk, order.pk, 500),
    ]  # fmt: skip


def test_nobody_in_the_basket_is_asked_about_nothing(actor, store, cake, buyer):
    with_coupon(buyer.customer_id)
    filled = basket(actor, store, (cake, 1))
    with CaptureQueriesContext(connection) as asked:
        seen = queries_till.counter(filled, currency="CNY")
    assert (seen.quote.total, seen.coupons, seen.points, seen.balance) == (10_000, None, None, 0)
    assert not [query for query in asked if "coupons_" in query["sql"] or "points_" in query["sql"]]


def test_each_that_does_not_count_says_why(held, buyer):
    mine = buyer.customer_id
    with_coupon(mine, name="Shop only", channel="shop")
    with_coupon(mine, name="Elsewhere", node_ids=(make_store("WX").pk,))
    with_coupon(mine, name="Dear", threshold=20_000)
    with_coupon(mine, name="Sent", kind="freight", value=0, ceiling=500)
    with_coupon(mine, name="Gold", levels=("gold",))
    seen = counter(held).coupons
    assert {row.told.held.name: row.why for row in seen.rows} == {
        "Shop only": "It does not count here: look whether it is for the shop or the till",
        "Elsewhere": "It counts at certain stores only", "Dear": "CN¥50.00 more and it counts",
        "Sent": "There is no freight to pay", "Gold": "It is for certain member levels",
    }  # fmt: skip
    assert (seen.saved, seen.choosable, len(seen.others)) == (0, [], 5)


def test_coupons_of_this_store_and_level_count(held, actor, store, buyer):
    with_coupon(buyer.customer_id, value=1_000, node_ids=(store.pk,), levels=("gold",))
    assert total(held) == 15_000
    membership.make_level(10, key="gold")
    membership.earn(buyer.customer_id, 10)
    assert total(held) == 14_000


def test_one_by_one_off_and_on(held, actor, buyer):
    small = with_coupon(buyer.customer_id, value=500)
    big = with_coupon(buyer.customer_id, value=3_000)
    tenth = with_coupon(buyer.customer_id, kind="percent", value=10)
    assert total(held) == 10_500  # 10 % of 150.00, then 30.00
    for _ in range(2):
        assert switch(held, tenth, False, actor) == 12_000
    assert counter(held).coupons.mode == "own"
    for _ in range(2):
        assert switch(held, tenth, True, actor) == 10_500
    assert switch(held, small, True, actor) == 13_000  # does not go with the big one: in its place
    assert switch(held, tenth, False, actor) == 14_500
    assert switch(held, small, False, actor) == 15_000
    assert counter(held).coupons.mode == "none"
    choosing.choose_coupons(key=held.key, choice="auto", actor=actor)
    assert (total(held), counter(held).coupons.mode) == (10_500, "auto")
    choosing.choose_coupons(key=held.key, choice="none", actor=actor)
    order = selling.sell(key=held.key, expected=15_000, cash=15_000, actor=actor)
    assert (order.sold_amount, [state_of(one) for one in (small, big, tenth)]) == (15_000, ["usable"] * 3)


def test_what_does_not_count_is_not_switched_on(held, actor, buyer):
    big = with_coupon(buyer.customer_id, value=3_000)
    theirs = with_coupon(shop.buyer("+8613900139000").customer_id, value=5_000)
    dear = with_coupon(buyer.customer_id, value=4_000, threshold=90_000)
    for other in (theirs, dear):
        assert switch(held, other, True, actor) == 12_000
    assert (counter(held).coupons.mode, state_of(big)) == ("auto", "usable")


def test_another_buyer_begins_anew(held, actor, buyer):
    with_coupon(buyer.customer_id, value=3_000)
    friend = shop.buyer("+8613900139000")
    with_coupon(friend.customer_id, value=1_000)
    choosing.choose_coupons(key=held.key, choice="none", actor=actor)
    baskets.set_buyer(key=held.key, identity_id=buyer.pk, actor=actor)  # the same again
    assert total(held) == 15_000
    baskets.set_buyer(key=held.key, identity_id=friend.pk, actor=actor)
    assert total(held) == 14_000
    baskets.set_buyer(key=held.key, identity_id=None, actor=actor)
    assert total(held) == 15_000


def test_a_coupon_that_went_meanwhile_leads_back_with_the_new_total(held, actor, buyer):
    coupon = with_coupon(buyer.customer_id, value=3_000)
    assert total(held) == 12_000
    phone = bought(buyer, (shop.stocked(), 1))
    with pytest.raises(PriceChanged):
        selling.sell(key=held.key, expected=12_000, cash=12_000, actor=actor)
    assert total(held) == 15_000
    assert Coupon.objects.get(pk=coupon.pk).order_id == phone.pk
    assert Order.objects.count() == 1


def test_enter_twice_uses_coupon_and_points_once(held, actor, buyer):
    points.tender()
    points.give(buyer.customer_id, 700)
    coupon = with_coupon(buyer.customer_id, value=3_000)
    use_points(held, buyer, actor)
    assert total(held) == 11_300
    sold = {selling.sell(key=held.key, expected=11_300, cash=12_000, actor=actor).pk for _ in range(2)}
    assert (len(sold), points.balance(buyer.customer_id), state_of(coupon)) == (1, 0, "used")
    assert (Use.objects.count(), Order.objects.get().sold_amount) == (1, 11_300)


# -- a code on paper -------------------------------------------------------------------------------------------------


def test_a_code_on_paper_is_redeemed_to_the_buyer_and_counts(held, actor, buyer):
    text = paper(make_template(value=2_500))
    for _ in range(2):
        _, coupon = choosing.redeem(key=held.key, text=text.lower(), actor=actor)
    assert (coupon.customer_id, total(held)) == (buyer.customer_id, 12_500)
    selling.sell(key=held.key, expected=12_500, cash=12_500, actor=actor)
    assert (state_of(coupon), Coupon.objects.count()) == ("used", 1)


@pytest.mark.parametrize(
    ("typed", "is_code"),
    [
        ("ABCD-EFGH-JKMN-PQRS", True), ("abcd efgh jkmn pqrs", True), ("ILO0-1234-5678-9ABC", True),
        ("UBCD-EFGH-JKMN-PQRS", False), ("6901234567892", False), ("草莓奶油蛋糕", False), ("", False),
    ],
)  # fmt: skip
def test_what_looks_like_a_code_on_paper(typed, is_code):
    assert coupons.is_code(typed) == is_code


def test_a_code_on_paper_counts_where_none_were_wanted(held, actor, buyer):
    with_coupon(buyer.customer_id, value=5_000)
    choosing.choose_coupons(key=held.key, choice="none", actor=actor)
    choosing.redeem(key=held.key, text=paper(make_template(value=2_500)), actor=actor)
    assert (total(held), counter(held).coupons.mode) == (12_500, "own")


def test_a_code_on_paper_wants_a_buyer_and_is_good_once(held, actor, store, buyer):
    text = paper(make_template())
    baskets.set_buyer(key=held.key, identity_id=None, actor=actor)
    with pytest.raises(BuyerNeeded):
        choosing.redeem(key=held.key, text=text, actor=actor)
    assert not Coupon.objects.exists()
    baskets.set_buyer(key=held.key, identity_id=buyer.pk, actor=actor)
    with pytest.raises(WrongCode):
        choosing.redeem(key=held.key, text="ABCD-EFGH-JKMN-PQRS", actor=actor)
    choosing.redeem(key=held.key, text=text, actor=actor)
    selling.sell(key=held.key, expected=13_000, cash=13_000, actor=actor)
    again = baskets.in_hand(node_id=store.pk, actor=actor)
    for person in (buyer, shop.buyer("+8613900139000")):
        baskets.set_buyer(key=again.key, identity_id=person.pk, actor=actor)
        with pytest.raises(WrongCode):
            choosing.redeem(key=again.key, text=text, actor=actor)


# -- points and balance want the person -------------------------------------------------------------------------------


def test_points_pay_once_the_buyer_has_shown_a_code(held, actor, buyer):
    points.tender(rate=10, ceiling_percent=50)
    points.give(buyer.customer_id, 100_000)
    with pytest.raises(CodeNeeded):
        choosing.use_points(key=held.key, is_on=True, actor=actor)
    assert total(held) == 15_000
    choosing.meet(key=held.key, code=shown_code(buyer), actor=actor)
    assert total(held) == 15_000  # nobody's points go by themselves
    choosing.use_points(key=held.key, is_on=True, actor=actor)
    seen = counter(held)
    assert (seen.quote.total, seen.points.used, seen.points.off) == (7_500, 75_000, 7_500)
    choosing.use_points(key=held.key, is_on=False, actor=actor)
    assert total(held) == 15_000


def test_a_code_is_good_for_a_few_minutes_and_this_basket(held, actor, store, buyer):
    points.tender()
    points.give(buyer.customer_id, 1_000)
    with time_machine.travel(clock.now(), tick=False) as now:
        choosing.meet(key=held.key, code=shown_code(buyer), actor=actor)
        choosing.use_points(key=held.key, is_on=True, actor=actor)
        assert total(held) == 14_000
        now.shift(timedelta(minutes=5))
        assert total(held) == 15_000
        with pytest.raises(PriceChanged):
            selling.sell(key=held.key, expected=14_000, cash=14_000, actor=actor)
    choosing.meet(key=held.key, code=shown_code(buyer), actor=actor)
    assert total(held) == 14_000
    baskets.park(key=held.key, actor=actor)
    baskets.take_up(node_id=store.pk, key=held.key, actor=actor)
    assert total(held) == 15_000


def test_the_code_says_who_buys(actor, store, cake, buyer):
    with_coupon(buyer.customer_id, value=3_000)
    filled = basket(actor, store, (cake, 1))
    code = shown_code(buyer)
    known = choosing.meet(key=filled.key, code=code, actor=actor)
    assert (known.identity_id, total(known)) == (buyer.pk, 7_000)
    with pytest.raises(CodeInvalid):
        choosing.meet(key=filled.key, code=code, actor=actor)
    friend = shop.buyer("+8613900139000")
    theirs = shown_code(friend)
    with pytest.raises(WrongPerson):
        choosing.meet(key=filled.key, code=theirs, actor=actor)
    baskets.set_buyer(key=filled.key, identity_id=None, actor=actor)
    assert choosing.meet(key=filled.key, code=theirs, actor=actor).identity_id == friend.pk


def test_the_balance_pays_by_the_code_that_was_shown(held, actor, buyer):
    wallet.with_balance(100_000, 0, identity=buyer)
    with_coupon(buyer.customer_id, value=3_000)
    with pytest.raises(CodeNeeded):
        selling.sell(key=held.key, expected=12_000, from_balance=True, actor=actor)
    choosing.meet(key=held.key, code=shown_code(buyer), actor=actor)
    assert counter(held).balance == 100_000
    for _ in range(2):
        order = selling.sell(key=held.key, expected=12_000, from_balance=True, actor=actor)
        assert (order.status, wallet.balance(buyer)) == ("completed", (88_000, 0))


def test_with_the_payment_code_comes_the_coupon(actor, store, cake, buyer):
    """Nobody was in the basket: the total that was seen is another one."""
    wallet.with_balance(100_000, 0, identity=buyer)
    with_coupon(buyer.customer_id, value=3_000)
    filled, code = basket(actor, store, (cake, 1)), shown_code(buyer)
    with pytest.raises(PriceChanged):
        selling.sell(key=filled.key, expected=10_000, pay_code=code, actor=actor)
    choosing.meet(key=filled.key, code=code, actor=actor)  # it is still good
    order = selling.sell(key=filled.key, expected=7_000, from_balance=True, actor=actor)
    assert (order.sold_amount, wallet.balance(buyer)) == (7_000, (93_000, 0))


def test_what_coupons_and_points_pay_whole_asks_no_money(held, actor, buyer):
    points.tender()
    points.give(buyer.customer_id, 20_000)
    with_coupon(buyer.customer_id, value=3_000)
    use_points(held, buyer, actor)
    order = selling.sell(key=held.key, expected=0, from_balance=True, actor=actor)
    assert (order.status, order.sold_amount, points.balance(buyer.customer_id)) == ("completed", 0, 8_000)


def test_an_empty_balance_sells_nothing(held, actor, buyer):
    coupon = with_coupon(buyer.customer_id, value=3_000)
    choosing.meet(key=held.key, code=shown_code(buyer), actor=actor)
    with pytest.raises(BalanceTooLow):
        selling.sell(key=held.key, expected=12_000, from_balance=True, actor=actor)
    assert (Order.objects.count(), state_of(coupon)) == (0, "usable")


# -- discounts by hand -------------------------------------------------------------------------------------------------


def test_level_coupon_points_and_a_discount_by_hand_to_the_cent(held, actor, cake, tea, buyer):
    membership.make_level(10, key="gold", percent_off=5)
    membership.earn(buyer.customer_id, 10)
    points.tender()
    points.give(buyer.customer_id, 333)
    with_coupon(buyer.customer_id, value=1_001)
    use_points(held, buyer, actor)
    baskets.change_price(key=held.key, sku_id=None, amount=777, reason="Dented", actor=actor)
    expected = 14_250 - 1_001 - 333 - 777
    assert (total(held), counter(held).taken_off) == (expected, 777)
    order = selling.sell(key=held.key, expected=expected, cash=expected, actor=actor)
    steps: dict[str, int] = {}
    for reason in Adjustment.objects.filter(order=order).order_by("pk"):
        steps[reason.step] = steps.get(reason.step, 0) + reason.amount
    assert list(steps.items()) == [("level", -750), ("coupon", -1_001), ("points", -333), ("till", -777)]
    assert sum(OrderItem.objects.filter(order=order).values_list("amount", flat=True)) == expected


def test_the_limit_counts_what_the_cashier_takes_off(held, actor, buyer):
    """Of what the goods cost after all that is the buyer's by right."""
    with_coupon(buyer.customer_id, value=10_000)
    baskets.change_price(key=held.key, sku_id=None, amount=1_000, reason="Dented", actor=actor)
    assert (total(held), counter(held).refusal) == (4_000, "")
    baskets.change_price(key=held.key, sku_id=None, amount=1_001, reason="Dented", actor=actor)
    assert "20%" in counter(held).refusal
    with pytest.raises(DiscountTooLarge):
        selling.sell(key=held.key, expected=3_999, cash=3_999, actor=actor)
    assert not Use.objects.exists()


def test_of_a_price_by_hand_and_a_member_price_the_lower_one_counts(held, actor, cake, buyer):
    membership.make_level(10, key="gold", level_price=True)
    membership.earn(buyer.customer_id, 10)
    LevelPrice.objects.create(merchant_id=cake.merchant_id, sku=cake, level="gold", price=9_000)
    baskets.change_price(key=held.key, sku_id=cake.pk, amount=9_500, reason="Dented", actor=actor)
    assert (total(held), counter(held).taken_off) == (14_000, 0)
    baskets.change_price(key=held.key, sku_id=cake.pk, amount=8_000, reason="Dented", actor=actor)
    assert (total(held), counter(held).taken_off) == (13_000, 1_000)


# -- back -------------------------------------------------------------------------------------------------------------


def test_calling_off_gives_coupon_and_points_back(held, actor, store, buyer):
    points.tender()
    points.give(buyer.customer_id, 1_000)
    coupon = with_coupon(buyer.customer_id, value=3_000)
    use_points(held, buyer, actor)
    order = selling.sell(key=held.key, expected=11_000, cash=1_000, actor=actor)
    assert (order.status, state_of(coupon), points.balance(buyer.customer_id)) == ("unpaid", "used", 0)
    for _ in range(2):
        selling.call_off(order_id=order.pk, actor=actor)
        assert (state_of(coupon), points.balance(buyer.customer_id)) == ("usable", 1_000)
    again = baskets.in_hand(node_id=store.pk, actor=actor)
    assert (again.identity_id, again.is_shown, total(again)) == (buyer.pk, False, 12_000)


def test_a_refund_gives_back_money_points_and_at_last_the_coupon(held, actor, buyer):
    points.tender()
    points.give(buyer.customer_id, 1_200)
    coupon = with_coupon(buyer.customer_id, value=3_000)
    use_points(held, buyer, actor)
    order = selling.sell(key=held.key, expected=10_800, cash=10_800, actor=actor)
    first = refund(order_id=order.pk, back=[Back(0, 1)], reason="dry", key="r1", actor=actor)
    assert (first, points.balance(buyer.customer_id), state_of(coupon)) == (7_200, 800, "used")
    second = refund(order_id=order.pk, back=[Back(1, 1)], reason="dry", key="r2", actor=actor)
    assert (first + second, points.balance(buyer.customer_id), state_of(coupon)) == (10_800, 1_200, "usable")


def test_what_a_receipt_says_of_coupons_and_points(held, actor, buyer):
    points.tender(rate=2)
    points.give(buyer.customer_id, 600)
    with_coupon(buyer.customer_id, name="Spring", value=3_000)
    use_points(held, buyer, actor)
    order = selling.sell(key=held.key, expected=11_700, cash=11_700, actor=actor)
    used = queries_perks.used(Adjustment.objects.filter(order=order).order_by("pk"))
    assert used == [queries_perks.Used("Spring", 0, -3_000), queries_perks.Used("", 600, -300)]


def test_coupons_and_points_are_not_spent_on_a_price_by_hand(actor, store, cake):
    buyer = shop.buyer()
    coupon = with_coupon(buyer.customer_id, value=1_500)
    other = shop.stocked(20, price=5_000, node_id=store.pk)
    held = basket(actor, store, (cake, 1))
    baskets.set_buyer(key=held.key, identity_id=buyer.pk, actor=actor)
    baskets.change_price(key=held.key, sku_id=cake.pk, amount=8_000, reason="Dented", actor=actor)
    held.refresh_from_db()
    seen = queries_till.counter(held, currency="CNY")
    assert (seen.quote.total, seen.coupons.saved, [row.told.is_used for row in seen.coupons.rows]) == (
        8_000,
        0,
        [False],
    )
    baskets.add(key=held.key, sku_id=other.pk, pieces=1, actor=actor)
    held.refresh_from_db()
    seen = queries_till.counter(held, currency="CNY")
    assert (seen.quote.total, seen.coupons.saved) == (8_000 + 5_000 - 1_500, 1_500)
    order = selling.sell(key=held.key, expected=seen.quote.total, cash=seen.quote.total, actor=actor)
    assert list(OrderItem.objects.filter(order=order).order_by("position").values_list("amount", flat=True)) in (
        [8_000, 3_500], [3_500, 8_000],
    )  # fmt: skip
    assert state_of(coupon) == "used"
