from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories.bookings import ZONE, at, book, make_experience, pay, person, wait
from tests.factories.merchants import make_merchant
from yutang.areas.bookings import queries, services
from yutang.areas.bookings.errors import (
    FullyBooked,
    NotFull,
    NotInvited,
    NotThen,
    PartyTooLarge,
    QuotaReached,
    ResourceBusy,
    WrongState,
)
from yutang.areas.bookings.models import Booking
from yutang.areas.bookings.rules import Begin
from yutang.areas.merchants import queries as merchants
from yutang.areas.payments.models import Refund
from yutang.core import clock, tenancy
from yutang.core.errors import NotFound

State = Booking.State


def state(booking: Booking) -> str:
    booking.refresh_from_db()
    return booking.state


def left(experience) -> int:
    found = [s for s in queries.slots(experience, timezone=ZONE, now=clock.now()) if s.starts_at == at()]
    return found[0].left


def test_what_is_free_is_booked_at_once(merchant, actor, django_assert_num_queries):
    made = make_experience()
    found = book(made, key="same")
    assert (found.state, found.amount, len(found.code)) == (State.BOOKED, 0, 8)
    assert book(made, key="same").pk == found.pk
    assert left(made) == 1
    with django_assert_num_queries(4):
        queries.slots(made, timezone=ZONE, now=clock.now())


def test_a_full_time_is_refused_and_writes_nothing(merchant, actor):
    made = make_experience(capacity=1)
    book(made, 1)
    with pytest.raises(FullyBooked) as refused:
        book(made, 2)
    assert refused.value.params == {"available": 0, "wanted": 1}
    assert Booking.objects.count() == 1


def test_a_party_takes_its_places(merchant, actor):
    made = make_experience(capacity=5, largest_party=3, price=100)
    found = book(made, 1, party=3)
    assert (found.amount, left(made)) == (300, 2)
    with pytest.raises(FullyBooked):
        book(made, 2, party=3)
    with pytest.raises(PartyTooLarge):
        book(made, 2, party=4)


@pytest.mark.parametrize("starts", [at(2, 601), at(-1), at(31), at(2, 0)])
def test_only_times_that_are_offered(merchant, actor, starts):
    with pytest.raises(NotThen):
        book(make_experience(), starts=starts)


def test_a_day_that_differs_replaces_its_weekday(merchant, actor):
    made = make_experience()
    today = clock.today(ZONE)
    week = [Begin(n, None, 600) for n in range(7)]
    days = [Begin(None, today + timedelta(days=2), None), Begin(None, today + timedelta(days=3), 900)]
    services.save_hours(experience_id=made.pk, begins=[*week, *days], actor=actor)
    with pytest.raises(NotThen):
        book(made, starts=at(2))
    with pytest.raises(NotThen):
        book(made, starts=at(3))
    assert book(made, starts=at(3, 900)).state == State.BOOKED


def test_quota_holds_per_person_and_period(merchant, actor):
    made = make_experience(quota=1, quota_days=3)
    first = book(made, 1, at(2))
    for days in (1, 3, 4):
        with pytest.raises(QuotaReached):
            book(made, 1, at(days))
    assert book(made, 1, at(5)).state == State.BOOKED
    assert book(made, 2, at(2)).state == State.BOOKED
    services.cancel(booking_id=first.pk, actor=actor)
    assert book(made, 1, at(2)).state == State.BOOKED


def test_one_resource_serves_one_session_at_a_time(merchant, actor):
    node = merchants.root_node()
    room = services.save_resource(node_id=node.pk, kind="room", name="Lake room", actor=actor)
    tea = make_experience(title="Tea", resource_id=room.pk)
    yoga = make_experience(title="Yoga", resource_id=room.pk, begins=[630, 660])
    first = book(tea)
    with pytest.raises(ResourceBusy):
        book(yoga, starts=at(2, 630))
    assert [
        s.is_busy for s in queries.slots(yoga, timezone=ZONE, now=clock.now()) if s.starts_at.date() == at().date()
    ] == [True, False]
    assert book(yoga, starts=at(2, 660)).state == State.BOOKED
    services.cancel(booking_id=first.pk, actor=actor)
    assert book(yoga, starts=at(2, 630)).state == State.BOOKED
    with pytest.raises(ResourceBusy):
        book(tea, 2)


def test_only_those_who_are_invited(merchant, actor):
    made = make_experience(audience="vip")
    services.save_hub(
        is_active=True, title="Pond", text="", segment_id=None, contact_name="Mei", contact_phone="", contact_wechat="",
        actor=actor,
    )  # fmt: skip
    who = person(1)
    with pytest.raises(NotInvited):
        book(made, 1)
    with pytest.raises(NotFound):
        queries.for_shopper(made.pk, who.customer_id)
    assert queries.offered(who.customer_id) == []
    invited = services.invite(customer_id=who.customer_id, reason="Regular", actor=actor)
    assert services.invite(customer_id=who.customer_id, reason="Again", actor=actor).pk == invited.pk
    assert queries.offered(who.customer_id) == [made]
    assert book(made, 1).state == State.BOOKED
    services.end_invitation(invitation_id=invited.pk, actor=actor)
    assert not queries.is_member(who.customer_id)


