from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import wallet
from tests.factories.bookings import at, book, make_experience, person
from tests.factories.merchants import make_store
from yutang.areas.bookings import rules, services
from yutang.areas.bookings.errors import Blocked, NotThen, UnknownCode, WrongState
from yutang.areas.bookings.models import Booking
from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants import services as organisation
from yutang.areas.payments import services as payments
from yutang.core.access import Actor
from yutang.core.errors import NotFound

State = Booking.State


def desk(actor, node_id: int | None) -> Actor:
    nodes = None if node_id is None else frozenset({node_id})
    return Actor("user", 1, "Desk", actor.merchant_id, {"bookings.handle": nodes, "bookings.view": nodes})


def test_a_code_checks_in_once_on_its_day(merchant, actor):
    booked = book(make_experience())
    by = desk(actor, None)
    with pytest.raises(NotThen):
        services.check_in(code=booked.code, actor=by)
    with time_machine.travel(at(), tick=False):
        assert services.check_in(code=f" {booked.code} ", actor=by).state == State.CHECKED_IN
        assert services.check_in(code=booked.code, actor=by).pk == booked.pk
        with pytest.raises(WrongState):
            services.cancel(booking_id=booked.pk, actor=by)
    with pytest.raises(UnknownCode):
        services.check_in(code="00000000x", actor=by)


def test_a_desk_sees_its_own_store(merchant, actor):
    booked = book(make_experience())
    store = organisation.add_node(parent=merchants.root_node(), kind="store", code="S", name="South", actor=actor)
    by = desk(actor, store.pk)
    with pytest.raises(UnknownCode):
        services.check_in(code=booked.code, actor=by)
    with pytest.raises(NotFound):
        services.miss(booking_id=booked.pk, actor=by)


def test_no_shows_block_for_a_while(merchant, actor):
    made = make_experience()
    by = desk(actor, None)
    first, second = book(made, 1, at(1)), book(made, 1, at(2))
    with pytest.raises(NotThen):
        services.miss(booking_id=first.pk, actor=by)
    with time_machine.travel(at(2) + timedelta(hours=2), tick=False):
        assert services.miss(booking_id=first.pk, actor=by).state == State.NO_SHOW
        assert book(made, 1, at(1)).state == State.BOOKED  # one is forgiven
        services.miss(booking_id=second.pk, actor=by)
        with pytest.raises(Blocked):
            book(made, 1, at(3))
        assert book(made, 1, at(3), is_desk=True).state == State.BOOKED
        assert book(made, 2, at(3)).state == State.BOOKED
        services.unmiss(booking_id=second.pk, actor=by)
        assert book(made, 1, at(4)).state == State.BOOKED
        services.miss(booking_id=second.pk, actor=by)
    with time_machine.travel(at(2) + timedelta(days=30), tick=False):
        assert book(made, 1, at(1)).state == State.BOOKED


DAYS = st.integers(0, 200).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=n))


@given(missed=st.lists(DAYS, max_size=8), strikes=st.integers(0, 3), now=DAYS)
def test_blocked_as_defined(missed, strikes, now):
    """By a definition that looks at every way to choose that many."""
    from itertools import combinations

    until = rules.blocked_until(missed, strikes=strikes, strike_days=30, block_days=20, now=now)
    ends = [
        max(some) + timedelta(days=20)
        for some in combinations(missed, strikes)
        if strikes and max(some) - min(some) <= timedelta(days=30)
    ]
    assert until == (max(ends) if ends and max(ends) > now else None)


@given(amount=st.integers(0, 10**9), percent=st.integers(0, 100), hours=st.integers(-48, 48))
def test_what_goes_back_is_never_more_than_was_paid(amount, percent, hours):
    free_until = datetime(2026, 1, 1, tzinfo=UTC)
    back = rules.refund_of(amount, free_until=free_until, late_percent=percent, now=free_until + timedelta(hours=hours))
    assert 0 <= back <= amount
    assert back == amount or hours >= 0


def test_a_time_that_the_clocks_leave_out_is_none():
    rows = [rules.Begin(6, None, 150), rules.Begin(6, None, 600)]
    found = list(rules.starts(rows, [date(2026, 3, 29)], "Europe/Berlin"))
    assert found == [datetime(2026, 3, 29, 8, tzinfo=UTC)]


def test_what_took_place_is_not_cancelled_by_the_person(merchant, actor):
    made = book(make_experience())
    with time_machine.travel(at() + timedelta(days=3), tick=True):
        with pytest.raises(WrongState):
            services.cancel(booking_id=made.pk, actor=actor)
        assert services.cancel(booking_id=made.pk, is_full=True, actor=actor).state == "cancelled"


def test_a_balance_that_pays_a_booking_is_spent_at_its_store(merchant, actor):
    store = make_store("N")
    made = book(make_experience(node_id=store.pk, price=1_000), 1)
    wallet.with_balance(1_000, 0, identity=person(1))
    payments.open_tender(payable=("booking", made.pk), provider="wallet", actor=actor)
    assert (wallet.of_store("wallet.served", store.pk), wallet.of_store("wallet.served")) == (1_000, 0)
