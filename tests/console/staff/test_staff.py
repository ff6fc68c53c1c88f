from __future__ import annotations

import re

import pytest

from tests.console.conftest import make_member
from tests.factories.merchants import make_merchant
from yutang.areas.merchants import queries, services
from yutang.areas.merchants.models import Grant, Member, OrgNode, Role, User
from yutang.areas.merchants.permissions import PRESETS
from yutang.core import access
from yutang.core.models import AuditEntry

NEW = {"name": "Chen", "email": "chen@example.com"}


@pytest.fixture
def tree(merchant, actor):
    root = queries.root_node()
    east = services.add_node(parent=root, kind="region", code="E", name="East", actor=actor)
    south = services.add_node(parent=root, kind="region", code="S", name="South", actor=actor)
    lake = services.add_node(parent=east, kind="store", code="E1", name="Lake store", actor=actor)
    return {"root": root, "east": east, "south": south, "lake": lake}


@pytest.fixture
def east_lead(merchant, actor, tree, client_for):
    """Manages the staff of one region, with an own role that holds little."""
    services.roles.create(
        name="Lead", actor=actor,
        permissions=["staff.view", "staff.edit", "orders.pickup", "pos.sell", *PRESETS["service"][1]],
    )  # fmt: skip
    return client_for(merchant, role="role-1", node=tree["east"])


def role(key):
    return Role.objects.get(key=key)


def grants_of(member):
    return set(Grant.objects.filter(member=member).values_list("role__key", "node__code"))


def rows(*pairs):
    return {"role": [role(key).pk for key, _ in pairs], "node": [node.pk for _, node in pairs]}


def test_list_shows_people_in_a_fixed_number_of_queries(client_for, merchant, tree, django_assert_num_queries):
    client = client_for(merchant)
    for _ in range(3):
        make_member(merchant, "guide", tree["lake"])
    with django_assert_num_queries(10):
        page = client.get("/staff").content.decode()
    for _ in range(4):
        make_member(merchant, "guide", tree["lake"])
    with django_assert_num_queries(10):
        client.get("/staff")
    assert page.count("Lake store") == 3


def test_filters_and_garbage(client_for, merchant):
    client = client_for(merchant, name="Zhou")
    make_member(merchant, "guide", name="Wu")
    assert "Wu" in client.get("/staff?q=wu").content.decode()
    assert "Nothing found" in client.get("/staff?q=nobody").content.decode()
    only = client.get(f"/staff?role={role('guide').pk}").content.decode()
    assert "Wu</a>" in only
    assert "Zhou</a>" not in only
    for query in (
        "role=abc",
        "role=99999999999999999999",
        "role=²",
        f"role={'9' * 5000}",
        "state=x",
        "cursor=abc",
        "cursor=%00",
        "page=-1",
    ):
        assert client.get(f"/staff?{query}").status_code in {200, 400}


def test_htmx_gets_only_the_results(client_for, merchant):
    page = client_for(merchant).get("/staff", headers={"HX-Request": "true", "HX-Target": "results"}).content.decode()
    assert "<html" not in page
    assert "<table" in page


@pytest.mark.parametrize("role_key", ["guide", "operations", None])
def test_without_permission_there_is_no_list(client_for, merchant, role_key):
    response = client_for(merchant, role=role_key).get("/staff")
    assert response.status_code == 403
    assert "See staff and roles" in response.content.decode()


def test_another_merchants_people_do_not_exist(client_for, merchant):
    stranger = make_member(make_merchant(), "guide")
    client = client_for(merchant)
    assert client.get(f"/staff/{stranger.pk}").status_code == 404
    assert client.post(f"/staff/{stranger.pk}/deactivate").status_code == 404
    assert client.get("/staff/99999999999999999999").status_code == 404
    assert stranger.user.email not in client.get("/staff").content.decode()


