"""Reserve → confirm | release | time out. Call inside `tenancy.scope`; a refused call writes nothing.

Every function locks the pools it touches first, in id order, and changes reservations and pools in one statement after
that. So any two of them on one pool happen one after the other, and who comes second sees what the first did.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from django.db import connection

from yutang.core import clock, prepared
from yutang.core.reservations.errors import (
    CapacityInUse,
    IdempotencyConflict,
    NotHeld,
    ReturnTooLarge,
    SoldOut,
    UnknownPool,
    UnknownReservation,
)
from yutang.core.reservations.models import Pool, Reservation, Return

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from yutang.core.access import Actor

# NO KEY: reservations being inserted by others need not wait for us because of their foreign key.
HELD = """
SELECT pool_id, state FROM reservations_reservation WHERE merchant_id = %s AND idempotency_key = %s
"""
LOCK = """
SELECT id, kind, key, capacity, reserved, confirmed FROM reservations_pool
 WHERE merchant_id = %(merchant)s AND id = ANY(%(pools)s) ORDER BY id FOR NO KEY UPDATE
"""
RESERVE = """
SELECT * FROM reservations_reserve(%(merchant)s::bigint, %(pools)s::bigint[], %(quantities)s::bigint[], %(key)s::text,
                                   %(holder)s::text, %(expires_at)s::timestamptz, %(now)s::timestamptz)
"""  # migrations/0002_reserve.py
# {confirmed}: 1 where the quantity goes on to confirmed, 0 where it becomes available again.
DECIDE = """
WITH decided AS (
  UPDATE reservations_reservation SET state = %(state)s, decided_at = %(now)s
   WHERE merchant_id = %(merchant)s AND state = 'reserved' AND {which}
  RETURNING id, pool_id, quantity
), pool AS (
  UPDATE reservations_pool p SET reserved = p.reserved - d.quantity, confirmed = p.confirmed + d.quantity * {confirmed}
    FROM (SELECT pool_id, sum(quantity)::bigint AS quantity FROM decided GROUP BY pool_id) d WHERE p.id = d.pool_id
)
SELECT id FROM decided
"""
CONFIRM = DECIDE.format(which="idempotency_key = %(key)s", confirmed=1)
RELEASE = DECIDE.format(which="idempotency_key = %(key)s", confirmed=0)
EXPIRE = DECIDE.format(which="idempotency_key = ANY(%(keys)s) AND expires_at <= %(now)s", confirmed=0)
GIVE_BACK = """
WITH given AS (
  INSERT INTO reservations_return (merchant_id, reservation_id, idempotency_key, quantity, at)
  VALUES (%(merchant)s, %(reservation)s, %(key)s, %(quantity)s, %(now)s)
  ON CONFLICT (merchant_id, idempotency_key) DO NOTHING RETURNING quantity
), reservation AS (
  UPDATE reservations_reservation r SET returned = r.returned + given.quantity FROM given
   WHERE r.id = %(reservation)s RETURNING r.pool_id
)
UPDATE reservations_pool p SET confirmed = p.confirmed - given.quantity FROM given, reservation
 WHERE p.id = reservation.pool_id
