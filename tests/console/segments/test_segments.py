"""The segment pages: works, refuses, wrong person, limits."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from yutang.areas.customers.models import Customer
from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants import services as merchant_services
from yutang.areas.segments import queries, services
from yutang.areas.segments.models import Segment
from yutang.core import access, clock, tenancy
from yutang.core.models import AuditEntry
from yutang.lake import catalog
from yutang.lake.tables import PERSON

HANGZHOU = {"attr": "customers.city", "op": "=", "value": "杭州"}


@pytest.fixture
def people(merchant):
    """Three people at the HQ, two of them in 杭州; one of those belongs to a store."""
    import pyarrow as pa

    root = merchants.root_node()
    actor = access.system(merchant.pk)
    store = merchant_services.add_node(parent=root, kind="store", code="S1", name="西湖店", actor=actor)
    rows = [
        ("张小明", "杭州", root, "taobao"), ("李芳", "杭州", store, "taobao"), ("王伟", "上海", root, "own-shop"),
    ]  # fmt: skip
    made = [
        Customer.objects.create(
            merchant=merchant, name=name, city=city, home_node=node, source=source, first_seen_at=clock.now()
        )
        for name, city, node, source in rows
    ]
    table = catalog.table(PERSON)
    schema = table.schema().as_arrow()
    values = [
        {
            "merchant_id": merchant.pk,
            "customer_id": c.pk,
            "city": c.city,
            "home_node_id": c.home_node_id,
            "purchases": 0,
            "source": c.source,
        }
        for c in made
    ]
    table.append(pa.Table.from_pylist(values, schema=schema))
    return made


@pytest.fixture
def segment(merchant, people, actor):
    return services.create(name="杭州人", rule=HANGZHOU, actor=actor)


def sent(rule, **values):
    return {"name": "n", "description": "", "rule": json.dumps(rule), **values}


def test_the_list_says_what_to_do_when_empty_and_shows_sizes(client_for, merchant, people, actor):
    client = client_for(merchant)
    assert "Build the first segment" in client.get("/segments").content.decode()
    services.create(name="杭州人", rule=HANGZHOU, actor=actor)
    page = client.get("/segments").content.decode()
    assert "杭州人" in page
    assert "Nothing found" in client.get("/segments?q=上海").content.decode()


def test_build_change_and_delete(client_for, merchant, people):
    client = client_for(merchant)
    assert client.get("/segments/new").status_code == 200
    response = client.post("/segments/new", sent(HANGZHOU, name="杭州人"))
    segment = Segment.objects.get()
    assert (response["Location"], segment.last_count) == (f"/segments/{segment.pk}", 2)
    client.post(f"/segments/{segment.pk}/edit", sent({"not": HANGZHOU}, name="别处"))
    segment.refresh_from_db()
    assert (segment.name, segment.last_count) == ("别处", 1)
    assert client.post(f"/segments/{segment.pk}/refresh").status_code == 302
    client.post(f"/segments/{segment.pk}/delete")
    segment.refresh_from_db()
    assert segment.archived_at is not None
    assert client.get(f"/segments/{segment.pk}").status_code == 404


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"rule": "{"}, "rule: This is not JSON"),
        ({"rule": json.dumps({"all": [{"attr": "x", "op": "="}]})}, "all[0].attr: x is not known"),
        ({"name": ""}, "Name: Write 1 to 120 characters."),
        ({"name": "杭州人"}, "There is a segment named"),
        ({"description": "x" * 501}, "Write at most 500 characters."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(client_for, merchant, segment, values, said):
    response = client_for(merchant).post("/segments/new", sent(HANGZHOU, name="neu", description="why") | values)
    page = response.content.decode()
    assert response.status_code in (409, 422)
    assert said in page
    assert values.get("description", "why") in page
    assert Segment.objects.count() == 1


def test_preview_counts_speaks_and_masks(client_for, merchant, people):
    client = client_for(merchant)
    page = client.post("/segments/preview", sent(HANGZHOU)).content.decode()
    assert '<span class="ys-count">2</span>' in page
    assert "City is 杭州" in page
    assert "张**" in page
    assert "张小明" not in page
    broken = client.post("/segments/preview", sent({"all": [{"attr": "x"}]})).content.decode()
    assert 'data-error-path="all[0].attr"' in broken


def test_a_store_manager_counts_the_own_people_only(client_for, merchant, people, segment):
    manager = client_for(merchant, role="store_manager", node=people[1].home_node)
    page = manager.post("/segments/preview", sent(HANGZHOU)).content.decode()
    assert '<span class="ys-count">1</span>' in page
    shown = manager.get(f"/segments/{segment.pk}").content.decode()
    assert "李**" in shown
    assert "张**" not in shown
    assert manager.get("/segments/new").status_code == 403
    assert manager.post(f"/segments/{segment.pk}/export").status_code == 403


def test_members_turn_pages_and_overlap_is_drawn(client_for, merchant, people, segment, actor):
    client = client_for(merchant)
    other = services.create(name="所有人", rule={"all": []}, actor=actor)
    assert "Members" in client.get(f"/segments/{segment.pk}?after=x").content.decode()
    headers = {"HX-Request": "true", "HX-Target": "members"}
    beyond = client.get(f"/segments/{segment.pk}?after={people[0].pk}", headers=headers).content.decode()
    assert "李**" in beyond
    assert "张**" not in beyond
    found = client.get(f"/segments/{segment.pk}/overlap?with={other.pk}").content.decode()
    assert "In both" in found
    third = services.create(name="淘宝", rule={"attr": "customers.source", "op": "=", "value": "taobao"}, actor=actor)
    found = client.get(f"/segments/{segment.pk}/overlap?with={other.pk}&third={third.pk}").content.decode()
    assert found.count('scope="row"') == 7
    assert "In all of them" in found
    assert f"/segments/new?rule={quote(json.dumps(queries.region_rule([segment, other, third], [True] * 3)))}" in found
    assert client.get(f"/segments/{segment.pk}/overlap?with=").content == b""


def test_people_of_a_region_are_listed_and_can_become_a_segment(client_for, merchant, people, segment):
    client = client_for(merchant)
    rule = {"all": [{"not": {"segment": segment.pk}}]}
    path = f"/segments/people?rule={quote(json.dumps(rule))}"
    page = client.get(path).content.decode()
    assert '<span class="ys-count">1</span>' in page
    assert "王**" in page
    assert f"/segments/new?rule={quote(json.dumps(rule))}" in page
    beyond = client.get(f"{path}&after={people[2].pk}", headers={"HX-Request": "true", "HX-Target": "members"})
    assert "王**" not in beyond.content.decode()
    manager = client_for(merchant, role="store_manager", node=people[1].home_node)
    assert "王**" not in manager.get(path).content.decode()
    assert client.get("/segments/people?rule={").status_code == 422


def test_the_preview_asks_for_the_reach_after_the_count(client_for, merchant, people):
    client = client_for(merchant)
    assert 'hx-post="/segments/reach"' in client.post("/segments/preview", sent(HANGZHOU)).content.decode()
    page = client.post("/segments/reach", sent(HANGZHOU)).content.decode()
    assert "<strong>2</strong> may be reached" in page
    assert "SMS 0" in page
    assert client.post("/segments/reach", {"rule": "{"}).content == b""


def test_a_schedule_is_set_shown_and_refused(client_for, merchant, people, segment):
    client = client_for(merchant)
    client.post(f"/segments/{segment.pk}/schedule", {"every": "week", "at": "09:15", "weekday": "2"})
    segment.refresh_from_db()
    assert (segment.every, segment.at.isoformat("minutes"), segment.weekday) == ("week", "09:15", 2)
    page = client.get(f"/segments/{segment.pk}").content.decode()
    assert "Next on" in page
    assert 'value="09:15"' in page
    refused = client.post(f"/segments/{segment.pk}/schedule", {"every": "day", "at": "x"}, follow=True)
    assert "Write a time such as 04:30." in refused.content.decode()
    client.post(f"/segments/{segment.pk}/schedule", {"every": "never"})
    assert "until somebody counts it anew" in client.get(f"/segments/{segment.pk}").content.decode()
    manager = client_for(merchant, role="store_manager", node=people[1].home_node)
    assert manager.post(f"/segments/{segment.pk}/schedule", {"every": "never"}).status_code == 403


def test_export_is_masked_and_audited(client_for, merchant, people, segment):
    response = client_for(merchant).post(f"/segments/{segment.pk}/export")
    lines = response.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert "张**" in lines[1]
    assert AuditEntry.objects.filter(action="segments.export").count() == 1
    full = client_for(merchant).post(f"/segments/{segment.pk}/export", {"full": "1"}).content.decode("utf-8-sig")
    assert "张小明" in full


def test_who_sees_some_stores_is_told_that_purchases_of_all_count(client_for, merchant, people):
    hint = "those of all stores and channels"
    limited = client_for(merchant, role="operations", node=people[1].home_node)
    assert hint in limited.get("/segments/new").content.decode()
    assert hint not in client_for(merchant).get("/segments/new").content.decode()


def test_no_cell_of_an_export_runs_as_a_formula(client_for, merchant, people):
    Customer.objects.filter(pk=people[0].pk).update(name="=1+1")
    client = client_for(merchant)
    store = people[1].home_node
    merchant_services.nodes.change(
        node=store, name="+1", ownership=store.ownership, province="", city="", actor=access.system(merchant.pk)
    )
    everybody = services.create(name="all", rule={"all": []}, actor=access.system(merchant.pk))
    lines = client.post(f"/segments/{everybody.pk}/export").content.decode("utf-8-sig").splitlines()
    assert "'=**" in lines[1].split(",")
    assert "'+1" in lines[2].split(",")


def test_the_first_source_is_offered_said_and_shown_in_words(client_for, merchant, people, actor):
    client = client_for(merchant)
    offered = [{"value": "taobao", "label": "Taobao/Tmall"}, {"value": "own-shop", "label": "own-shop"}]
    assert client.get("/segments/values?key=customers.source").json() == {"values": offered}
    for term in ("tmall", "aoba"):
        found = client.get(f"/segments/values?key=customers.source&q={term}").json()
        assert found == {"values": offered[:1]}
    rule = {"attr": "customers.source", "op": "in", "value": ["taobao", "own-shop"]}
    segment = services.create(name="Taobao", rule=rule, actor=actor)
    assert "First source is one of Taobao/Tmall, own-shop" in client.get(f"/segments/{segment.pk}").content.decode()
    assert '"taobao": "Taobao/Tmall"' in client.get(f"/segments/{segment.pk}/edit").content.decode()
    lines = client.post(f"/segments/{segment.pk}/export").content.decode("utf-8-sig").splitlines()
    assert "Taobao/Tmall" in lines[1].split(",")


def test_values_are_offered(client_for, merchant, people):
    client = client_for(merchant)
    assert client.get("/segments/values?key=customers.city&q=杭").json() == {
        "values": [{"value": "杭州", "label": "杭州"}]
    }
    assert client.get("/segments/values?key=customers.phone").status_code == 404


def test_a_segment_of_another_merchant_does_not_exist(client_for, merchant, segment):
    from tests.factories.merchants import make_merchant

    stranger = make_merchant()
    client = client_for(stranger)
    for path in ("", "/edit", "/overlap?with=1"):
        assert client.get(f"/segments/{segment.pk}{path}").status_code == 404
    assert client.post(f"/segments/{segment.pk}/delete").status_code in (302, 404)
    with tenancy.scope(merchant.pk):
        assert Segment.objects.get().archived_at is None


def test_the_list_asks_a_fixed_number_of_questions(client_for, merchant, people, actor, django_assert_num_queries):
    client = client_for(merchant)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number in range(3):
        services.create(name=f"s{number}", rule=HANGZHOU, actor=actor)
        with CaptureQueriesContext(connection) as asked:
            client.get("/segments")
        counts.append(len(asked))
    assert counts[1] == counts[2]