def test_a_colleague_is_added_with_a_one_time_link(client, client_for, merchant, tree):
    sent = {**NEW, "role": role("guide").pk, "node": tree["lake"].pk}
    page = client_for(merchant).post("/staff/invite", sent).content.decode()
    link = re.search(r"http://testserver(/welcome/[^\"]+)", page)[1]
    member = Member.objects.get(user__email="chen@example.com")
    assert grants_of(member) == {("guide", "E1")}
    assert client.get(link).status_code == 200
    short = client.post(link, {"password": "short", "again": "short"})
    assert short.status_code == 422
    words = {"password": "a fresh long sentence", "again": "a fresh long sentence"}
    assert client.post(link, words)["Location"] == "/login"
    assert client.post(link, words).status_code == 404  # good once
    assert client.get(link[:-1] + "x").status_code == 404
    assert client.post("/login", {"email": "chen@example.com", "password": words["password"]}).status_code == 302


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"email": "chen"}, "cannot be used for E-mail"),
        ({"role": ""}, "This field is required."),
        ({"role": "99999"}, "Select a valid choice"),
        ({"node": "abc"}, "Select a valid choice"),
        ({"name": "x" * 121}, "at most 120"),
        ({"name": "a\x00b"}, "cannot be stored"),
    ],
)
def test_adding_refuses(client_for, merchant, tree, change, message):
    sent = {**NEW, "role": role("guide").pk, "node": tree["lake"].pk, **change}
    response = client_for(merchant).post("/staff/invite", sent)
    assert response.status_code in {400, 422}
    assert message in response.content.decode()
    assert not User.objects.filter(name="Chen").exists()


def test_nobody_is_added_twice(client_for, merchant, tree):
    known = make_member(merchant, "guide")
    sent = {"name": "X", "email": known.user.email.upper(), "role": role("guide").pk, "node": tree["lake"].pk}
    assert "works here already" in client_for(merchant).post("/staff/invite", sent).content.decode()


def test_an_account_of_another_merchant_gets_no_link(client_for, merchant, tree):
    stranger = make_member(make_merchant(), "guide")
    client = client_for(merchant)
    sent = {"name": "X", "email": stranger.user.email, "role": role("guide").pk, "node": tree["lake"].pk}
    response = client.post("/staff/invite", sent)
    assert response.status_code == 302
    member = Member.objects.get(user=stranger.user)
    for path in ("password-link", "reset-factor"):
        refused = client.post(f"/staff/{member.pk}/{path}")
        assert refused.status_code == 409
        assert "also works for another merchant" in refused.content.decode()


def test_roles_are_set(client_for, merchant, tree):
    member = make_member(merchant, "guide", tree["lake"])
    client = client_for(merchant)
    assert (
        client.post(f"/staff/{member.pk}", rows(("finance", tree["root"]), ("guide", tree["south"]))).status_code == 302
    )
    assert grants_of(member) == {("finance", "HQ"), ("guide", "S")}
    logged = AuditEntry.objects.filter(object_type="member", object_id=member.pk)
    assert set(logged.values_list("action", flat=True)) == {"staff.add", "staff.grant", "staff.revoke"}
    for sent in ({}, {"role": ["x"], "node": ["y"]}, {"role": ["999999"], "node": ["1"]}):
        assert client.post(f"/staff/{member.pk}", sent).status_code in {404, 422}
    assert grants_of(member) == {("finance", "HQ"), ("guide", "S")}


@pytest.mark.parametrize("number", ["9" * 19, "9" * 5000, "-1", "x"])
def test_numbers_of_no_role_and_no_place_are_refused(client_for, merchant, tree, number):
    client, member = client_for(merchant), make_member(merchant, "guide", tree["lake"])
    known = {"role": role("guide").pk, "node": tree["lake"].pk}
    for sent in ({**known, "role": number}, {**known, "node": number}):
        assert client.post(f"/staff/{member.pk}", sent).status_code == 422
    assert client.get(f"/staff/roles/new?copy={number}").status_code == 200


