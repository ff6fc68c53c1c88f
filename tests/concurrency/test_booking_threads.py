"""The last places, one person's quota and one room, by many at the same moment."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import connection

from tests.concurrency.threads import together
from tests.factories import bookings as made
from tests.factories.merchants import make_merchant
from yutang.areas.bookings import queries, services
from yutang.areas.bookings.errors import FullyBooked, QuotaReached, ResourceBusy
from yutang.areas.bookings.models import Booking
from yutang.areas.merchants import queries as merchants
from yutang.core import access, clock, tenancy
from yutang.core.reservations import queries as pools
from yutang.core.reservations.models import Pool

pytestmark = pytest.mark.django_db(transaction=True)
BUYERS = 100


@pytest.fixture
def actor():
    return access.system(make_merchant().pk)


@pytest.fixture
def people(actor):
    with tenancy.scope(actor.merchant_id):
        return [made.person(number) for number in range(BUYERS)]


def test_the_race_exists_look_then_book_overbooks(actor):
    with tenancy.scope(actor.merchant_id):
        experience = made.make_experience(capacity=10)

    def naive(number, barrier):
        with tenancy.scope(actor.merchant_id):
            slots = queries.slots(experience, timezone=made.ZONE, now=clock.now())
            may = next(slot.left for slot in slots if slot.starts_at == made.at()) > 0
        connection.close()
        barrier.wait()
        return may

    assert sum(together(naive, threads=BUYERS)) == BUYERS  # all would be let in, to ten places


def test_ten_places_are_booked_ten_times(actor, people):
    with tenancy.scope(actor.merchant_id):
        experience = made.make_experience(capacity=10)
    starts = made.at()

    def buy(number, barrier):
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            try:
                services.book(
                    experience_id=experience.pk,
                    starts_at=starts,
                    identity=people[number],
                    key=f"k{number}",
                    actor=actor,
                )
            except FullyBooked:
                return "full"
            return "booked"

    assert Counter(together(buy, threads=BUYERS)) == {"booked": 10, "full": BUYERS - 10}
    with tenancy.scope(actor.merchant_id):
        assert Booking.objects.count() == 10
        assert pools.available([Pool.objects.get().pk]) == {Pool.objects.get().pk: 0}


def test_one_persons_quota_holds_from_many_phones(actor, people):
    with tenancy.scope(actor.merchant_id):
        experience = made.make_experience(capacity=50, quota=1)
    starts = made.at()

    def buy(number, barrier):
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            try:
                services.book(
                    experience_id=experience.pk, starts_at=starts, identity=people[0], key=f"k{number}", actor=actor
                )
            except QuotaReached:
                return 0
            return 1

    assert sum(together(buy, threads=30)) == 1


def test_one_tap_said_often_is_one_booking(actor, people):
    with tenancy.scope(actor.merchant_id):
        experience = made.make_experience(capacity=50)
    starts = made.at()

    def buy(number, barrier):
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            return services.book(
                experience_id=experience.pk, starts_at=starts, identity=people[0], key="same", actor=actor
            ).pk

    assert len(set(together(buy, threads=20))) == 1


def test_one_room_is_given_to_one_experience(actor, people):
    with tenancy.scope(actor.merchant_id):
        room = services.save_resource(node_id=merchants.root_node().pk, kind="room", name="Lake room", actor=actor)
        both = [made.make_experience(title=f"E{n}", resource_id=room.pk, capacity=50) for n in range(2)]
    starts = made.at()

    def buy(number, barrier):
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            try:
                booked = services.book(
                    experience_id=both[number % 2].pk, starts_at=starts, identity=people[number], key=f"k{number}",
                    actor=actor,
                )  # fmt: skip
            except ResourceBusy:
                return None
            return booked.session.experience_id

    assert Counter(together(buy, threads=40)).most_common() in (
        [(both[0].pk, 20), (None, 20)], [(None, 20), (both[0].pk, 20)],
        [(both[1].pk, 20), (None, 20)], [(None, 20), (both[1].pk, 20)],
    )  # fmt: skip


def test_cancelling_at_once_offers_each_freed_place_once(actor, people):
    with tenancy.scope(actor.merchant_id):
        experience = made.make_experience(capacity=10)
        starts = made.at()
        booked = [made.book(experience, number, starts) for number in range(10)]
        for number in range(10, 30):
            made.wait(experience, number, starts)

    def cancel(number, barrier):
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            services.cancel(booking_id=booked[number].pk, actor=actor)

    together(cancel, threads=10)
    with tenancy.scope(actor.merchant_id):
        states = Counter(Booking.objects.values_list("state", flat=True))
        assert states == {"cancelled": 10, "offered": 10, "waiting": 10}
        offered = Booking.objects.filter(state="offered").order_by("pk").values_list("key", flat=True)
        line = Booking.objects.exclude(state="cancelled").order_by("pk").values_list("key", flat=True)
        assert list(offered) == list(line)[:10]  # the first of the line
