"""Changes by hand: small ones at once, larger ones by a second person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.factories import points
from tests.factories.customers import make_customer
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
        assert ask(person, 999, anna).state == Change.State.DONE
    assert points.balance(person) == 999
    ask(person, -99, anna, key="down")
    assert points.balance(person) == 900
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
