"""What people put into carts, what they find there later, and whose it is after a log-in or a merge."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction

from tests.factories.merchants import make_merchant, make_store
from tests.factories.shop import buyer, put, stocked
from yutang.areas.customers import services as customers
from yutang.areas.customers.erasing import person as known
from yutang.areas.orders import privacy, queries_cart
from yutang.areas.orders.errors import CartFull, NotOnSale, TooManyInCart
from yutang.areas.orders.models import CartLine
from yutang.areas.orders.queries_cart import Holder, Trouble, cart, size
from yutang.areas.orders.services import carting
from yutang.areas.privacy import retention
from yutang.core import clock, tenancy
from yutang.core.errors import Invalid, NotFound
from yutang.core.idempotency import KeyReused

VISITOR = "0123456789abcdef" * 2
OTHER = "f" * 32


def browser(visitor: str = VISITOR) -> Holder:
    return Holder(visitor=visitor)


@pytest.fixture
def take(actor):
    """Puts pieces in, each time with a key of its own."""

    def take(holder, sku, quantity=1, key=None):
        return carting.put(holder=holder, sku_id=sku.pk, quantity=quantity, key=key or uuid4().hex, actor=actor)

    return take


def pieces(holder) -> dict[int, int]:
    return {row.sku_id: row.quantity for row in cart(holder).rows}


def test_pieces_add_up_and_the_newest_comes_first(merchant, take):
    cake, tea = stocked(price=8800), stocked(price=3000)
    assert (take(browser(), cake, 2), take(browser(), tea), take(browser(), cake)) == (2, 1, 3)
    found = cart(browser())
    assert [(row.sku_id, row.quantity, row.amount) for row in found.rows] == [(cake.pk, 3, 26_400), (tea.pk, 1, 3000)]
    assert (found.total, found.pieces, size(browser())) == (29_400, 4, 4)
    assert cart(browser(OTHER)).rows == []


def test_a_repeated_tap_adds_nothing(merchant, actor, take):
    cake = stocked()
    assert (take(browser(), cake, 2, key="tap"), take(browser(), cake, 2, key="tap")) == (2, 2)
    with pytest.raises(KeyReused):
        take(browser(), cake, 3, key="tap")
    take(browser(OTHER), cake, 1, key="tap")  # of another browser
    carting.clear(holder=browser(), sku_ids=[cake.pk], actor=actor)
    take(browser(), cake, 2, key="tap")  # a late one, after the order
    assert (pieces(browser()), pieces(browser(OTHER))) == ({}, {cake.pk: 1})


def test_a_tap_that_was_refused_may_come_again(merchant, take):
    cake = stocked(is_on_sale=False)
    with pytest.raises(NotOnSale):
        take(browser(), cake, key="tap")
    cake.product.state = "on_sale"
    cake.product.save()
    assert take(browser(), cake, key="tap") == 1


def test_what_cannot_be_put_in(merchant, actor, take):
    with pytest.raises(NotOnSale):
        take(browser(), stocked(is_on_sale=False))
    with pytest.raises(NotOnSale):
        carting.put(holder=browser(), sku_id=10**9, quantity=1, key="k", actor=actor)
    for quantity in (0, -1, 1000):
        with pytest.raises(Invalid) as error:
            take(browser(), stocked(), quantity)
        assert error.value.field == "quantity"
    with pytest.raises(NotFound):
        take(Holder(identity_id=10**9), stocked())
    assert not CartLine.objects.exists()


@pytest.mark.parametrize("wrong", [{}, {"visitor": VISITOR, "identity_id": 1}, {"visitor": "x"}, {"visitor": "A" * 32}])
def test_a_holder_is_one_browser_or_one_account(wrong):
    with pytest.raises(ValueError, match=r"cart|visitor"):
        Holder(**wrong)


def test_limits(merchant, actor, take, monkeypatch):
    cake, tea, bread = stocked(), stocked(), stocked()
    take(browser(), cake, 999)
    with pytest.raises(TooManyInCart) as error:
        take(browser(), cake)
    assert error.value.params == {"title": cake.product.name, "most": 999}
    monkeypatch.setattr(carting, "MOST_LINES", 2)
    take(browser(), tea)
    with pytest.raises(CartFull):
        take(browser(), bread)
    with pytest.raises(CartFull):
        carting.set(holder=browser(), sku_id=bread.pk, quantity=1, actor=actor)
    take(browser(), tea)  # what is there may become more
    assert pieces(browser()) == {cake.pk: 999, tea.pk: 2}


def test_setting(merchant, actor, take):
    cake, tea = stocked(), stocked()

    def set_to(sku, quantity):
        carting.set(holder=browser(), sku_id=sku.pk, quantity=quantity, actor=actor)

    take(browser(), cake, 2)
    for _ in range(2):
        set_to(cake, 5)
        set_to(tea, 1)
    assert pieces(browser()) == {cake.pk: 5, tea.pk: 1}
    with pytest.raises(Invalid):
        set_to(cake, 1000)
    with pytest.raises(Invalid):
        set_to(cake, -1)
    for _ in range(2):
        set_to(cake, 0)
    assert pieces(browser()) == {tea.pk: 1}


def test_what_was_ordered_goes(merchant, actor, take):
    cake, tea = stocked(), stocked()
    take(browser(), cake, 2)
    take(browser(), tea)
    take(browser(OTHER), cake)
    carting.clear(holder=browser(), sku_ids=[cake.pk], actor=actor)
    assert (pieces(browser()), pieces(browser(OTHER))) == ({tea.pk: 1}, {cake.pk: 1})


# -- what is wrong today -----------------------------------------------------------------------------------------------


def test_troubles(merchant, take):
    good, gone, few, off, dear = stocked(9), stocked(1), stocked(5), stocked(9), stocked(9, price=1000)
    for sku, quantity in ((good, 1), (gone, 1), (few, 5), (off, 1), (dear, 2)):
        take(browser(), sku, quantity)
    put(gone, -1)
    put(few, -2)
    off.product.state = "off_sale"
    off.product.save()
    dear.price = 1200
    dear.save()
    found = {row.sku_id: row for row in cart(browser()).rows}
    assert {pk: row.troubles for pk, row in found.items()} == {
        good.pk: (), gone.pk: (Trouble.SOLD_OUT,), few.pk: (Trouble.FEWER_LEFT,), off.pk: (Trouble.NOT_ON_SALE,),
        dear.pk: (Trouble.PRICE_CHANGED,),
    }  # fmt: skip
    assert [pk for pk, row in found.items() if row.can_be_ordered] == [dear.pk, good.pk]
    assert (found[few.pk].available, found[dear.pk].price_before, found[dear.pk].amount) == (3, 1000, 2400)
    take(browser(), dear)  # seen with its new price
    assert not next(row for row in cart(browser()).rows if row.sku_id == dear.pk).troubles


def test_the_way_of_delivery_and_the_store(merchant, take):
    north, south = make_store("N"), make_store("S")
    sent, fetched = stocked(2, node_id=north.pk, is_picked_up=False), stocked(2, node_id=south.pk, is_delivered=False)
    take(browser(), sent)
    take(browser(), fetched)

    def wrong(**way):
        return {row.sku_id: row.troubles for row in cart(browser(), **way).rows}

    assert wrong() == {fetched.pk: (), sent.pk: ()}
    assert wrong(fulfilment="delivery") == {fetched.pk: (Trouble.NOT_THIS_WAY,), sent.pk: ()}
    assert wrong(fulfilment="pickup", node_id=north.pk) == {
        fetched.pk: (Trouble.SOLD_OUT,), sent.pk: (Trouble.NOT_THIS_WAY,),
    }  # fmt: skip


def test_an_order_takes_all_pieces_from_one_store(merchant, take):
    north, south = make_store("N"), make_store("S")
    cake = stocked(2, node_id=north.pk)
    put(cake, 3, south.pk)
    take(browser(), cake, 4)
    row = cart(browser()).rows[0]
    assert (row.available, row.troubles) == (3, (Trouble.FEWER_LEFT,))


def test_the_total_is_that_of_the_chosen(merchant, take):
    cake, tea, gone = stocked(price=8800), stocked(price=3000), stocked(0 + 1)
    for sku in (cake, tea, gone):
        take(browser(), sku)
    put(gone, -1)
    assert cart(browser()).total == 11_800
    assert cart(browser(), chosen=[tea.pk, gone.pk]).total == 3000
    assert cart(browser(), chosen=[]).total == 0


def test_few_statements_however_much_is_in_it(merchant, take, django_assert_num_queries):
    identity = buyer()
    for _ in range(5):
        take(browser(), stocked())
        take(Holder(identity_id=identity.pk), stocked())
    with django_assert_num_queries(3):  # lines, offers, stock
        assert len(cart(browser()).rows) == 5
    with django_assert_num_queries(4):  # and the person's accounts
        assert len(cart(Holder(identity_id=identity.pk)).rows) == 5


# -- people ------------------------------------------------------------------------------------------------------------


def test_at_log_in_the_browsers_cart_becomes_the_persons(merchant, actor, take):
    cake, tea = stocked(), stocked()
    person = Holder(identity_id=buyer().pk)
    take(person, cake, 2)
    take(browser(), cake, 3)
    take(browser(), tea, 1)
    for _ in range(2):
        assert carting.merge(visitor=VISITOR, identity_id=person.identity_id, actor=actor) == 0
    assert (pieces(person), pieces(browser())) == ({cake.pk: 5, tea.pk: 1}, {})


def test_what_has_no_room_stays_out(merchant, actor, take, monkeypatch):
    cake, old, new = stocked(), stocked(), stocked()
    person = Holder(identity_id=buyer().pk)
    take(person, cake, 998)
    for sku in (cake, old, new):
        take(browser(), sku, 3)
    monkeypatch.setattr(carting, "MOST_LINES", 2)
    assert carting.merge(visitor=VISITOR, identity_id=person.identity_id, actor=actor) == 1
    assert pieces(person) == {cake.pk: 999, new.pk: 3}
    assert not CartLine.objects.exclude(visitor="").exists()


def test_accounts_of_one_person_have_one_cart(merchant, actor, take):
    phone, other = buyer("+8613800138000"), buyer("+8613900139000")
    cake, tea = stocked(price=1000), stocked()
    one, two = Holder(identity_id=phone.pk), Holder(identity_id=other.pk)
    take(one, cake, 2)
    take(one, tea, 1)
    cake.price = 1200
    cake.save()
    take(two, cake, 3)
    merged = customers.merge(
        survivor_id=phone.customer_id, absorbed_id=other.customer_id, evidence=[], actor=actor
    )  # fmt: skip
    assert pieces(one) == pieces(two) == {cake.pk: 5, tea.pk: 1}
    assert not cart(one).rows[0].troubles  # the price that was seen last counts
    with pytest.raises(TooManyInCart):
        take(one, cake, 995)
    carting.set(holder=one, sku_id=cake.pk, quantity=4, actor=actor)
    assert pieces(two) == {cake.pk: 4, tea.pk: 1}
    carting.set(holder=two, sku_id=tea.pk, quantity=0, actor=actor)
    assert pieces(one) == {cake.pk: 4}
    customers.unmerge(merge_id=merged.pk, actor=actor)
    assert (pieces(one), pieces(two)) == ({}, {cake.pk: 4})


def test_a_line_is_of_one_holder(merchant):
    line = {"merchant": merchant, "sku_id": 1, "quantity": 1, "price": 1}
    for wrong in ({}, {"visitor": VISITOR, "identity": buyer()}, {"visitor": VISITOR, "quantity": 1000}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CartLine.objects.create(**{**line, **wrong})


# -- what is kept ------------------------------------------------------------------------------------------------------


def test_copied_and_erased_with_the_person(merchant, actor, take):
    identity, cake = buyer(), stocked()
    take(Holder(identity_id=identity.pk), cake, 2)
    take(Holder(identity_id=buyer("+8613900139000").pk), cake)
    person = known(identity.customer)
    assert [(row["title"], row["quantity"]) for row in privacy.copy(person)["Cart"]] == [(cake.product.name, 2)]
    privacy.erase(person, actor)
    assert privacy.copy(person)["Cart"] == []
    assert CartLine.objects.get().quantity == 1


def test_carts_of_browsers_go_after_sixty_days(merchant, actor, take, monkeypatch):
    cakes = [stocked() for _ in range(3)]
    identity = buyer()
    with time_machine.travel(clock.now() - timedelta(days=61)):
        for cake in cakes:
            take(browser(), cake)
        take(Holder(identity_id=identity.pk), cakes[0])
    take(browser(OTHER), cakes[0])
    monkeypatch.setattr(privacy, "CART_BATCH", 2)
    assert retention.sweep(actor=actor)["carts"] == 3
    assert pieces(browser()) == {}
    assert pieces(browser(OTHER)) == pieces(Holder(identity_id=identity.pk)) == {cakes[0].pk: 1}
    assert "carts" not in retention.sweep(actor=actor)


def test_another_merchant_sees_none_of_it(merchant, take):
    take(browser(), stocked())
    with tenancy.scope(make_merchant().pk):
        assert queries_cart.cart(browser()).rows == []