def test_paying_books_and_lateness_gives_the_place_back(merchant, actor):
    made = make_experience(capacity=1, price=8_800)
    held = book(made, 1)
    assert (held.state, left(made)) == (State.HELD, 0)
    pay(held)
    assert state(held) == State.BOOKED
    with pytest.raises(FullyBooked):
        book(made, 2)
    late = book(made, 2, at(3))
    with tenancy.scope(merchant.pk):
        assert services.expire_due(now=late.expires_at, actor=actor) == 1
    assert state(late) == State.EXPIRED
    assert book(made, 3, at(3)).state == State.HELD


@pytest.mark.parametrize(("free_until", "percent", "back"), [(24, 30, 8_801), (72, 30, 2_640), (72, 0, 0)])
def test_cancelling_pays_back_as_it_was_booked(merchant, actor, free_until, percent, back):
    made = make_experience(price=8_801, free_until_hours=free_until, late_refund_percent=percent)
    booked = book(made, 1, at(2))
    pay(booked)
    draft = services.Draft(
        node_id=made.node_id, title="Dearer", minutes=60, capacity=2, price=1, late_refund_percent=99
    )
    services.save_experience(experience_id=made.pk, draft=draft, actor=actor)
    services.cancel(booking_id=booked.pk, actor=actor)
    services.cancel(booking_id=booked.pk, actor=actor)
    assert (state(booked), booked.refunded) == (State.CANCELLED, back)
    assert sum(Refund.objects.values_list("amount", flat=True)) == back
    assert left(made) == 2


def test_the_store_cancels_with_all_the_money(merchant, actor):
    booked = book(make_experience(price=500, free_until_hours=72))
    pay(booked)
    assert services.cancel(booking_id=booked.pk, is_full=True, actor=actor).refunded == 500


def test_money_that_comes_too_late_goes_back(merchant, actor):
    from yutang.areas.payments import services as payments
    from yutang.areas.payments.providers import sandbox

    held = book(make_experience(price=500))
    tender = payments.open_tender(payable=("booking", held.pk), provider="sandbox", actor=actor)
    services.expire_due(now=held.expires_at, actor=actor)
    payments.receive(provider="sandbox", told=sandbox.read(*sandbox.notice(tender)), actor=actor)
    assert state(held) == State.EXPIRED
    assert [r.amount for r in Refund.objects.all()] == [500]


def test_a_freed_place_is_offered_to_the_first_in_line(merchant, actor):
    made = make_experience(capacity=1)
    with pytest.raises(NotFull):
        wait(made, 2)
    first = book(made, 1)
    second, third = wait(made, 2), wait(made, 3)
    assert [queries.place_in_line(x) for x in (second, third)] == [1, 2]
    services.cancel(booking_id=first.pk, actor=actor)
    assert (state(second), state(third)) == (State.OFFERED, State.WAITING)
    assert second.expires_at is not None
    with pytest.raises(FullyBooked):
        book(made, 4)  # nobody overtakes an offer
    services.expire_due(now=second.expires_at, actor=actor)
    assert (state(second), state(third)) == (State.EXPIRED, State.OFFERED)
    assert services.take(booking_id=third.pk, actor=actor).state == State.BOOKED
    assert services.take(booking_id=third.pk, actor=actor).state == State.BOOKED
    with pytest.raises(WrongState):
        services.take(booking_id=second.pk, actor=actor)
    assert left(made) == 0


def test_an_offered_place_that_costs_is_taken_by_paying(merchant, actor):
    made = make_experience(capacity=1, price=900)
    first = book(made, 1)
    second = wait(made, 2)
    services.expire_due(now=first.expires_at, actor=actor)
    assert state(second) == State.OFFERED
    with pytest.raises(WrongState):
        services.take(booking_id=second.pk, actor=actor)
    pay(second)
    assert state(second) == State.BOOKED


def test_a_party_that_does_not_fit_lets_a_smaller_one_pass(merchant, actor):
    made = make_experience(capacity=3, largest_party=2)
    one, two = book(made, 1), book(made, 2, party=2)
    pair, single = wait(made, 3, party=2), wait(made, 4)
    services.cancel(booking_id=one.pk, actor=actor)
    assert (state(pair), state(single)) == (State.WAITING, State.OFFERED)
    services.cancel(booking_id=two.pk, actor=actor)
    assert state(pair) == State.OFFERED
    assert left(made) == 0


def test_fewer_places_never_fewer_than_are_taken(merchant, actor):
    made = make_experience(capacity=3)
    book(made, 1)
    book(made, 2)
    draft = services.Draft(node_id=made.node_id, title="Small", minutes=60, capacity=1)
    services.save_experience(experience_id=made.pk, draft=draft, actor=actor)
    made.refresh_from_db()
    assert left(made) == 0


def test_another_merchants_are_unknown(merchant, actor):
    booked = book(make_experience())
    other = make_merchant()
    with tenancy.scope(other.pk), pytest.raises(NotFound):
        services.cancel(booking_id=booked.pk, actor=actor)
