from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from yutang.core import clock
from yutang.core.reservations import queries, services, tasks
from yutang.core.reservations.errors import (
    CapacityInUse,
    IdempotencyConflict,
    NotHeld,
    ReturnTooLarge,
    SoldOut,
    UnknownPool,
    UnknownReservation,
)
from yutang.core.reservations.models import Pool, Reservation

SOON = datetime(2030, 1, 1, tzinfo=UTC)
PAST = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.fixture
def cake(actor) -> Pool:
    return services.open_pool(kind="stock", key="cake", capacity=10, actor=actor)


@pytest.fixture
def bread(actor) -> Pool:
    return services.open_pool(kind="stock", key="bread", capacity=5, actor=actor)


def numbers(pool: Pool) -> tuple[int, int, int]:
    pool.refresh_from_db()
    return pool.capacity, pool.reserved, pool.confirmed


def hold(actor, *items, key="a", expires_at=SOON) -> list[services.Held]:
    return services.reserve(items=items, holder_key="order:1", key=key, expires_at=expires_at, actor=actor)


def test_reserving_takes_from_every_pool_in_one_statement(actor, cake, bread, django_assert_num_queries):
    with django_assert_num_queries(1):
        made = hold(actor, (bread.pk, 2), (cake.pk, 3), (bread.pk, 1))
    assert [(r.pool_id, r.quantity) for r in made] == [(cake.pk, 3), (bread.pk, 3)]
    stored = Reservation.objects.order_by("id").values_list(
        "id", "pool_id", "quantity", "state", "holder_key", "expires_at"
    )
    assert list(stored) == [(r.id, r.pool_id, r.quantity, "reserved", "order:1", SOON) for r in made]
    assert (numbers(cake), numbers(bread)) == ((10, 3, 0), (5, 3, 0))
    assert queries.available([cake.pk, bread.pk]) == {cake.pk: 7, bread.pk: 2}


def test_sold_out_names_the_pool_and_takes_nothing_from_the_others(actor, cake, bread):
    with pytest.raises(SoldOut) as refused:
        hold(actor, (cake.pk, 3), (bread.pk, 6))
    assert (refused.value.code, refused.value.params) == (
        "reservations.sold_out",
        {"pool": "bread", "pool_id": bread.pk, "kind": "stock", "available": 5, "wanted": 6},
    )
    assert (numbers(cake), numbers(bread), Reservation.objects.count()) == ((10, 0, 0), (5, 0, 0), 0)
    hold(actor, (cake.pk, 10), (bread.pk, 5))


def test_the_same_key_again_returns_the_earlier_ones(actor, cake, bread):
    first = hold(actor, (cake.pk, 10))
    assert hold(actor, (cake.pk, 10)) == first  # although nothing is left
    with pytest.raises(IdempotencyConflict):
        hold(actor, (cake.pk, 1))
    with pytest.raises(IdempotencyConflict):
        hold(actor, (bread.pk, 1))
    assert (numbers(cake), numbers(bread)) == ((10, 10, 0), (5, 0, 0))


def test_an_unknown_pool_is_refused(actor, cake):
    with pytest.raises(UnknownPool):
        hold(actor, (cake.pk, 1), (10**9, 1))
    with pytest.raises(ValueError, match="positive"):
        hold(actor, (cake.pk, 0))
    assert numbers(cake) == (10, 0, 0)


def test_confirming_makes_it_final_once(actor, cake, bread):
    hold(actor, (cake.pk, 3), (bread.pk, 1))
    services.confirm(key="a", actor=actor)
    services.confirm(key="a", actor=actor)
    assert (numbers(cake), numbers(bread)) == ((10, 0, 3), (5, 0, 1))
    with pytest.raises(NotHeld) as refused:
        services.release(key="a", actor=actor)
    assert refused.value.params["state"] == "confirmed"
    with pytest.raises(UnknownReservation):
        services.confirm(key="b", actor=actor)


