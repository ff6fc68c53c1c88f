"""Must show: a thousand phones for a hundred cakes, over HTTP, on the server that `yutang up` runs."""

from __future__ import annotations

import threading
from collections import Counter

import pytest

from tests.concurrency.threads import together
from tests.factories import shop
from tests.factories.merchants import make_merchant, make_store
from tests.killing import environment
from tests.patience import PATIENCE
from tests.serving import Phone, Up
from yutang.areas.inventory import queries as inventory
from yutang.areas.inventory import services as stock
from yutang.areas.inventory.errors import OutOfStock
from yutang.areas.inventory.models import StockItem
from yutang.areas.orders import services
from yutang.areas.orders.models import CartLine, Order, OrderItem, ShopOrder
from yutang.core import access, tenancy
from yutang.core.reservations.models import Pool, Reservation

pytestmark = pytest.mark.django_db(transaction=True)
BUYERS, PIECES = 1_000, 100
FEW_BUYERS, FEW_PIECES = 12, 4  # each holds a connection to the database while it waits
SEEN_AS_SOLD_OUT = "is sold out: only 0 left."


@pytest.fixture
def merchant():
    return make_merchant()


def test_the_race_exists_without_the_guard(merchant, monkeypatch):
    """The shop as it is, but stock is looked at and then taken: everybody gets a piece of what is there once."""
    with tenancy.scope(merchant.pk):
        sku = shop.stocked(FEW_PIECES)
        shop.pay(shop.place((shop.stocked(1), 1)))  # the sales channel is there
    everybody_has_looked = threading.Barrier(FEW_BUYERS, timeout=PATIENCE)

    def look_then_take(*, wanted, holder_key, key, actor):
        pool = Pool.objects.get(pk=wanted[0].stock.pool_id)
        everybody_has_looked.wait()
        if pool.available < wanted[0].quantity:
            raise OutOfStock(field="quantity", sku_id=sku.pk, available=pool.available)
        Pool.objects.filter(pk=pool.pk).update(reserved=pool.reserved + wanted[0].quantity)

    monkeypatch.setattr(stock, "hold", look_then_take)

    def buy(number: int, _barrier) -> None:
        with tenancy.scope(merchant.pk):
            actor = access.system(merchant.pk, name="shopper")
            services.place(wish=shop.wish((sku, 1)), identity=None, key=f"race-{number}", actor=actor)

    together(buy, threads=FEW_BUYERS)
    with tenancy.scope(merchant.pk):
        assert OrderItem.objects.filter(sku_id=sku.pk).count() == FEW_BUYERS > FEW_PIECES


def test_a_thousand_phones_for_a_hundred_pieces(merchant, settings, tmp_path):
    with tenancy.scope(merchant.pk):
        sku = shop.stocked(PIECES, node_id=make_store("WS").pk, is_delivered=False)
    buyers = []
    for number in range(BUYERS):  # each at once: the lake's writer of the test beside this one waits for no long one
        with tenancy.scope(merchant.pk):
            buyers.append(shop.buyer(f"+86138{number:08d}"))
    with Up(environment(settings, tmp_path)) as up:

        def buy(number: int, barrier) -> tuple[int, str]:
            with Phone(up.port, merchant, buyers[number]) as phone:
                phone.get(f"p/{sku.product_id}")
                put = phone.post("cart/put", [("sku", sku.pk), ("quantity", 1), ("key", f"{number:032x}")])
                assert put.status == 303, put
                form = phone.get("checkout")
                assert form.status == 200, form
                barrier.wait()
                answer = phone.post("checkout/place", form.hidden)
            return answer.status, answer.location or message(answer.text)

        answers = Counter(together(buy, threads=BUYERS))
        with Phone(up.port, merchant, buyers[0]) as phone:
            late = phone.get(f"p/{sku.product_id}")
    refused = {answer: count for answer, count in answers.items() if answer[0] != 303}
    assert refused == {(409, f"{sku.product.name} {SEEN_AS_SOLD_OUT}"): BUYERS - PIECES}
    assert '<p class="sh-buy-closed">Sold out</p>' in late.text
    with tenancy.scope(merchant.pk):
        orders = set(Order.objects.filter(status="unpaid").values_list("pk", flat=True))
        assert {answer for answer in answers if answer[0] == 303} == {
            (303, f"/s/{merchant.slug}/pay/order/{order}") for order in orders
        }
        assert len(orders) == Order.objects.count() == ShopOrder.objects.values("key").distinct().count() == PIECES
        assert CartLine.objects.count() == BUYERS - PIECES  # who got nothing keeps the wish
        assert inventory.available([sku.pk]) == {sku.pk: 0}
        item = StockItem.objects.select_related("pool").get(sku=sku)
        assert (item.on_hand, item.pool.reserved, item.pool.confirmed) == (PIECES, PIECES, 0)
        assert Reservation.objects.filter(state="reserved").count() == PIECES


def message(page: str) -> str:
    """What the error page says."""
    return page.partition('class="sh-empty"')[2].partition("<p>")[2].partition("</p>")[0]
