"""Stock held for an order, sold with it, or given back: `core.reservations` in the words of goods and stores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yutang.areas.inventory.errors import OutOfStock
from yutang.areas.inventory.models import StockMove
from yutang.areas.inventory.services.moving import Move, items_of, move
from yutang.core.reservations import services as reservations
from yutang.core.reservations.errors import SoldOut
from yutang.core.reservations.models import Reservation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yutang.areas.inventory.queries import Stock
    from yutang.core.access import Actor


@dataclass(frozen=True)
class Wanted:
    """So many pieces of this stock."""

    stock: Stock
    quantity: int


def hold(*, wanted: Sequence[Wanted], holder_key: str, key: str, actor: Actor) -> None:
    """Holds all or nothing until `confirm` or `release` of the same key; again with the same key: nothing.

    Call it last before the commit: who wants the same goods waits from here on. OutOfStock names the SKU."""
    by_pool = {one.stock.pool_id: one.stock.sku_id for one in wanted}
    try:
        reservations.reserve(
            items=[(one.stock.pool_id, one.quantity) for one in wanted], holder_key=holder_key, key=key,
            expires_at=None, actor=actor,
        )  # fmt: skip
    except SoldOut as error:
        raise OutOfStock(
            field="quantity", sku_id=by_pool[error.params["pool_id"]], available=error.params["available"],
            wanted=error.params["wanted"],
        ) from error  # fmt: skip


def confirm(*, key: str, actor: Actor) -> None:
    """What was held is sold."""
    reservations.confirm(key=key, actor=actor)


def release(*, key: str, actor: Actor) -> None:
    """What was held is for others again."""
    reservations.release(key=key, actor=actor)


@dataclass(frozen=True)
class GivenBack:
    """`unshipped` pieces stay where they are and are for others again; `brought` pieces come back on hand."""

    sku_id: int
    node_id: int
    unshipped: int
    brought: int


def take_back(
    *, given: Sequence[GivenBack], held_by: str, key: str, source: tuple[str, object], actor: Actor
) -> None:  # fmt: skip
    """Of what an order had sold (`held_by`: its reservation's key). The same `key` again: nothing."""
    given = [one for one in given if one.unshipped + one.brought]
    items = items_of([(one.sku_id, one.node_id) for one in given], actor)
    quantities: dict[int, int] = {}  # what was bought and what was given for nothing may lie in one place
    for one in given:
        pool_id = items[one.sku_id, one.node_id].pool_id
        quantities[pool_id] = quantities.get(pool_id, 0) + one.unshipped + one.brought
    sold = dict(
        Reservation.objects.filter(idempotency_key=held_by, pool__in=quantities).values_list("pool_id", "pk")
    )  # fmt: skip
    for pool_id, quantity in sorted(quantities.items()):
        reservations.return_confirmed(
            reservation_id=sold[pool_id], quantity=quantity, key=f"{key}@{pool_id}", actor=actor
        )  # fmt: skip
    move(
        moves=[Move(one.sku_id, one.node_id, one.brought) for one in given], kind=StockMove.Kind.RETURNED, key=key,
        source=source, actor=actor,
    )  # fmt: skip


def lock(*, places: Sequence[tuple[int, int]], actor: Actor) -> None:
    """(SKU id, store): for who takes back at one place and holds at another, ahead of both."""
    reservations.lock(pool_ids=[item.pool_id for item in items_of(places, actor).values()], actor=actor)