"""


def lock(*, pool_ids: Iterable[int], actor: Actor) -> None:
    """Locks pools ahead of several calls, or of other rows: one transaction asks for pools once, in everybody's
    order."""
    _lock(set(pool_ids), actor)


def open_pool(*, kind: str, key: str, capacity: int, actor: Actor) -> Pool:
    """The pool of that kind and key; made with this capacity when it does not exist, unchanged when it does."""
    if capacity < 0:
        raise ValueError("a capacity cannot be negative")
    pool, _ = Pool.objects.get_or_create(
        merchant_id=actor.merchant_id, kind=kind, key=key, defaults={"capacity": capacity}
    )
    return pool


def set_capacity(*, pool_id: int, capacity: int, actor: Actor) -> Pool:
    """Sets how many there are. CapacityInUse when more than that are reserved or confirmed."""
    return _resize(pool_id, actor, to=capacity)


def change_capacity(*, pool_id: int, by: int, actor: Actor) -> Pool:
    """Adds goods that came in (or takes some away, by < 0): safe beside others who do the same. CapacityInUse."""
    return _resize(pool_id, actor, by=by)


class Held(NamedTuple):
    """A reservation that stands, as `reserve` tells of it."""

    id: int
    pool_id: int
    quantity: int


def reserve(
    *, items: Sequence[tuple[int, int]], holder_key: str, key: str, expires_at: datetime | None, actor: Actor
) -> list[Held]:
    """Holds (pool id, quantity) of all pools or of none, until `expires_at` (None: until somebody decides).

    Returns one reservation per pool, by pool id; a pool named twice counts once with the sum. The same key with the
    same items returns the earlier ones, whatever became of them; with others IdempotencyConflict. SoldOut names the
    first pool, by id, that has too few left. One statement."""
    wanted: dict[int, int] = {}
    for pool_id, quantity in items:
        if quantity <= 0:
            raise ValueError("a quantity must be positive")
        wanted[pool_id] = wanted.get(pool_id, 0) + quantity
    if not wanted:
        raise ValueError("nothing to reserve")
    _must_be_in_transaction()
    found = prepared.rows(
        RESERVE,
        {
            "pools": sorted(wanted), "quantities": [wanted[p] for p in sorted(wanted)], "key": key,
            "now": clock.now(), "merchant": actor.merchant_id, "holder": holder_key, "expires_at": expires_at,
        },
    )  # fmt: skip
    if not found:
        # A repeat of what took the last ones is no new wish.
        return _earlier(key, wanted, actor) or _refused(wanted, actor)
    if not all(was_taken for *_, was_taken in found):
        raise RuntimeError("a locked pool changed: somebody writes pools without this module")
    return [Held(*row) for *row, _ in found]


def confirm(*, key: str, actor: Actor) -> None:
    """Makes everything held under the key final (sold, spent). Again: nothing. Also after its time, as long as no
    expiry run came first. NotHeld when it was released or expired; UnknownReservation."""
    _decide(CONFIRM, key, Reservation.State.CONFIRMED, {Reservation.State.CONFIRMED}, actor)


def release(*, key: str, actor: Actor) -> None:
    """Gives back what is held under the key. Again, or after it expired: nothing. NotHeld when it was confirmed (then
    `return_confirmed`); UnknownReservation."""
    _decide(
        RELEASE, key, Reservation.State.RELEASED, {Reservation.State.RELEASED, Reservation.State.EXPIRED}, actor
    )  # fmt: skip


def expire_due(*, now: datetime, limit: int = 1000, actor: Actor) -> int:
    """Gives back what is held beyond its time, of at most `limit` keys; how many reservations. Repeat until 0.

    What was reserved together expires together."""
    overdue = Reservation.objects.filter(
        merchant_id=actor.merchant_id, state=Reservation.State.RESERVED, expires_at__lte=now
    )
    keys = list(overdue.values_list("idempotency_key", flat=True).distinct()[:limit])
    if not keys:
        return 0
    _lock(set(overdue.filter(idempotency_key__in=keys).values_list("pool_id", flat=True)), actor)
    parameters = {
        "state": Reservation.State.EXPIRED.value, "now": now, "merchant": actor.merchant_id, "keys": keys,
    }  # fmt: skip
    return len(prepared.rows(EXPIRE, parameters))


def return_confirmed(*, reservation_id: int, quantity: int, key: str, actor: Actor) -> None:
    """Gives back `quantity` of a confirmed reservation (after-sale). The same key again: nothing; with another
    reservation or quantity IdempotencyConflict. ReturnTooLarge beyond what was confirmed; NotHeld when it is not
    confirmed; UnknownReservation."""
    if quantity <= 0:
        raise ValueError("a quantity must be positive")
    pool_id = (
        Reservation.objects.filter(pk=reservation_id, merchant_id=actor.merchant_id)
        .values_list("pool_id", flat=True)
        .first()
    )
    if pool_id is None:
        raise UnknownReservation(field="key", key=reservation_id)
    _lock([pool_id], actor)
    earlier = Return.objects.filter(merchant_id=actor.merchant_id, idempotency_key=key).first()
    if earlier is not None:
        if (earlier.reservation_id, earlier.quantity) != (reservation_id, quantity):
            raise IdempotencyConflict(field="key", key=key)
        return
    reservation = Reservation.objects.get(pk=reservation_id)
    if reservation.state != Reservation.State.CONFIRMED:
        raise NotHeld(field="key", key=reservation.idempotency_key, state=reservation.state)
    if (available := reservation.quantity - reservation.returned) < quantity:
        raise ReturnTooLarge(field="quantity", available=available, wanted=quantity)
    with connection.cursor() as cursor:
        cursor.execute(
            GIVE_BACK,
            {
                "merchant": actor.merchant_id, "reservation": reservation_id, "key": key, "quantity": quantity,
                "now": clock.now(),
            },
        )  # fmt: skip
        if cursor.rowcount != 1:  # the key was taken for another pool at this moment
            raise IdempotencyConflict(field="key", key=key)


# -- parts -------------------------------------------------------------------------------------------------------------


def _must_be_in_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("reservations are made inside tenancy.scope(merchant_id)")


def _lock(pool_ids: Iterable[int], actor: Actor) -> list[Pool]:
    _must_be_in_transaction()
    return [
        _pool(row, actor) for row in prepared.rows(LOCK, {"merchant": actor.merchant_id, "pools": sorted(pool_ids)})
    ]


def _pool(row: tuple[Any, ...], actor: Actor) -> Pool:
    id_, kind, key, capacity, reserved, confirmed = row
    return Pool(
        id=id_, merchant_id=actor.merchant_id, kind=kind, key=key, capacity=capacity, reserved=reserved,
        confirmed=confirmed,
    )  # fmt: skip


def _refused(wanted: dict[int, int], actor: Actor) -> NoReturn:
    pools = {pool.pk: pool for pool in _lock(wanted, actor)}  # they are locked already, and are as they were found
    for pool_id, quantity in sorted(wanted.items()):
        pool = pools.get(pool_id)
        if pool is None:
            raise UnknownPool(field="pool", pool=pool_id)
        if pool.available < quantity:
            raise SoldOut(
                field="quantity", pool=pool.key, pool_id=pool_id, kind=pool.kind, available=pool.available,
                wanted=quantity,
            )  # fmt: skip
    raise RuntimeError("nothing was taken of pools that have enough")


def _earlier(key: str, wanted: dict[int, int], actor: Actor) -> list[Held]:
    """What was reserved under the key before; IdempotencyConflict when it was something else."""
    rows = Reservation.objects.filter(merchant_id=actor.merchant_id, idempotency_key=key)
    found = [Held(*row) for row in rows.order_by("pool_id").values_list("pk", "pool_id", "quantity")]
    if found and {one.pool_id: one.quantity for one in found} != wanted:
        raise IdempotencyConflict(field="key", key=key)
    return found


def _decide(sql: str, key: str, state: Reservation.State, fine: set[Reservation.State], actor: Actor) -> None:
    held = [actor.merchant_id, key]
    pool_ids = {row[0] for row in prepared.rows(HELD, held)}
    if not pool_ids:
        raise UnknownReservation(field="key", key=key)
    _lock(pool_ids, actor)
    states = {row[1] for row in prepared.rows(HELD, held)}  # as they are under the lock
    for other in sorted(states - {Reservation.State.RESERVED.value} - {s.value for s in fine}):
        raise NotHeld(field="key", key=key, state=other)
    prepared.rows(sql, {"state": state.value, "now": clock.now(), "merchant": actor.merchant_id, "key": key})


def _resize(pool_id: int, actor: Actor, *, to: int | None = None, by: int = 0) -> Pool:
    pools = _lock([pool_id], actor)
    if not pools:
        raise UnknownPool(field="pool", pool=pool_id)
    pool = pools[0]
    capacity = pool.capacity + by if to is None else to
    if capacity < pool.reserved + pool.confirmed:
        raise CapacityInUse(field="capacity", pool=pool.key, wanted=capacity, in_use=pool.reserved + pool.confirmed)
    Pool.objects.filter(pk=pool_id).update(capacity=capacity)
    pool.capacity = capacity
    return pool
