"""Who brought whom: the first one, unless a hand says why not; never in circles."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories.customers import START, make_customer
from tests.factories.relations import bring, bringer_of, relations
from yutang.areas.customers import services as customers
from yutang.areas.customers.errors import PersonErased
from yutang.areas.customers.models import Customer
from yutang.areas.relations import services
from yutang.areas.relations.errors import BroughtThemselves, GoesInCircles, ReasonMissing
from yutang.areas.relations.models import Referral
from yutang.core import clock

DAY = timedelta(days=1)


def by_code(person, bringer, actor, since=START):
    return services.bring_by_code(customer=person, bringer=bringer, code="Poster", since=since, actor=actor)


@pytest.fixture
def people(merchant):
    return [make_customer(name=name) for name in "ABCD"]


def test_somebody_brought_somebody(people):
    a, b, c, _ = people
    bring(b, a, reason="came together")
    bring(c, a)
    assert (bringer_of(a), bringer_of(b), bringer_of(c)) == (None, a.pk, a.pk)
    assert relations(a).brought == 2
    said = relations(b).bringer
    assert (said.name, said.reason, said.source) == ("A", "came together", "manual")


def test_the_first_code_wins(people, actor):
    a, b, c, _ = people
    assert by_code(c, a, actor, c.first_seen_at - DAY).source == "code"
    assert by_code(c, b, actor, c.first_seen_at - DAY) is None
    assert bringer_of(c) == a.pk


def test_nobody_brings_those_who_were_there_before(people, actor):
    a, b, *_ = people
    assert by_code(b, a, actor, b.first_seen_at + DAY) is None
    assert not Referral.objects.exists()


def test_a_hand_changes_it_with_a_reason(people, actor):
    a, b, c, _ = people
    by_code(c, a, actor, c.first_seen_at)
    with pytest.raises(ReasonMissing):
        bring(c, b)
    assert bringer_of(c) == a.pk
    bring(c, b, reason="wrong code at the till")
    assert bringer_of(c) == b.pk
    assert [(one.value, one.end_reason) for one in relations(c).said if one.ended_at] == [
        (a.pk, "wrong code at the till")
    ]
    assert by_code(c, a, actor, c.first_seen_at) is None  # codes never change what a hand said


def test_the_same_again_changes_nothing(people):
    a, b, *_ = people
    assert bring(b, a).pk == bring(b, a).pk
    assert Referral.objects.count() == 1


def test_nobody_brings_themselves_and_there_are_no_circles(people, actor):
    a, b, c, _ = people
    with pytest.raises(BroughtThemselves):
        bring(a, a)
    bring(b, a)
    bring(c, b)
    with pytest.raises(GoesInCircles) as refused:
        bring(a, c)
    assert refused.value.code == "relations.circle"
    assert by_code(a, c, actor, a.first_seen_at) is None
    assert (bringer_of(a), bringer_of(b), bringer_of(c)) == (None, a.pk, b.pk)


def test_forgetting_keeps_the_history_and_lets_a_hand_begin_anew(people, actor):
    a, b, c, _ = people
    bring(b, a)
    assert services.forget_bringer(customer=b, reason="a mistake", actor=actor) == 1
    assert services.forget_bringer(customer=b, actor=actor) == 0
    assert (bringer_of(b), relations(a).brought) == (None, 0)
    assert by_code(b, c, actor, b.first_seen_at) is None
    bring(b, c)
    assert bringer_of(b) == c.pk


def test_of_two_homes_the_hand_counts_and_then_the_first(people, actor):
    a, b, c, d = people
    by_code(c, a, actor, c.first_seen_at - DAY)
    by_code(d, b, actor, d.first_seen_at - 2 * DAY)
    merge = customers.merge(survivor_id=c.pk, absorbed_id=d.pk, evidence=[], actor=actor)
    assert bringer_of(c) == b.pk  # d was brought first
    c.refresh_from_db()
    bring(c, a, reason="both say so")
    assert bringer_of(c) == a.pk
    customers.unmerge(merge_id=merge.pk, actor=actor)
    assert (bringer_of(c), bringer_of(d)) == (a.pk, b.pk)


def test_a_merge_that_would_close_a_circle_leaves_out_the_later_statement(people, actor):
    a, b, c, _ = people
    by_code(b, a, actor, b.first_seen_at - 2 * DAY)
    by_code(c, b, actor, c.first_seen_at - DAY)
    merge = customers.merge(survivor_id=a.pk, absorbed_id=c.pk, evidence=[], actor=actor)
    assert (bringer_of(a), bringer_of(b)) == (None, a.pk)
    customers.unmerge(merge_id=merge.pk, actor=actor)
    assert (bringer_of(a), bringer_of(b), bringer_of(c)) == (None, a.pk, b.pk)


def test_two_who_brought_each_other_and_turn_out_to_be_one(people, actor):
    a, b, *_ = people
    bring(b, a)
    merge = customers.merge(survivor_id=a.pk, absorbed_id=b.pk, evidence=[], actor=actor)
    found = relations(a)
    assert found.bringer is None
    assert [(one.home_id, one.home_bringer_id) for one in found.brought_themselves] == [(b.pk, a.pk)]
    customers.unmerge(merge_id=merge.pk, actor=actor)
    assert bringer_of(b) == a.pk


def test_forgetting_lets_stand_what_it_kept_out(people, actor):
    a, b, c, _ = people
    by_code(b, a, actor, b.first_seen_at - 2 * DAY)
    by_code(c, b, actor, c.first_seen_at - DAY)
    customers.merge(survivor_id=a.pk, absorbed_id=c.pk, evidence=[], actor=actor)
    services.forget_bringer(customer=b, actor=actor)
    assert (bringer_of(a), bringer_of(b)) == (b.pk, None)


def test_who_was_erased_brings_nobody_any_more(merchant, actor):
    wang, ada = make_customer(), make_customer()
    Customer.objects.filter(pk=ada.pk).update(erased_at=clock.now())
    with pytest.raises(PersonErased):
        bring(wang, ada)
    code = {"code": "Ada's card", "since": clock.now() - timedelta(days=400), "actor": actor}
    assert services.bring_by_code(customer=wang, bringer=ada, **code) is None
    assert not Referral.objects.exists()
