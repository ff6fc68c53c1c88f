"""Goods come in, are counted, moved between stores, go missing, leave with a buyer or come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.inventory.errors import AllocatedElsewhere, NotOnHand, SameStore
from yutang.areas.inventory.models import StockItem, StockMove
from yutang.core import audit, clock
from yutang.core.reservations import services as reservations
from yutang.core.reservations.errors import CapacityInUse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yutang.core.access import Actor

POOL = "stock"


@dataclass(frozen=True)
class Move:
    """`quantity` is signed: what it adds to the pieces on hand."""

    sku_id: int
    node_id: int
    quantity: int


@transaction.atomic
def move(
    *, moves: Sequence[Move], kind: StockMove.Kind, key: str, source: tuple[str, object] = ("", ""), note: str = "",
    actor: Actor,
) -> int:  # fmt: skip
    """Writes all of the moves or none; returns how many were new. A `key` used before moves nothing.

    NotOnHand when more would go than lies there, AllocatedElsewhere when what is promised to orders would go."""
    totals: dict[tuple[int, int], int] = {}
    for one in moves:
        place = one.sku_id, one.node_id
        totals[place] = totals.get(place, 0) + one.quantity
    totals = {place: quantity for place, quantity in totals.items() if quantity}
    items = items_of(list(totals), actor)
    if kind not in StockMove.PROMISED:
        reservations.lock(pool_ids=[item.pool_id for item in items.values()], actor=actor)
    locked = {item.pk: item for item in _locked([item.pk for item in items.values()])}
    done = set(StockMove.objects.filter(key=key, item__in=locked).values_list("item_id", flat=True))
    new = [(locked[items[place].pk], quantity) for place, quantity in totals.items() if items[place].pk not in done]
    for item, quantity in new:
        _apply(item, quantity, kind, actor)
    StockMove.objects.bulk_create(
        StockMove(
            merchant_id=actor.merchant_id, item=item, kind=kind, quantity=quantity, key=key, source_type=source[0],
            source_id=str(source[1]), note=note[:200], moved_by=actor.name, at=clock.now(),
        )
        for item, quantity in new
    )  # fmt: skip
    return len(new)


@transaction.atomic
def count(*, sku_id: int, node_id: int, counted: int, key: str, note: str = "", actor: Actor) -> int:
    """Sets what lies there to what was counted: a move of the difference, which is returned. A `key` that moved
    something before moves nothing. AllocatedElsewhere when fewer lie there than are promised to orders."""
    known = items_of([(sku_id, node_id)], actor)[(sku_id, node_id)]
    reservations.lock(pool_ids=[known.pool_id], actor=actor)
    item = _locked([known.pk])[0]
    difference = counted - item.on_hand
    if not difference or StockMove.objects.filter(key=key, item=item).exists():
        return 0
    moves = [Move(sku_id, node_id, difference)]
    try:
        move(moves=moves, kind=StockMove.Kind.COUNT, key=key, note=note, actor=actor)
    except AllocatedElsewhere as error:
        raise AllocatedElsewhere(field="counted", **error.params) from error
    return difference


@transaction.atomic
def transfer(
    *, sku_id: int, from_id: int, to_id: int, quantity: int, key: str, note: str = "", actor: Actor
) -> int:  # fmt: skip
    """From one store to another: two moves with one key, both or none; how many were new.

    NotOnHand, AllocatedElsewhere; SameStore when they are one."""
    if from_id == to_id:
        raise SameStore(field="to_id")
    places = [(sku_id, from_id), (sku_id, to_id)]
    items = items_of(places, actor)
    reservations.lock(pool_ids=[item.pool_id for item in items.values()], actor=actor)
    _locked([item.pk for item in items.values()])
    parts = [
        (Move(sku_id, from_id, -quantity), StockMove.Kind.TRANSFER_OUT),
        (Move(sku_id, to_id, quantity), StockMove.Kind.TRANSFER_IN),
    ]
    return sum(move(moves=[one], kind=kind, key=key, note=note, actor=actor) for one, kind in parts)


@transaction.atomic
def set_safety(*, sku_id: int, node_id: int, safety: int, actor: Actor) -> StockItem:
    """Below so many the item is on the low-stock list."""
    item = _locked([items_of([(sku_id, node_id)], actor)[(sku_id, node_id)].pk])[0]
    item.safety = safety
    item.save(update_fields=["safety"])
    audit.record(
        "inventory.safety", actor=actor, object_type="stock_item", object_id=item.pk, detail={"safety": safety}
    )
    return item


def items_of(places: Sequence[tuple[int, int]], actor: Actor) -> dict[tuple[int, int], StockItem]:
    """(SKU, store) → stock item; missing ones are made with their pools, race-safely."""
    skus, nodes = {sku for sku, _ in places}, {node for _, node in places}
    known = {
        (item.sku_id, item.node_id): item for item in StockItem.objects.filter(sku__in=skus, node__in=nodes)
    }  # fmt: skip
    for sku_id, node_id in sorted(set(places) - set(known)):
        pool = reservations.open_pool(kind=POOL, key=f"sku:{sku_id}@node:{node_id}", capacity=0, actor=actor)
        known[sku_id, node_id], _ = StockItem.objects.get_or_create(
            merchant_id=actor.merchant_id, sku_id=sku_id, node_id=node_id, defaults={"pool": pool}
        )
    return {place: known[place] for place in places}


def _locked(ids: Sequence[int]) -> list[StockItem]:
    """Pools before items, both by number: the order of everybody who locks both. A sale over the counter holds, sells
    and hands over in one transaction."""
    return list(StockItem.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))


def _apply(item: StockItem, quantity: int, kind: StockMove.Kind, actor: Actor) -> None:
    if item.on_hand + quantity < 0:
        raise NotOnHand(field="quantity", sku=item.sku.code, on_hand=item.on_hand, wanted=-quantity)
    item.on_hand += quantity
    if kind in StockMove.PROMISED:
        item.shipped -= quantity
    else:
        try:
            reservations.change_capacity(pool_id=item.pool_id, by=quantity, actor=actor)
        except CapacityInUse as error:
            raise AllocatedElsewhere(
                field="quantity", sku=item.sku.code, wanted=item.on_hand,
                allocated=error.params["in_use"] - item.shipped,
            ) from error  # fmt: skip
    item.save(update_fields=["on_hand", "shipped"])
