"""Changes by hand: small ones at once, larger ones by a second person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.factories import points
from tests.factories.customers import make_customer
from yutang.areas.customers import services as people
from yutang.areas.points import queries, services
from yutang.areas.points.errors import AlreadyDecided, NoChange, NoReason, NotEnoughPoints, OwnChange
from yutang.areas.points.models import Change
from yutang.core.errors import NotAllowed, NotFound
from yutang.core.models import AuditEntry

EVERYTHING = {f"points.{verb}": None for verb in ("view", "edit", "adjust", "approve")} | {"customers.view": None}


@pytest.fixture
def person(merchant):
    return make_customer().pk


@pytest.fixture
def anna(actor):
    return replace(actor, kind="user", id=1, name="Anna", grants=EVERYTHING)


@pytest.fixture
def owner(actor):
    return replace(actor, kind="user", id=2, name="Owner", grants=EVERYTHING)


def ask(person, number, actor, key="k", reason="goodwill"):
    return services.ask(customer_id=person, points=number, reason=reason, key=key, actor=actor)


def test_a_small_change_is_booked_at_once_and_once(person, anna):
    for _ in range(2):
        assert ask(person, 900, anna).state == Change.State.DONE
    assert points.balance(person) == 900
    ask(person, -99, anna, key="down")
    assert points.balance(person) == 801
    said = [(queries.label(row.entry), queries.why(row.entry)) for row in queries.statement(person)]
    assert said == [("Changed by hand", "")] * 2
    assert {change.reason for change in Change.objects.all()} == {"goodwill"}
    assert AuditEntry.objects.filter(action="points.ask").count() == 2


def test_a_large_change_waits_for_somebody_else(person, anna, owner):
    change = ask(person, 1000, anna)
    assert (change.state, points.balance(person)) == (Change.State.ASKED, 0)
    with pytest.raises(OwnChange):
        services.decide(change_id=change.pk, is_approved=True, actor=anna)
    services.decide(change_id=change.pk, is_approved=True, actor=owner)
    assert points.balance(person) == 1000
    with pytest.raises(AlreadyDecided):
        services.decide(change_id=change.pk, is_approved=True, actor=owner)
    assert points.balance(person) == 1000


def test_small_changes_of_a_day_are_one_large_one(person, anna, owner):
    assert ask(person, 600, anna).state == Change.State.DONE
    second = ask(person, 400, anna, key="second")
    assert (second.state, points.balance(person)) == (Change.State.ASKED, 600)
    assert ask(person, -399, anna, key="third").state == Change.State.DONE  # what waits has changed nothing
    assert ask(person, -1, anna, key="fourth").state == Change.State.ASKED
    assert ask(person, 400, anna, key="second").pk == second.pk
    services.decide(change_id=second.pk, is_approved=True, actor=owner)
    assert points.balance(person) == 601
    assert queries.booked_alone(person, anna) == 999


def test_each_person_and_each_colleague_counts_for_themselves(person, anna, owner):
    assert ask(person, 999, anna).state == Change.State.DONE
    assert ask(make_customer().pk, 999, anna, key="other").state == Change.State.DONE
    assert ask(person, 999, owner, key="owner").state == Change.State.DONE


def test_what_somebody_else_approved_does_not_count(person, anna, owner):
    services.decide(change_id=ask(person, 5000, anna).pk, is_approved=True, actor=owner)
    assert ask(person, 999, anna, key="second").state == Change.State.DONE


def test_a_day_later_it_begins_anew(person, anna, time_machine):
    time_machine.move_to("2026-03-01T15:59:00Z", tick=False)  # a minute before midnight in Shanghai
    assert ask(person, 999, anna).state == Change.State.DONE
    time_machine.move_to("2026-03-02T15:58:00Z", tick=False)  # another day of the calendar
    assert ask(person, 1, anna, key="second").state == Change.State.ASKED
    time_machine.move_to("2026-03-02T15:59:00Z", tick=False)
    assert ask(person, 999, anna, key="third").state == Change.State.DONE


def test_people_who_became_one_count_as_one(person, anna, actor):
    other = make_customer().pk
    ask(other, 600, anna)
    people.merge(survivor_id=person, absorbed_id=other, evidence=[], actor=actor)
    assert ask(person, 400, anna, key="second").state == Change.State.ASKED


def test_not_even_the_owner_approves_what_they_asked_for(person, owner):
    change = ask(person, 5000, owner)
    with pytest.raises(OwnChange):
        services.decide(change_id=change.pk, is_approved=False, actor=owner)
    assert queries.waiting() == 1


def test_a_refused_change_changes_nothing(person, anna, owner):
    change = ask(person, 5000, anna)
    services.decide(change_id=change.pk, is_approved=False, note="too much", actor=owner)
    change.refresh_from_db()
    assert (change.state, change.note, change.decided_by) == ("refused", "too much", "Owner")
    assert points.balance(person) == 0


def test_nobody_falls_below_zero(person, anna, owner):
    points.give(person, 10)
    with pytest.raises(NotEnoughPoints):
        ask(person, -11, anna)
    change = ask(person, -2000, anna, key="large")
    with pytest.raises(NotEnoughPoints):
        services.decide(change_id=change.pk, is_approved=True, actor=owner)
    assert points.balance(person) == 10


def test_a_change_needs_points_and_a_reason(person, anna):
    with pytest.raises(NoChange):
        ask(person, 0, anna)
    with pytest.raises(NoReason):
        ask(person, 1, anna, reason="  ")


def test_who_may(person, anna, owner):
    change = ask(person, 1000, anna)
    for grants in ({}, {"points.adjust": None}, {"points.approve": frozenset({1})}):
        with pytest.raises(NotAllowed):
            services.decide(change_id=change.pk, is_approved=True, actor=replace(owner, grants=grants))
    with pytest.raises(NotAllowed):
        ask(person, 1, replace(owner, grants={"points.approve": None}), key="b")
    with pytest.raises(NotFound):  # somebody of another store
        ask(person, 1, replace(owner, grants={"points.adjust": frozenset({0})}), key="c")