def test_the_last_owner_stays(client_for, merchant, actor):
    founder = Member.objects.get()
    second = client_for(merchant)
    assert second.post(f"/staff/{founder.pk}/deactivate").status_code == 302
    assert second.post(f"/staff/{second.member.pk}/deactivate").status_code == 409  # oneself
    services.roles.create(name="Almost", permissions=list(queries.permissions_of(role("owner"))), actor=actor)
    third = client_for(merchant, role="role-1")
    response = third.post(f"/staff/{second.member.pk}/deactivate")
    assert response.status_code == 409
    assert "last owner" in response.content.decode()
    refused = third.post(f"/staff/{second.member.pk}", rows(("guide", queries.root_node())))
    assert refused.status_code == 422
    assert grants_of(second.member) == {("owner", "HQ")}


def test_nobody_changes_the_own_roles(client_for, merchant):
    client = client_for(merchant)
    refused = client.post(f"/staff/{client.member.pk}", rows(("guide", queries.root_node())))
    assert "You cannot do this to yourself" in refused.content.decode()
    assert grants_of(client.member) == {("owner", "HQ")}


class TestARegionsManager:
    def test_sees_only_the_own_region(self, east_lead, merchant, tree):
        near = make_member(merchant, "guide", tree["lake"])
        far = make_member(merchant, "guide", tree["south"])
        page = east_lead.get("/staff").content.decode()
        assert near.user.email in page
        assert far.user.email not in page
        assert east_lead.get(f"/staff/{far.pk}").status_code == 404
        assert east_lead.post(f"/staff/{far.pk}/deactivate").status_code == 404

    def test_gives_what_they_hold_where_they_hold_it(self, east_lead, merchant, tree):
        near = make_member(merchant, "guide", tree["lake"])
        assert east_lead.post(f"/staff/{near.pk}", rows(("service", tree["east"]))).status_code == 302
        assert grants_of(near) == {("service", "E")}

    @pytest.mark.parametrize(
        ("key", "where"),
        [("owner", "root"), ("owner", "lake"), ("finance", "lake"), ("guide", "south"), ("guide", "root")],
    )
    def test_gives_no_more(self, east_lead, merchant, tree, key, where):
        near = make_member(merchant, "guide", tree["lake"])
        refused = east_lead.post(f"/staff/{near.pk}", rows(("guide", tree["lake"]), (key, tree[where])))
        assert refused.status_code == 422
        assert "what you hold yourself" in refused.content.decode()
        assert grants_of(near) == {("guide", "E1")}

    @pytest.mark.parametrize(("key", "where"), [("owner", "root"), ("finance", "lake"), ("guide", "south")])
    def test_invites_no_more(self, east_lead, tree, key, where):
        sent = {**NEW, "role": role(key).pk, "node": tree[where].pk}
        assert east_lead.post("/staff/invite", sent).status_code == 422
        assert not User.objects.filter(email=NEW["email"]).exists()

    @pytest.mark.parametrize("path", ["", "/deactivate", "/reset-factor", "/password-link"])
    def test_does_not_touch_who_holds_more(self, east_lead, merchant, tree, path):
        above = make_member(merchant, "owner")
        services.grant_role(member=above, role_key="guide", node=tree["lake"], actor=access.system(merchant.pk))
        response = east_lead.post(f"/staff/{above.pk}{path}", rows(("guide", tree["lake"])))
        assert response.status_code in {403, 422}
        assert "what you hold yourself" in response.content.decode()
        above.refresh_from_db()
        assert above.is_active
        assert grants_of(above) == {("owner", "HQ"), ("guide", "E1")}

    def test_shapes_no_roles(self, east_lead):
        refused = east_lead.post("/staff/roles/new", {"name": "Mine", "permissions": ["customers.view"]})
        assert refused.status_code == 422
        assert not Role.objects.filter(name="Mine").exists()


