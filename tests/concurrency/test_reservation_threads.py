from __future__ import annotations

import pytest
from django.db import OperationalError, connection
from django.db.models import F

from tests.concurrency.threads import THREADS, together
from tests.factories.merchants import make_merchant
from yutang.core import access, clock, tenancy
from yutang.core.reservations import services
from yutang.core.reservations.errors import CapacityInUse, IdempotencyConflict, NotHeld, SoldOut
from yutang.core.reservations.models import Pool, Reservation

pytestmark = pytest.mark.django_db(transaction=True)

DEADLOCK = "40P01"  # PostgreSQL's deadlock_detected


@pytest.fixture
def actor():
    return access.system(make_merchant().pk)


@pytest.fixture
def pools(actor) -> list[Pool]:
    with tenancy.scope(actor.merchant_id):
        return [services.open_pool(kind="stock", key=f"sku:{n}", capacity=10, actor=actor) for n in range(3)]


def numbers(actor) -> list[tuple[int, int, int]]:
    with tenancy.scope(actor.merchant_id):
        return list(Pool.objects.order_by("id").values_list("capacity", "reserved", "confirmed"))


def reserve(actor, items, key) -> bool:
    try:
        with tenancy.scope(actor.merchant_id):
            services.reserve(items=items, holder_key=key, key=key, expires_at=clock.now(), actor=actor)
    except SoldOut:
        return False
    return True


def test_the_race_exists_look_then_take_oversells(actor, pools):
    def naive(number, barrier):
        with tenancy.scope(actor.merchant_id):
            pool = Pool.objects.get(pk=pools[0].pk)
        connection.close()
        barrier.wait()
        if pool.available < 1:
            return False
        with tenancy.scope(actor.merchant_id):
            Pool.objects.filter(pk=pool.pk).update(reserved=pool.reserved + 1)
        return True

    assert sum(together(naive)) == THREADS  # fifty buyers of ten pieces
    assert numbers(actor)[0] == (10, 1, 0)  # and the books show one


def test_fifty_threads_for_the_last_ten_pieces_sell_ten(actor, pools):
    def buy(number, barrier):
        barrier.wait()
        return reserve(actor, [(pools[0].pk, 1)], f"order:{number}")

    assert sum(together(buy)) == 10
    assert numbers(actor)[0] == (10, 10, 0)


def test_the_race_exists_pools_locked_in_the_order_of_the_wish_block_each_other(actor, pools):
    def naive(number, barrier):
        """Of two buyers of the same two pools, each starts with the one that the other takes last."""
        first, second = pools[number], pools[1 - number]
        try:
            with tenancy.scope(actor.merchant_id):
                Pool.objects.select_for_update().get(pk=first.pk)
                barrier.wait()
                Pool.objects.select_for_update().get(pk=second.pk)
                Pool.objects.filter(pk__in=[first.pk, second.pk]).update(reserved=F("reserved") + 1)
        except OperationalError as error:
            return error.__cause__.sqlstate
        return "bought"

    assert sorted(together(naive, threads=2)) == [DEADLOCK, "bought"]
    assert numbers(actor)[:2] == [(10, 1, 0), (10, 1, 0)]  # one buyer was thrown out, with plenty left


def test_several_pools_in_any_order_never_oversell_nor_block_each_other(actor, pools):
    def buy(number, barrier):
        wanted = [pools[number % 3], pools[(number * 2 + 1) % 3]]
        if number % 2:
            wanted.reverse()
        barrier.wait()
        key = f"order:{number}"
        got = reserve(actor, [(pool.pk, 1) for pool in wanted], key)
        if got and number % 5 == 0:
            with tenancy.scope(actor.merchant_id):
                services.release(key=key, actor=actor)
        elif got:
            with tenancy.scope(actor.merchant_id):
                services.confirm(key=key, actor=actor)

    together(buy)
    with tenancy.scope(actor.merchant_id):
        for pool in Pool.objects.all():
            sold = sum(
                Reservation.objects.filter(pool=pool, state="confirmed").values_list("quantity", flat=True)
            )  # fmt: skip
            assert (pool.reserved, pool.confirmed) == (0, sold)
            assert 0 < sold <= 10


def test_the_race_exists_look_for_the_key_then_hold_holds_once_each(actor, pools):
    def naive(number, barrier):
        with tenancy.scope(actor.merchant_id):
            is_held = Reservation.objects.filter(holder_key="order:1").exists()
        connection.close()
        barrier.wait()
        if is_held:
            return
        with tenancy.scope(actor.merchant_id):
            Reservation.objects.create(
                merchant_id=actor.merchant_id, pool=pools[0], idempotency_key=f"try:{number}", holder_key="order:1",
                quantity=1,
            )  # fmt: skip

    together(naive)
    with tenancy.scope(actor.merchant_id):
        assert Reservation.objects.filter(holder_key="order:1").count() == THREADS  # one order, held fifty times


