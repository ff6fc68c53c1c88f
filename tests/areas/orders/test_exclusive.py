"""Goods for members alone: who gets them, in the cart, at the checkout and over the counter."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import shop
from tests.factories.membership import bought_card, earn, make_level, make_plan
from tests.factories.merchants import make_store
from tests.factories.till import basket, cashier
from yutang.areas.membership.services import growing, leveling
from yutang.areas.orders import queries_cart, queries_till, services
from yutang.areas.orders.errors import OnlyForMembers
from yutang.areas.orders.models import Order
from yutang.areas.orders.queries_cart import Holder, Trouble
from yutang.areas.orders.services import baskets, carting, selling


@pytest.fixture
def gold(merchant):
    make_level(0, key="basic")
    return make_level(100, key="gold")


@pytest.fixture
def person(merchant):
    return shop.buyer()


@pytest.fixture
def member(person, gold):
    """Somebody whom 100 growth have made gold."""
    earn(person.customer_id, 100)
    return person


@pytest.fixture
def cake(merchant):
    return shop.stocked(9, name="Cake", only_levels=("gold",))


def quoted(*lines, customer_id):
    return services.quote(wish=shop.wish(*lines), customer_id=customer_id, currency="CNY")


def statements(work) -> int:
    with CaptureQueriesContext(connection) as found:
        work()
    return len(found)


def fall(person, actor) -> None:
    growing.adjust(customer_id=person.customer_id, amount=-100, reason="Mistake", key="fall", actor=actor)


def test_a_member_of_the_level_buys_it(member, cake):
    assert shop.place((cake, 1), identity=member).status == "unpaid"


def test_others_are_told_for_whom_it_is(person, gold, cake):
    for customer_id in (person.customer_id, None):
        with pytest.raises(OnlyForMembers, match=r"^Cake is for members only: Gold\.$") as refused:
            quoted((cake, 1), customer_id=customer_id)
    assert (refused.value.code, refused.value.params) == (
        "orders.only_for_members", {"title": "Cake", "whom": "Gold"},
    )  # fmt: skip


def test_who_is_what_when_the_order_is_placed(member, cake, actor):
    assert quoted((cake, 1), customer_id=member.customer_id).total > 0
    fall(member, actor)
    with pytest.raises(OnlyForMembers):
        shop.place((cake, 1), identity=member)
    assert not Order.objects.exists()


def test_an_order_that_was_placed_stays(member, cake, actor):
    order = shop.place((cake, 1), identity=member)
    fall(member, actor)
    shop.pay(order)
    assert Order.objects.get().status == "paid"


def test_a_card_opens_it_if_it_opens_such_goods(person, gold):
    cake = shop.stocked(9, name="Cake", only_levels=("gold",), only_cards=True)
    bought_card(make_plan(percent_off=5), person.customer_id)
    with pytest.raises(OnlyForMembers, match="Gold, holders of a membership card"):
        quoted((cake, 1), customer_id=person.customer_id)
    bought_card(make_plan(months=12, exclusive=True), shop.buyer("+8613800138001").customer_id)
    assert quoted((cake, 1), customer_id=shop.buyer("+8613800138001").customer_id).total > 0
    tea = shop.stocked(9, name="Tea", only_levels=("gold",))
    with pytest.raises(OnlyForMembers):
        quoted((tea, 1), customer_id=shop.buyer("+8613800138001").customer_id)


def test_a_level_that_was_archived_opens_it_to_nobody(member, cake, actor, gold):
    fall(member, actor)
    leveling.archive_level(level_id=gold.pk, actor=actor)
    earn(member.customer_id, 1_000)
    with pytest.raises(OnlyForMembers, match="a level that is not given any more"):
        quoted((cake, 1), customer_id=member.customer_id)


def test_no_statement_more_for_anybody_who_may_buy(member, cake):
    plain = shop.stocked(9)
    assert statements(lambda: quoted((plain, 1), customer_id=member.customer_id)) == statements(
        lambda: quoted((cake, 1), customer_id=member.customer_id)
    )


def test_in_the_cart_the_rest_can_still_be_bought(member, cake, actor):
    mine, tea = Holder(identity_id=member.pk), shop.stocked(9, name="Tea")
    for sku in (cake, tea):
        carting.put(holder=mine, sku_id=sku.pk, quantity=1, key=uuid4().hex, actor=actor)
    assert queries_cart.cart(mine).chosen == {cake.pk, tea.pk}
    fall(member, actor)
    found = queries_cart.cart(mine)
    assert [(row.sku_id, row.troubles, row.whom) for row in found.rows] == [
        (tea.pk, (), ""), (cake.pk, (Trouble.MEMBERS_ONLY,), "Gold"),
    ]  # fmt: skip
    assert found.chosen == {tea.pk}
    assert queries_cart.cart(mine, chosen=[cake.pk, tea.pk]).chosen == {tea.pk}


def test_nobody_puts_in_what_is_not_for_them(person, gold, cake, actor):
    for holder in (Holder(identity_id=person.pk), Holder(visitor="a" * 32)):
        with pytest.raises(OnlyForMembers, match=r"^Cake is for members only: Gold\.$"):
            carting.put(holder=holder, sku_id=cake.pk, quantity=1, key=uuid4().hex, actor=actor)
        assert queries_cart.size(holder) == 0


def test_a_cart_without_such_goods_asks_nothing_more(member, actor, django_assert_num_queries):
    mine, tea = Holder(identity_id=member.pk), shop.stocked(9)
    carting.put(holder=mine, sku_id=tea.pk, quantity=1, key=uuid4().hex, actor=actor)
    with django_assert_num_queries(4):
        queries_cart.cart(mine)


def test_over_the_counter(merchant, member, gold):
    store = make_store("WS")
    seller = cashier(merchant, store, opening=0)
    cake = shop.stocked(5, name="Cake", node_id=store.pk, only_levels=("gold",))
    held = basket(seller, store, (cake, 1))
    shown = queries_till.counter(held, currency="CNY")
    assert (shown.is_sellable, shown.refusal) == (False, "Cake is for members only: Gold.")
    with pytest.raises(OnlyForMembers):
        selling.sell(key=held.key, expected=10_000, cash=10_000, actor=seller)
    held = baskets.set_buyer(key=held.key, identity_id=member.pk, actor=seller)
    assert queries_till.counter(held, currency="CNY").is_sellable
    assert selling.sell(key=held.key, expected=10_000, cash=10_000, actor=seller).status == "completed"


def test_what_was_promised_in_exchange_is_sent(member, cake, actor):
    order = shop.paid((cake, 1), identity=member)
    fall(member, actor)
    node = services.hold_replacement(order_id=order.pk, sku_id=cake.pk, pieces=1, key="held", actor=actor)
    assert node == order.node_id