class TestRoles:
    def test_presets_are_listed_and_stay(self, client_for, merchant):
        client = client_for(merchant)
        page = client.get("/staff/roles").content.decode()
        assert "Store manager" in page
        preset = role("guide")
        assert client.post(f"/staff/roles/{preset.pk}", {"name": "X", "permissions": ["staff.edit"]}).status_code == 422
        assert client.post(f"/staff/roles/{preset.pk}/delete").status_code == 409
        assert "staff.edit" not in queries.permissions_of(role("guide"))

    def test_a_copy_is_changed_and_deleted(self, client_for, merchant):
        client = client_for(merchant)
        copied = client.get(f"/staff/roles/new?copy={role('guide').pk}").content.decode()
        assert "Guide (copy)" in copied
        client.post("/staff/roles/new", {"name": "Planner", "permissions": ["home.view", "segments.view"]})
        own = Role.objects.get(name="Planner")
        assert own.permissions == ["home.view", "segments.view"]
        client.post(f"/staff/roles/{own.pk}", {"name": "Planner", "permissions": ["home.view"]})
        own.refresh_from_db()
        assert own.permissions == ["home.view"]
        holder = make_member(merchant, own.key)
        assert client.post(f"/staff/roles/{own.pk}/delete").status_code == 409
        services.staff.change_grants(
            member=holder, wanted={(role("guide").pk, queries.root_node().pk)}, actor=access.system(merchant.pk)
        )
        assert client.post(f"/staff/roles/{own.pk}/delete").status_code == 302
        assert not Role.objects.filter(pk=own.pk).exists()

    @pytest.mark.parametrize(
        ("sent", "message"),
        [
            ({"name": "", "permissions": ["home.view"]}, "This field is required."),
            ({"name": "X", "permissions": []}, "at least one permission"),
            ({"name": "X", "permissions": ["nuclear.launch"]}, "There is no permission nuclear.launch."),
            ({"name": "lead", "permissions": ["home.view"]}, "this name already"),
        ],
    )
    def test_refuses(self, client_for, merchant, actor, sent, message):
        services.roles.create(name="Lead", permissions=["home.view"], actor=actor)
        response = client_for(merchant).post("/staff/roles/new", sent)
        assert response.status_code == 422
        assert message in response.content.decode()

    def test_a_manager_cannot_make_a_role_that_holds_more(self, client_for, merchant, actor):
        services.roles.create(name="Personnel", permissions=["staff.view", "staff.edit"], actor=actor)
        manager = client_for(merchant, role="role-1")
        response = manager.post("/staff/roles/new", {"name": "X", "permissions": ["ledger.adjust"]})
        assert response.status_code == 422
        assert "what you hold yourself" in response.content.decode()
        widened = manager.post(
            f"/staff/roles/{role('role-1').pk}", {"name": "Personnel", "permissions": ["ledger.adjust"]}
        )
        assert widened.status_code == 422
        assert role("role-1").permissions == ["staff.view", "staff.edit"]

    def test_another_merchants_role_does_not_exist(self, client_for, merchant):
        client = client_for(make_merchant())
        assert client.get(f"/staff/roles/{role('guide').pk}").status_code == 404
        assert client.get(f"/staff/roles/new?copy={role('guide').pk}").status_code == 404


def test_second_factor_is_reset(client_for, merchant):
    member = make_member(merchant, "guide")
    services.account.begin_factor(user=member.user)
    assert client_for(merchant).post(f"/staff/{member.pk}/reset-factor").status_code == 302
    assert User.objects.get(pk=member.user_id).totp_secret is None


def test_inactive_places_are_not_offered(client_for, merchant, tree, actor):
    services.nodes.deactivate(node=tree["lake"], actor=actor)
    assert "Lake store" not in client_for(merchant).get("/staff/invite").content.decode()
    assert OrgNode.objects.filter(code="E1").exists()