def test_one_key_from_fifty_threads_holds_once(actor, pools):
    def buy(number, barrier):
        barrier.wait()
        return reserve(actor, [(pools[0].pk, 4), (pools[1].pk, 1)], "order:1")

    assert all(together(buy))
    assert numbers(actor) == [(10, 4, 0), (10, 1, 0), (10, 0, 0)]


def test_one_key_for_two_wishes_holds_one_of_them_whole(actor, pools):
    """Both wait at the pool that both ask for; whoever comes second may not add its other pool to the first one's."""
    wishes = [[(pools[0].pk, 1)], [(pools[0].pk, 1), (pools[1].pk, 1)]]

    def buy(number, barrier):
        barrier.wait()
        try:
            return bool(reserve(actor, wishes[number % 2], "order:1"))
        except IdempotencyConflict:
            return False

    held = together(buy)
    kept = {number % 2 for number, was in enumerate(held) if was}
    assert len(kept) == 1
    assert numbers(actor) == [(10, 1, 0), (10, len(wishes[kept.pop()]) - 1, 0), (10, 0, 0)]


def test_the_race_exists_both_payment_and_time_out_believe_they_decided(actor, pools):
    assert reserve(actor, [(pools[0].pk, 4)], "order:1")

    def naive(number, barrier):
        with tenancy.scope(actor.merchant_id):
            state = Reservation.objects.get().state
        connection.close()
        barrier.wait()
        if state != "reserved":
            return False
        with tenancy.scope(actor.merchant_id):
            Reservation.objects.update(state="confirmed" if number else "expired")
        return True

    assert sum(together(naive, threads=2)) == 2


def test_of_payment_release_and_time_out_exactly_one_decides(actor, pools):
    for number in range(10):
        assert reserve(actor, [(pools[0].pk, 1), (pools[1].pk, 1)], f"order:{number}")

    def decide(number, barrier):
        """Five for each of the ten orders: two payments, a release, two runs of the time-out."""
        key = f"order:{number // 5}"
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            try:
                if number % 5 < 2:
                    services.confirm(key=key, actor=actor)
                elif number % 5 == 2:
                    services.release(key=key, actor=actor)
                else:
                    services.expire_due(now=clock.now(), limit=3, actor=actor)
            except NotHeld:
                return key, "too late"
        return key, "paid" if number % 5 < 2 else "other"

    results = together(decide)
    with tenancy.scope(actor.merchant_id):
        confirmed = 0
        for number in range(10):
            key = f"order:{number}"
            (state,) = set(Reservation.objects.filter(idempotency_key=key).values_list("state", flat=True))
            paid = results.count((key, "paid"))
            assert paid == (2 if state == "confirmed" else 0)  # never a payment accepted for goods given back
            confirmed += state == "confirmed"
    assert numbers(actor)[:2] == [(10, 0, confirmed), (10, 0, confirmed)]


def test_the_race_exists_returns_and_capacity_changes_written_from_what_was_read_undo_each_other(actor, pools):
    with tenancy.scope(actor.merchant_id):
        Pool.objects.filter(pk=pools[0].pk).update(confirmed=10)

    def naive(number, barrier):
        with tenancy.scope(actor.merchant_id):
            pool = Pool.objects.get(pk=pools[0].pk)
        connection.close()
        barrier.wait()
        if number < 10:
            pool.confirmed -= 1
        else:
            pool.capacity += 1
        with tenancy.scope(actor.merchant_id):
            pool.save()

    together(naive)
    # Ten returns and forty new pieces: only the last to write is left of them, and it undid the rest.
    assert numbers(actor)[0] in {(10, 0, 9), (11, 0, 10)}


def test_returns_and_capacity_changes_beside_each_other_stay_exact(actor, pools):
    with tenancy.scope(actor.merchant_id):
        (made,) = services.reserve(
            items=[(pools[0].pk, 10)], holder_key="o", key="o", expires_at=None, actor=actor
        )  # fmt: skip
        services.confirm(key="o", actor=actor)

    def work(number, barrier):
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            if number < 20:  # ten returns, each sent twice
                services.return_confirmed(reservation_id=made.id, quantity=1, key=f"r{number // 2}", actor=actor)
                return 0
            try:
                services.change_capacity(pool_id=pools[0].pk, by=1 if number % 2 else -1, actor=actor)
            except CapacityInUse:
                return 0
            return 1 if number % 2 else -1

    changed = sum(together(work))
    assert numbers(actor)[0] == (10 + changed, 0, 0)
