"""Forty threads take the last ten pieces; two transfers cross each other."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import Sum

from tests.concurrency.threads import together
from tests.factories import shop as own
from tests.factories.merchants import make_merchant
from yutang.areas.inventory import services
from yutang.areas.inventory.errors import NotOnHand
from yutang.areas.inventory.models import StockItem, StockMove
from yutang.areas.inventory.services import Move
from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants import services as merchant_services
from yutang.core import access, tenancy

pytestmark = pytest.mark.django_db(transaction=True)
THREADS, PIECES = 40, 10


@pytest.fixture
def actor():
    return access.system(make_merchant().pk)


@pytest.fixture
def item(actor) -> StockItem:
    with tenancy.scope(actor.merchant_id):
        own.stocked(PIECES)
        return StockItem.objects.get()


def books(actor) -> tuple[int, int]:
    """on hand, Σ moves"""
    with tenancy.scope(actor.merchant_id):
        return StockItem.objects.get().on_hand, StockMove.objects.aggregate(sum=Sum("quantity"))["sum"]


def test_the_race_exists_look_then_take(actor, item):
    def naive(number, barrier):
        with tenancy.scope(actor.merchant_id):
            seen = StockItem.objects.get()
        connection.close()
        barrier.wait()
        if seen.on_hand < 1:
            return False
        with tenancy.scope(actor.merchant_id):
            StockItem.objects.filter(pk=seen.pk).update(on_hand=seen.on_hand - 1)
            StockMove.objects.create(
                merchant_id=actor.merchant_id, item=seen, kind="damage", quantity=-1, key=f"{number}", moved_by="x"
            )
        return True

    assert sum(together(naive, THREADS)) == THREADS  # forty take one of ten
    assert books(actor) == (PIECES - 1, PIECES - THREADS)  # and the books disagree


def test_forty_threads_take_the_last_ten(actor, item):
    def take(number, barrier):
        barrier.wait()
        try:
            with tenancy.scope(actor.merchant_id):
                moves = [Move(item.sku_id, item.node_id, -1)]
                return services.move(moves=moves, kind=StockMove.Kind.DAMAGE, key=f"take:{number}", actor=actor)
        except NotOnHand:
            return 0

    assert sum(together(take, THREADS)) == PIECES
    assert books(actor) == (0, 0)


def test_one_key_in_forty_threads_is_one_move(actor, item):
    def take(number, barrier):
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            moves = [Move(item.sku_id, item.node_id, -1)]
            return services.move(moves=moves, kind=StockMove.Kind.DAMAGE, key="once", actor=actor)

    assert sum(together(take, THREADS)) == 1
    assert books(actor) == (PIECES - 1, PIECES - 1)


def test_transfers_that_cross_do_not_block_each_other(actor, item):
    with tenancy.scope(actor.merchant_id):
        shop = merchant_services.add_node(
            parent=merchants.root_node(), kind="store", code="S1", name="S1", actor=actor
        ).pk
        own_place = Move(item.sku_id, shop, PIECES)
        services.move(moves=[own_place], kind=StockMove.Kind.RECEIPT, key="first", actor=actor)

    def send(number, barrier):
        there, back = (item.node_id, shop) if number % 2 else (shop, item.node_id)
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            return services.transfer(
                sku_id=item.sku_id, from_id=there, to_id=back, quantity=1, key=f"t:{number}", actor=actor
            )

    assert together(send, 8) == [2] * 8
    with tenancy.scope(actor.merchant_id):
        rows = StockItem.objects.select_related("pool").order_by("pk")
        assert [(row.on_hand, row.pool.capacity) for row in rows] == [(PIECES, PIECES)] * 2
