"""The till: what is sold once, what it costs, what goes into the drawer, what comes back."""

from __future__ import annotations

import pytest

from tests.factories import shop
from tests.factories.merchants import make_store
from tests.factories.till import basket, cashier
from yutang.areas.inventory.models import StockItem
from yutang.areas.orders import queries_till, services
from yutang.areas.orders.errors import (
    BasketGone,
    BasketInHand,
    DiscountTooLarge,
    EmptyBasket,
    PriceChanged,
    SoldOut,
    WrongState,
)
from yutang.areas.orders.models import Adjustment, Order, SaleLine, TillBasket
from yutang.areas.orders.services import Back, baskets, selling
from yutang.areas.payments import queries as payments_of
from yutang.areas.payments.errors import NoShift
from yutang.areas.payments.models import CashMove, Shift, Tender
from yutang.core.errors import NotAllowed
from yutang.core.models import AuditEntry


@pytest.fixture
def store(merchant):
    return make_store("WS")


@pytest.fixture
def actor(merchant, store):
    return cashier(merchant, store, opening=50_000)


@pytest.fixture
def cake(store):
    return shop.stocked(5, price=19_800, name="Cake", node_id=store.pk)


@pytest.fixture
def bun(store):
    return shop.stocked(9, price=850, name="Bun", node_id=store.pk)


def drawer() -> int:
    return services.selling.payments.drawer.inside(Shift.objects.get(closed_at=None))


def on_hand(sku) -> tuple[int, int]:
    item = StockItem.objects.select_related("pool").get(sku=sku)
    return item.on_hand, item.pool.capacity - item.pool.reserved - item.pool.confirmed


def test_a_cash_sale_is_done_when_it_is_paid(store, actor, cake, bun):
    buyer = shop.buyer()
    held = basket(actor, store, (cake, 1), (bun, 3))
    baskets.set_buyer(key=held.key, identity_id=buyer.pk, actor=actor)
    order = selling.sell(key=held.key, expected=22_350, cash=25_000, actor=actor)
    assert (order.status, order.sold_amount, order.node_id) == ("completed", 22_350, store.pk)
    assert (order.customer_id, order.channel.source, order.channel.shop) == (buyer.customer_id, "pos", store.name)
    assert [(line.node_id, line.amount) for line in SaleLine.objects.order_by("pk")] == [
        (store.pk, 19_800), (store.pk, 2_550),
    ]  # fmt: skip
    assert (on_hand(cake), on_hand(bun)) == ((4, 4), (6, 6))
    assert drawer() == 72_350
    tender = Tender.objects.get()
    assert payments_of.given([tender.pk]) == {tender.pk: 25_000}
    assert not TillBasket.objects.exists()


def test_the_same_key_sells_once(store, actor, bun):
    held = basket(actor, store, (bun, 2))
    first = selling.sell(key=held.key, expected=1_700, cash=2_000, actor=actor)
    again = selling.sell(key=held.key, expected=1_700, cash=2_000, actor=actor)
    assert again.pk == first.pk
    assert (Order.objects.count(), Tender.objects.count(), drawer()) == (1, 1, 51_700)


def test_cash_and_a_code_on_the_screen(store, actor, cake):
    held = basket(actor, store, (cake, 1))
    order = selling.sell(key=held.key, expected=19_800, cash=10_000, actor=actor)
    assert order.status == "unpaid"
    tender = services.selling.payments.open_tender(payable=("order", order.pk), provider="sandbox", actor=actor)
    assert tender.amount == 9_800
    shop.notify(tender)
    order.refresh_from_db()
    assert (order.status, drawer(), on_hand(cake)) == ("completed", 60_000, (4, 4))


def test_the_rest_in_cash_is_taken_once(store, actor, cake):
    held = basket(actor, store, (cake, 1))
    order = selling.sell(key=held.key, expected=19_800, cash=10_000, actor=actor)
    for _ in range(2):
        order = selling.pay_cash(order_id=order.pk, actor=actor)
    assert (order.status, drawer()) == ("completed", 69_800)


def test_a_part_in_cash_that_is_said_twice_is_taken_once(store, actor, cake):
    held = basket(actor, store, (cake, 1))
    order = selling.sell(key=held.key, expected=19_800, cash=9_800, actor=actor)
    for _ in range(2):
        order = selling.pay_cash(order_id=order.pk, given=5_000, due=10_000, actor=actor)
    assert (order.status, drawer()) == ("unpaid", 64_800)


def test_what_costs_nothing_is_handed_over(store, actor):
    gift = shop.stocked(2, price=0, node_id=store.pk)
    held = basket(actor, store, (gift, 1))
    for _ in range(2):
        order = selling.sell(key=held.key, expected=0, cash=0, actor=actor)
    assert (order.status, on_hand(gift), Tender.objects.exists()) == ("completed", (1, 1), False)