def test_releasing_gives_back_once(actor, cake):
    hold(actor, (cake.pk, 3))
    services.release(key="a", actor=actor)
    services.release(key="a", actor=actor)
    assert numbers(cake) == (10, 0, 0)
    with pytest.raises(NotHeld):
        services.confirm(key="a", actor=actor)


def test_what_is_overdue_expires_once_and_together(actor, cake, bread):
    hold(actor, (cake.pk, 3), (bread.pk, 1), expires_at=PAST)
    hold(actor, (cake.pk, 2), key="b", expires_at=PAST)
    hold(actor, (cake.pk, 1), key="c")
    hold(actor, (cake.pk, 1), key="d", expires_at=None)
    services.confirm(key="b", actor=actor)  # paid late, but before the run
    assert services.expire_due(now=PAST - timedelta(seconds=1), actor=actor) == 0
    assert services.expire_due(now=clock.now(), limit=1, actor=actor) == 2
    assert services.expire_due(now=clock.now(), actor=actor) == 0
    assert (numbers(cake), numbers(bread)) == ((10, 2, 2), (5, 0, 0))
    with pytest.raises(NotHeld) as refused:
        services.confirm(key="a", actor=actor)
    assert refused.value.params["state"] == "expired"
    services.release(key="a", actor=actor)
    assert numbers(cake) == (10, 2, 2)


def test_the_job_expires_what_is_overdue(merchant, actor, cake):
    hold(actor, (cake.pk, 3), expires_at=PAST)
    tasks.expire(0)
    assert numbers(cake) == (10, 0, 0)


def test_after_sale_gives_back_what_was_confirmed_and_no_more(actor, cake):
    (made,) = hold(actor, (cake.pk, 3))
    with pytest.raises(NotHeld):
        services.return_confirmed(reservation_id=made.id, quantity=1, key="r", actor=actor)
    services.confirm(key="a", actor=actor)
    services.return_confirmed(reservation_id=made.id, quantity=2, key="r", actor=actor)
    services.return_confirmed(reservation_id=made.id, quantity=2, key="r", actor=actor)
    assert numbers(cake) == (10, 0, 1)
    with pytest.raises(IdempotencyConflict):
        services.return_confirmed(reservation_id=made.id, quantity=1, key="r", actor=actor)
    with pytest.raises(ReturnTooLarge) as refused:
        services.return_confirmed(reservation_id=made.id, quantity=2, key="r2", actor=actor)
    assert refused.value.params == {"available": 1, "wanted": 2}
    with pytest.raises(UnknownReservation):
        services.return_confirmed(reservation_id=10**9, quantity=1, key="r3", actor=actor)
    assert numbers(cake) == (10, 0, 1)


def test_capacity_never_drops_below_what_is_taken(actor, cake):
    hold(actor, (cake.pk, 3))
    hold(actor, (cake.pk, 2), key="b")
    services.confirm(key="b", actor=actor)
    with pytest.raises(CapacityInUse) as refused:
        services.set_capacity(pool_id=cake.pk, capacity=4, actor=actor)
    assert refused.value.params == {"pool": "cake", "wanted": 4, "in_use": 5}
    assert services.set_capacity(pool_id=cake.pk, capacity=5, actor=actor).available == 0
    assert services.change_capacity(pool_id=cake.pk, by=7, actor=actor).capacity == 12
    with pytest.raises(CapacityInUse):
        services.change_capacity(pool_id=cake.pk, by=-8, actor=actor)
    assert numbers(cake) == (12, 3, 2)
    with pytest.raises(UnknownPool):
        services.set_capacity(pool_id=10**9, capacity=4, actor=actor)


def test_opening_a_pool_again_leaves_it_as_it_is(actor, cake):
    again = services.open_pool(kind="stock", key="cake", capacity=99, actor=actor)
    assert (again, again.capacity) == (cake, 10)


@pytest.mark.parametrize("change", [{"reserved": -1}, {"confirmed": -1}, {"reserved": 11}, {"confirmed": 11}])
def test_the_database_refuses_an_oversold_pool(cake, change):
    with pytest.raises(IntegrityError, match="pool_"), transaction.atomic():
        Pool.objects.update(**change)
