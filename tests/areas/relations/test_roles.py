"""Roles: taken up, laid down, taken up again; what merging makes of them."""

from __future__ import annotations

import pytest

from tests.factories.customers import make_customer
from tests.factories.merchants import make_merchant
from tests.factories.relations import Role, give_role, relations, roles_of
from yutang.areas.customers import erasing
from yutang.areas.customers import services as customers
from yutang.areas.customers.errors import PersonErased
from yutang.areas.relations import services
from yutang.areas.relations.models import PersonRole
from yutang.core import access, tenancy
from yutang.core.errors import Invalid, NotAllowed
from yutang.core.models import AuditEntry


def test_a_role_stands_with_who_when_and_why(merchant, actor):
    person = make_customer()
    made = services.give_role(customer=person, role=Role.EXPERT, reason=" bakes  for us ", actor=actor)
    assert (made.role, made.reason, made.set_by, made.source) == (Role.EXPERT, "bakes for us", "test", "manual")
    assert (made.customer_id, made.home_customer_id, made.ended_at) == (person.pk, person.pk, None)
    assert roles_of(person) == [Role.EXPERT]
    assert AuditEntry.objects.get(action="relations.give_role").detail == {"role": Role.EXPERT}


def test_giving_twice_changes_nothing(merchant):
    person = make_customer()
    first = give_role(person, reason="a")
    assert give_role(person, reason="b").pk == first.pk
    assert PersonRole.objects.get().reason == "a"
    assert AuditEntry.objects.filter(action="relations.give_role").count() == 1


def test_ending_and_taking_up_again_keeps_the_history(merchant, actor):
    person = make_customer()
    give_role(person, Role.STAFF)
    assert services.take_role(customer=person, role=Role.STAFF, reason="left", actor=actor) == 1
    assert services.take_role(customer=person, role=Role.STAFF, actor=actor) == 0
    assert roles_of(person) == []
    give_role(person, Role.STAFF, reason="came back")
    assert [(one.reason, one.end_reason, one.ended_by) for one in relations(person).said] == [
        ("came back", "", ""), ("", "left", "test"),
    ]  # fmt: skip


@pytest.mark.parametrize("role", [0, 99])
def test_there_are_no_other_roles(merchant, role):
    with pytest.raises(Invalid) as refused:
        give_role(make_customer(), role)
    assert refused.value.field == "role"
    assert not PersonRole.objects.exists()


def test_merged_homes_share_their_roles_and_part_with_their_own(merchant, actor):
    one, other = make_customer(), make_customer()
    for person, role in [(one, Role.STAFF), (other, Role.STAFF), (other, Role.EXPERT)]:
        give_role(person, role)
    merge = customers.merge(survivor_id=one.pk, absorbed_id=other.pk, evidence=[], actor=actor)
    assert roles_of(one) == [Role.STAFF, Role.EXPERT]
    customers.unmerge(merge_id=merge.pk, actor=actor)
    assert (roles_of(one), roles_of(other)) == ([Role.STAFF], [Role.STAFF, Role.EXPERT])


def test_taking_from_a_merged_person_takes_it_from_every_home(merchant, actor):
    one, other = make_customer(), make_customer()
    give_role(one)
    give_role(other)
    customers.merge(survivor_id=one.pk, absorbed_id=other.pk, evidence=[], actor=actor)
    one.refresh_from_db()
    assert services.take_role(customer=one, role=Role.GUIDE, actor=actor) == 2
    assert roles_of(one) == []


def test_who_may_not_is_refused_and_the_erased_stay_as_they_are(merchant, actor):
    person = make_customer()
    nobody = access.Actor(kind="user", id=1, name="x", merchant_id=merchant.pk, grants={"customers.edit": None})
    with pytest.raises(NotAllowed):
        give_role(person, actor=nobody)
    customers.erase(someone=erasing.person(person), actor=actor)
    with pytest.raises(PersonErased):
        give_role(person)
    assert not PersonRole.objects.exists()


def test_another_merchant_sees_no_roles(merchant):
    give_role(make_customer())
    with tenancy.scope(make_merchant().pk):
        assert not PersonRole.objects.exists()
