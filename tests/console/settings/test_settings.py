from __future__ import annotations

import pytest

from tests.factories.merchants import make_merchant
from yutang.areas.merchants import queries, services
from yutang.areas.merchants.models import Merchant, OrgNode
from yutang.core.models import AuditEntry

GOOD = {"name": "Cloud Tea", "timezone": "Asia/Tokyo", "second_factor": "everyone"}
STORE = {
    "kind": "store",
    "code": "S1",
    "name": "Lake store",
    "ownership": "franchise",
    "province": "浙江",
    "city": "杭州",
}


@pytest.fixture
def root(merchant):
    return queries.root_node()


def test_saves_and_logs_what_changed(client_for, merchant):
    client = client_for(merchant)
    assert client.post("/settings", GOOD).status_code == 302
    merchant.refresh_from_db()
    assert (merchant.name, merchant.timezone, merchant.second_factor) == ("Cloud Tea", "Asia/Tokyo", "everyone")
    assert set(AuditEntry.objects.get(action="merchants.change").detail["changes"]) == set(GOOD)


@pytest.mark.parametrize(
    "change", [{"name": ""}, {"name": " "}, {"name": "x" * 121}, {"timezone": "Mars/Base"}, {"second_factor": "never"}]
)
def test_refuses(client_for, merchant, change):
    before = Merchant.objects.filter(pk=merchant.pk).values().get()
    assert client_for(merchant).post("/settings", {**GOOD, **change}).status_code == 422
    assert Merchant.objects.filter(pk=merchant.pk).values().get() == before


def test_the_currency_is_shown_not_changed(client_for, merchant):
    client = client_for(merchant)
    assert 'value="CNY" readonly disabled' in client.get("/settings").content.decode()
    client.post("/settings", {**GOOD, "currency": "USD"})
    merchant.refresh_from_db()
    assert merchant.currency == "CNY"


@pytest.mark.parametrize("path", ["/settings", "/settings/organisation"])
@pytest.mark.parametrize("role", ["guide", "finance", "operations"])
def test_needs_the_permission(client_for, merchant, path, role):
    assert client_for(merchant, role=role).get(path).status_code == 403


def test_the_tree_grows_and_is_renamed(client_for, merchant, root):
    client = client_for(merchant)
    assert "No region or store yet" in client.get("/settings/organisation").content.decode()
    region = {**STORE, "kind": "region", "code": "E", "name": "East"}
    assert client.post(f"/settings/organisation/{root.pk}/add", region).status_code == 302
    east = OrgNode.objects.get(code="E")
    assert client.post(f"/settings/organisation/{east.pk}/add", STORE).status_code == 302
    store = OrgNode.objects.get(code="S1")
    assert (store.parent_id, store.city, store.ownership) == (east.pk, "杭州", "franchise")
    client.post(f"/settings/organisation/{store.pk}", {**STORE, "name": "West Lake", "code": "OTHER"})
    store.refresh_from_db()
    assert (store.name, store.code) == ("West Lake", "S1")
    page = client.get("/settings/organisation").content.decode()
    assert page.index("East") < page.index("West Lake")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"code": "HQ"}, "The code HQ is taken."),
        ({"code": "a b"}, "cannot be used for Code"),
        ({"code": ""}, "This field is required."),
        ({"kind": "hq"}, "Select a valid choice"),
        ({"ownership": "stolen"}, "Select a valid choice"),
        ({"city": "x" * 41}, "at most 40"),
    ],
)
def test_adding_refuses(client_for, merchant, root, change, message):
    response = client_for(merchant).post(f"/settings/organisation/{root.pk}/add", {**STORE, **change})
    assert response.status_code == 422
    assert message in response.content.decode()
    assert OrgNode.objects.count() == 1


def test_nothing_stands_below_a_store(client_for, merchant, root, actor):
    store = services.add_node(parent=root, kind="store", code="S0", name="S0", actor=actor)
    response = client_for(merchant).post(f"/settings/organisation/{store.pk}/add", STORE)
    assert "Nothing can stand below a store" in response.content.decode()


def test_closing_goes_from_the_leaves_and_opening_from_the_root(client_for, merchant, root, actor):
    east = services.add_node(parent=root, kind="region", code="E", name="East", actor=actor)
    store = services.add_node(parent=east, kind="store", code="S1", name="Lake store", actor=actor)
    client = client_for(merchant)

    def send(node, verb):
        return client.post(f"/settings/organisation/{node.pk}/{verb}").status_code

    assert [send(root, "deactivate"), send(east, "deactivate")] == [409, 409]
    assert [send(store, "deactivate"), send(east, "deactivate"), send(store, "activate")] == [302, 302, 409]
    assert [send(east, "activate"), send(store, "activate")] == [302, 302]


def test_another_merchants_tree_is_closed(client_for, merchant, root):
    client = client_for(make_merchant())
    assert client.get(f"/settings/organisation/{root.pk}").status_code == 404
    assert client.post(f"/settings/organisation/{root.pk}/add", STORE).status_code == 404
    assert OrgNode.objects.count() == 1


def test_a_regions_manager_keeps_to_the_region(client_for, merchant, root, actor):
    east = services.add_node(parent=root, kind="region", code="E", name="East", actor=actor)
    services.add_node(parent=root, kind="region", code="S", name="South", actor=actor)
    services.roles.create(name="Lead", permissions=["settings.edit"], actor=actor)
    client = client_for(merchant, role="role-1", node=east)
    assert client.get("/settings")["Location"] == "/settings/organisation"
    page = client.get("/settings/organisation").content.decode()
    assert "East" in page
    assert "South" not in page
    assert client.post("/settings", GOOD).status_code == 302
    merchant.refresh_from_db()
    assert merchant.name != "Cloud Tea"
    assert client.post(f"/settings/organisation/{root.pk}/add", STORE).status_code == 404
    assert client.post(f"/settings/organisation/{east.pk}/add", STORE).status_code == 302


def test_says_that_figures_follow_a_new_time_zone_later(client_for, merchant):
    client = client_for(merchant)
    said = "Figures follow when that is done."
    assert said in client.post("/settings", GOOD, follow=True).content.decode()
    assert said not in client.post("/settings", {**GOOD, "name": "Other"}, follow=True).content.decode()
