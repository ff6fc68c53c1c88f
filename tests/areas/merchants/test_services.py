"""What the screens cannot show: direct calls by imports, jobs and the command line."""

from __future__ import annotations

import pytest

from tests.factories.merchants import make_merchant
from yutang.areas.merchants import errors, queries, services
from yutang.areas.merchants.models import Member, OrgNode, Role
from yutang.areas.merchants.permissions import AREAS, PERMISSIONS, PRESETS
from yutang.core import tenancy


def test_a_node_with_a_known_code_is_brought_up_to_date(merchant, actor):
    root = queries.root_node()
    first = services.add_node(parent=root, kind="store", code="S1", name="Old", actor=actor)
    again = services.add_node(parent=root, kind="store", code="S1", name="New", actor=actor)
    assert (again.pk, OrgNode.objects.get(code="S1").name) == (first.pk, "New")


def test_the_headquarters_cannot_become_a_store(merchant, actor):
    root = queries.root_node()
    with pytest.raises(errors.HeadquartersStay):
        services.add_node(parent=root, kind="store", code="HQ", name="X", actor=actor)
    assert queries.root_node().kind == "hq"


def test_permissions_reach_what_stands_below(merchant, actor):
    root = queries.root_node()
    east = services.add_node(parent=root, kind="region", code="E", name="East", actor=actor)
    store = services.add_node(parent=east, kind="store", code="E1", name="E1", actor=actor)
    south = services.add_node(parent=root, kind="region", code="S", name="South", actor=actor)
    member = services.add_member(email="a@example.com", name="A", password=None, actor=actor)
    services.grant_role(member=member, role_key="guide", node=east, actor=actor)
    services.grant_role(member=member, role_key="service", node=south, actor=actor)
    person = queries.actor_for(member.user, merchant.pk)
    assert person.nodes("customers.view") == {east.pk, store.pk, south.pk}
    services.grant_role(member=member, role_key="guide", node=root, actor=actor)
    assert queries.actor_for(member.user, merchant.pk).nodes("customers.view") is None


def test_presets_follow_the_product(merchant):
    Role.objects.filter(key="owner").update(permissions=[])
    owner = queries.actor_for(Member.objects.get().user, merchant.pk)
    assert set(owner.grants) == set(PERMISSIONS)


def test_every_permission_has_an_area_and_presets_hold_only_known_ones():
    assert {key.split(".")[0] for key in PERMISSIONS} == set(AREAS)
    assert {key for _, granted in PRESETS.values() for key in granted} <= set(PERMISSIONS)


def test_a_second_factor_that_any_merchant_asks_for_is_asked_for(db):
    first, second = make_merchant(owner_email="same@example.com"), make_merchant()
    with tenancy.scope(first.pk):
        user = Member.objects.get().user
        first.second_factor = "optional"
        first.save()
    assert queries.must_have_factor(user) is False
    with tenancy.scope(second.pk):
        second.second_factor = "everyone"
        second.save()
        Member.objects.create(merchant=second, user=user)
    assert queries.must_have_factor(user) is True