def test_prices_are_lowered_within_the_limit_with_a_reason(store, actor, cake, bun):
    held = basket(actor, store, (cake, 1), (bun, 2))
    baskets.change_price(key=held.key, sku_id=cake.pk, amount=18_000, reason="Dented", actor=actor)
    held = baskets.change_price(key=held.key, sku_id=None, amount=500, reason="Dented", actor=actor)
    shown = queries_till.counter(held, currency="CNY")
    assert (shown.quote.total, shown.taken_off, shown.refusal) == (19_200, 2_300, "")
    order = selling.sell(key=held.key, expected=19_200, cash=19_200, actor=actor)
    steps = list(Adjustment.objects.filter(order=order).order_by("pk"))
    assert {(step.step, step.source_id) for step in steps} == {("till", "Dented")}
    assert sum(step.amount for step in steps) == -2_300
    assert AuditEntry.objects.get(action="orders.discount").detail == {"amount": 2_300, "reason": "Dented"}


def test_more_than_the_limit_is_refused(store, actor, cake):
    held = basket(actor, store, (cake, 1))
    held = baskets.change_price(key=held.key, sku_id=cake.pk, amount=15_000, reason="Friend", actor=actor)
    assert "20%" in queries_till.counter(held, currency="CNY").refusal
    with pytest.raises(DiscountTooLarge):
        selling.sell(key=held.key, expected=15_000, cash=15_000, actor=actor)
    assert (Order.objects.count(), drawer(), on_hand(cake)) == (0, 50_000, (5, 5))
    baskets.save_rules(largest_discount=25, tax_rate=0, actor=actor)
    assert selling.sell(key=held.key, expected=15_000, cash=15_000, actor=actor).status == "completed"


def test_lowering_takes_the_permission(merchant, store, cake):
    guide = cashier(merchant, store, "guide")
    held = basket(guide, store, (cake, 1))
    with pytest.raises(NotAllowed):
        baskets.change_price(key=held.key, sku_id=cake.pk, amount=19_000, reason="x", actor=guide)


def test_what_refuses_a_sale(merchant, store, actor, cake):
    held = basket(actor, store)
    with pytest.raises(EmptyBasket):
        selling.sell(key=held.key, expected=0, actor=actor)
    held = basket(actor, store, (cake, 6))
    with pytest.raises(SoldOut):
        selling.sell(key=held.key, expected=118_800, cash=118_800, actor=actor)
    baskets.set_pieces(key=held.key, sku_id=cake.pk, pieces=1, actor=actor)
    with pytest.raises(PriceChanged):
        selling.sell(key=held.key, expected=1, cash=1, actor=actor)
    with pytest.raises(BasketGone):
        selling.sell(key="f" * 32, expected=1, actor=actor)
    nobody = cashier(merchant, store, opening=None)
    other = basket(nobody, store, (cake, 1))
    with pytest.raises(NoShift):
        selling.sell(key=other.key, expected=19_800, cash=19_800, actor=nobody)
    assert (Order.objects.count(), on_hand(cake)) == (0, (5, 5))


def test_a_sale_called_off_lies_on_the_counter_again(store, actor, cake):
    held = basket(actor, store, (cake, 2))
    order = selling.sell(key=held.key, expected=39_600, cash=10_000, actor=actor)
    assert on_hand(cake) == (5, 3)
    for _ in range(2):
        order = selling.call_off(order_id=order.pk, actor=actor)
    assert (order.status, drawer(), on_hand(cake)) == ("closed", 50_000, (5, 5))
    again = baskets.in_hand(node_id=store.pk, actor=actor)
    assert (again.wanted, again.key != held.key) == ({cake.pk: 2}, True)
    paid = selling.sell(key=again.key, expected=39_600, cash=39_600, actor=actor)
    with pytest.raises(WrongState):
        selling.call_off(order_id=paid.pk, actor=actor)


def test_parked_baskets_are_the_stores(merchant, store, actor, cake, bun):
    held = basket(actor, store, (cake, 1))
    baskets.park(key=held.key, label="Red coat", actor=actor)
    assert [one.label for one in queries_till.parked(store.pk)] == ["Red coat"]
    colleague = cashier(merchant, store)
    basket(colleague, store, (bun, 1))
    with pytest.raises(BasketInHand):
        baskets.take_up(node_id=store.pk, key=held.key, actor=colleague)
    baskets.take_up(node_id=store.pk, key=held.key, actor=actor)
    with pytest.raises(BasketInHand):
        baskets.take_up(node_id=store.pk, key=held.key, actor=colleague)
    assert queries_till.parked(store.pk) == []


def test_a_cash_refund_leaves_the_drawer_of_whoever_gives_it(store, actor, cake):
    held = basket(actor, store, (cake, 2))
    order = selling.sell(key=held.key, expected=39_600, cash=40_000, actor=actor)
    for _ in range(2):
        services.refund(order_id=order.pk, back=[Back(0, 1)], reason="dry", key="r1", actor=actor)
    assert (drawer(), on_hand(cake)) == (69_800, (4, 4))
    assert list(CashMove.objects.order_by("pk").values_list("kind", "amount")) == [
        ("sale", 39_600), ("refund", -19_800),
    ]  # fmt: skip
