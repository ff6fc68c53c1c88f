"""Goods come, are counted, transferred and lost: works, refuses, once per key, adds up."""

from __future__ import annotations

import pytest
from django.db.models import Sum
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories.catalog import make_sku
from tests.factories.shop import actor as system
from tests.factories.shop import paid, place, put, stocked
from yutang.areas.inventory import services
from yutang.areas.inventory.errors import AllocatedElsewhere, NotOnHand, SameStore
from yutang.areas.inventory.models import StockItem, StockMove
from yutang.areas.inventory.services import Move
from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants import services as merchant_services
from yutang.areas.orders import services as orders
from yutang.areas.orders.errors import SoldOut, TooManyPieces, WrongState
from yutang.areas.orders.services import Back
from yutang.core.models import AuditEntry


def store(code: str = "S1") -> int:
    parent = merchants.root_node()
    return merchant_services.add_node(parent=parent, kind="store", code=code, name=code, actor=system()).pk


def hq() -> int:
    return merchants.root_node().pk


def shelf(node_id: int | None = None) -> tuple[int, int, int, int]:
    """on hand, shipped, promised, capacity"""
    item = StockItem.objects.select_related("pool").get(node=node_id or hq())
    return item.on_hand, item.shipped, item.pool.reserved + item.pool.confirmed, item.pool.capacity


def lose(sku, quantity: int, key: str = "k") -> int:
    moves = [Move(sku.pk, hq(), -quantity)]
    return services.move(moves=moves, kind=StockMove.Kind.DAMAGE, key=key, actor=system())


def count(sku, counted: int, key: str = "c") -> int:
    return services.count(sku_id=sku.pk, node_id=hq(), counted=counted, key=key, actor=system())


def send(sku, to_id: int, quantity: int, key: str = "t") -> int:
    return services.transfer(
        sku_id=sku.pk, from_id=hq(), to_id=to_id, quantity=quantity, key=key, actor=system()
    )  # fmt: skip


def test_receipts_and_losses(merchant, actor):
    sku = stocked(5)
    put(sku, 3)
    assert (lose(sku, 2), lose(sku, 2)) == (1, 0)  # the same key
    assert shelf() == (6, 0, 0, 6)
    assert list(StockMove.objects.order_by("pk").values_list("kind", "quantity", "moved_by")) == [
        ("receipt", 5, "tester"), ("receipt", 3, "tester"), ("damage", -2, "tester"),
    ]  # fmt: skip


def test_a_count_moves_the_difference(merchant, actor):
    sku = stocked(5)
    assert [count(sku, 3, "a"), count(sku, 7, "b"), count(sku, 9, "b"), count(sku, 7, "c")] == [-2, 4, 0, 0]
    assert shelf() == (7, 0, 0, 7)
    assert StockMove.objects.filter(kind="count").count() == 2


def test_a_count_where_nothing_ever_lay(merchant, actor):
    assert count(make_sku(), 4) == 4
    assert shelf() == (4, 0, 0, 4)


def test_a_transfer_is_two_moves_with_one_key(merchant, actor):
    sku, shop = stocked(5), store()
    assert (send(sku, shop, 2), send(sku, shop, 2)) == (2, 0)
    assert (shelf(), shelf(shop)) == ((3, 0, 0, 3), (2, 0, 0, 2))
    moves = StockMove.objects.filter(key="t").order_by("pk").values_list("kind", "quantity")
    assert sorted(moves) == [("transfer_in", 2), ("transfer_out", -2)]


def test_what_is_refused_changes_nothing(merchant, actor):
    sku, shop = stocked(5), store()
    place((sku, 3))
    before = StockMove.objects.count()
    with pytest.raises(NotOnHand) as error:
        lose(sku, 6)
    assert (error.value.code, error.value.params["on_hand"], error.value.params["wanted"]) == (
        "inventory.not_on_hand", 5, 6,
    )  # fmt: skip
    for refused in (lambda: lose(sku, 3), lambda: count(sku, 2), lambda: send(sku, shop, 3)):
        with pytest.raises(AllocatedElsewhere) as error:
            refused()
        assert (error.value.code, error.value.params["allocated"]) == ("inventory.allocated", 3)
    with pytest.raises(NotOnHand):
        send(sku, shop, 6)
    with pytest.raises(SameStore):
        send(sku, hq(), 1)
    assert (shelf(), StockMove.objects.count()) == ((5, 0, 3, 5), before)
    assert not StockItem.objects.filter(node=shop).exists()


def test_all_moves_of_a_key_or_none(merchant, actor):
    sku, other = stocked(5), stocked(1)
    moves = [Move(sku.pk, hq(), -5), Move(other.pk, hq(), -2)]
    with pytest.raises(NotOnHand):
        services.move(moves=moves, kind=StockMove.Kind.DAMAGE, key="k", actor=system())
    assert list(StockItem.objects.order_by("pk").values_list("on_hand", flat=True)) == [5, 1]


def test_safety_is_audited(merchant, actor):
    sku = stocked(5)
    services.set_safety(sku_id=sku.pk, node_id=hq(), safety=8, actor=system())
    assert StockItem.objects.get().safety == 8
    assert AuditEntry.objects.filter(action="inventory.safety").count() == 1


ACTS = st.lists(
    st.tuples(st.sampled_from(["receive", "lose", "count", "send", "buy", "ship", "refund"]), st.integers(0, 6)),
    max_size=12,
)


@settings(max_examples=20, deadline=None)
@given(acts=ACTS)
def test_stock_is_the_sum_of_its_moves(merchant, actor, acts):
    """Whatever happens in whatever order: on hand = Σ moves, capacity = on hand + shipped, nobody is promised what is
    not there."""
    sku, shop = stocked(4), store(f"S{StockItem.objects.count()}")
    bought = []
    for number, (what, size) in enumerate(acts):
        key = f"{sku.pk}-{number}"
        try:
            if what == "receive" and size:
                put(sku, size)
            elif what == "lose" and size:
                lose(sku, size, key)
            elif what == "count":
                count(sku, size, key)
            elif what == "send" and size:
                send(sku, shop, size, key)
            elif what == "buy" and size:
                bought.append(paid((sku, size)))
            elif bought and what == "ship":
                orders.ship(order_id=bought[-1].pk, pieces={0: size}, key=key, actor=system())
            elif bought and what == "refund":
                orders.refund(
                    order_id=bought[-1].pk, back=[Back(0, size)], reason="", key=key, is_restocked=size % 2 == 0,
                    actor=system(),
                )  # fmt: skip
        except (NotOnHand, AllocatedElsewhere, SoldOut, TooManyPieces, WrongState):
            pass
    for item in StockItem.objects.select_related("pool").filter(sku=sku):
        moved = StockMove.objects.filter(item=item).aggregate(sum=Sum("quantity"))["sum"] or 0
        assert item.on_hand == moved
        assert item.pool.capacity == item.on_hand + item.shipped
        assert item.shipped <= item.pool.reserved + item.pool.confirmed <= item.pool.capacity
