from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.conftest import problem
from tests.api.pool import make_order, make_person, make_store, sql
from tests.factories.api import api_client
from tests.factories.merchants import make_merchant
from yutang.areas.customers.models import Note
from yutang.core import tenancy
from yutang.core.models import AuditEntry

PHONE = "+8613800138000"


def ids(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [item["id"] for item in answer.json()["items"]]


def test_a_customer_in_full(shop, api):
    person = make_person(shop, name="Wang Li", city="Shanghai", province="Shanghai")
    make_order(shop, person, amounts=(1000, -300))
    make_order(shop, person, amounts=(250,), day=2)
    answer = api.get(f"/customers/{person.pk}")
    assert answer.status_code == 200
    shown = answer.json()
    assert shown.pop("created_at").endswith("Z")
    assert shown.pop("first_seen_at").endswith("Z")
    assert shown == {
        "id": str(person.pk), "name": "Wang Li", "gender": "", "birthday": None, "country": "", "province": "Shanghai",
        "city": "Shanghai", "district": "", "home_node_id": str(person.home_node_id), "source": "taobao",
        "accepts_marketing": None, "merged_from": None,
        "statistics": {
            "purchases": 2, "purchase_days": 2, "net": {"amount": 950, "currency": "CNY"},
            "first_purchase_at": "2026-03-01T08:00:00Z", "last_purchase_at": "2026-03-03T08:00:00Z",
        },
    }  # fmt: skip


def test_pages_hold_every_customer_once_while_new_ones_arrive(shop, api):
    people = [str(make_person(shop).pk) for _ in range(7)]
    seen, cursor = [], None
    for _ in range(4):
        answer = api.get("/customers", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += ids(answer)
        cursor = answer.json()["next_cursor"]
        make_person(shop)
    assert seen == people[::-1]
    assert cursor is None


def test_a_page_costs_four_statements_whatever_its_length(shop, api):
    for _ in range(5):
        make_order(shop, make_person(shop))
    api.get("/me")
    for limit in (1, 200):
        with CaptureQueriesContext(connection) as captured:
            api.get("/customers", limit=limit)
        assert len(sql(captured)) == 4  # key, bucket, people, statistics


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ({"limit": "0"}, "limit", "greater_than_equal"),
        ({"limit": "201"}, "limit", "less_than_equal"),
        ({"limit": "9" * 5000}, "limit", "int_parsing_size"),
        ({"limit": "many"}, "limit", "int_parsing"),
        ({"first_seen_since": "yesterday"}, "first_seen_since", "yutang.instant"),
        ({"first_seen_since": "2026-03-01T08:00:00"}, "first_seen_since", "yutang.instant"),
        ({"created_since": "0001-01-01T00:00:00+14:00"}, "created_since", "yutang.instant"),
        ({"q": ""}, "q", "string_too_short"),
        ({"sourc": "pos"}, "sourc", "extra_forbidden"),
    ],
)
def test_a_filter_that_cannot_be_used_is_named(api, query, field, code):
    document = problem(api.get("/customers", **query), 422, "request.invalid")
    assert [(e["field"], e["code"]) for e in document["errors"]] == [(field, code)]


def test_a_cursor_that_is_not_ours_is_refused(shop, api):
    make_person(shop)
    make_order(shop)
    make_order(shop)
    other = api.get("/orders", limit=1).json()["next_cursor"]
    for cursor in ("x", "WzFd:1abc:zzz", other, "Ü", "."):
        document = problem(api.get("/customers", cursor=cursor), 422, "cursor.invalid")
        assert document["errors"][0]["field"] == "cursor"


def test_filters(shop, api):
    old = make_person(shop)
    new = make_person(shop)
    since = new.first_seen_at.isoformat().replace("+00:00", "Z")
    assert ids(api.get("/customers", first_seen_since=since)) == [str(new.pk)]
    assert ids(api.get("/customers", created_since=new.created_at.isoformat())) == [str(new.pk)]
    assert ids(api.get("/customers", source="taobao")) == [str(new.pk), str(old.pk)]
    assert ids(api.get("/customers", source="jd")) == []


@pytest.mark.parametrize("q", ["13800138000", "+86 138 0013 8000", "Li@Example.com", "tb-77"])
def test_a_customer_is_found_by_exactly_the_key(shop, api, q):
    make_person(shop, phone="+8613900139000")
    person = make_person(shop, phone=PHONE, email="li@example.com", buyer_id="tb-77")
    make_order(shop, person)  # makes its platform known
    assert ids(api.get("/customers", q=q)) == [str(person.pk)]
    assert ids(api.get("/customers", q=q[:-1])) == []


def test_identities_are_masked_and_in_full_only_with_the_scope_and_audited(shop):
    person = make_person(shop, phone=PHONE, email="li@example.com", buyer_id="tb-77")
    masked = api_client(shop, "customers.view").get(f"/customers/{person.pk}/identities").json()
    assert masked["customer_id"] == str(person.pk)
    assert {(i["kind"], i["value"], i["is_masked"]) for i in masked["items"]} == {
        ("buyer", "tb-77", False), ("phone", "138****8000", True), ("email", "l***@example.com", True),
    }  # fmt: skip
    with tenancy.scope(shop.pk):
        assert not AuditEntry.objects.filter(action="customers.unmask").exists()
    client = api_client(shop, "customers.view", "customers.unmask", name="Mailer")
    full = client.get(f"/customers/{person.pk}/identities").json()
    assert {(i["kind"], i["value"], i["is_masked"]) for i in full["items"]} == {
        ("buyer", "tb-77", False), ("phone", PHONE, False), ("email", "li@example.com", False),
    }  # fmt: skip
    with tenancy.scope(shop.pk):
        entry = AuditEntry.objects.get(action="customers.unmask")
    assert (entry.actor_kind, entry.actor_id, entry.actor_name) == ("api_key", client.key.pk, "Mailer")
    assert entry.object_id == str(person.pk)


def test_a_note_is_written_once_by_the_key(shop):
    person = make_person(shop)
    client = api_client(shop, "customers.edit", name="CRM")
    answer = client.post(f"/customers/{person.pk}/notes", {"text": " Likes 梅花糕 "})
    assert answer.status_code == 201
    assert {k: v for k, v in answer.json().items() if k in ("customer_id", "text", "author")} == {
        "customer_id": str(person.pk), "text": "Likes 梅花糕", "author": "CRM",
    }  # fmt: skip
    with tenancy.scope(shop.pk):
        assert [n.text for n in Note.objects.all()] == ["Likes 梅花糕"]


@pytest.mark.parametrize(
    ("body", "field"), [({}, "text"), ({"text": ""}, "text"), ({"text": 5}, "text"), ({"text": "a", "b": 1}, "b")]
)
def test_a_note_that_is_none_changes_nothing(shop, api, body, field):
    person = make_person(shop)
    document = problem(api.post(f"/customers/{person.pk}/notes", body), 422, "request.invalid")
    assert [e["field"] for e in document["errors"]] == [field]
    with tenancy.scope(shop.pk):
        assert Note.objects.count() == 0


def test_blank_notes_are_refused_by_the_service(shop, api):
    document = problem(api.post(f"/customers/{make_person(shop).pk}/notes", {"text": "  "}), 422, "invalid")
    assert document["errors"][0]["field"] == "text"


def test_merge_and_undo(shop, api):
    survivor, absorbed = make_person(shop), make_person(shop)
    order = make_order(shop, absorbed)
    answer = api.post(
        "/customers/merge", {"survivor_id": str(survivor.pk), "absorbed_id": str(absorbed.pk), "reason": "Called us"}
    )
    assert answer.status_code == 201
    merge = answer.json()
    assert (merge["survivor_id"], merge["absorbed_id"]) == (str(survivor.pk), str(absorbed.pk))
    assert merge["evidence"] == [{"kind": "decision", "by": "ERP", "reason": "Called us"}]
    shown = api.get(f"/customers/{absorbed.pk}").json()
    assert (shown["id"], shown["merged_from"]) == (str(survivor.pk), str(absorbed.pk))
    assert ids(api.get("/customers")) == [str(survivor.pk)]
    assert ids(api.get(f"/customers/{absorbed.pk}/orders")) == [str(order.pk)]
    again = api.post("/customers/merge", {"survivor_id": str(survivor.pk), "absorbed_id": str(absorbed.pk)})
    problem(again, 409, "customers.already_merged")
    undone = api.post(f"/merges/{merge['id']}/undo")
    assert undone.status_code == 200
    assert undone.json()["unmerged_by"] == "ERP"
    assert ids(api.get(f"/customers/{survivor.pk}/orders")) == []
    problem(api.post(f"/merges/{merge['id']}/undo"), 409, "customers.already_unmerged")


def test_nobody_merges_with_themselves_or_with_text(shop, api):
    person = str(make_person(shop).pk)
    problem(api.post("/customers/merge", {"survivor_id": person, "absorbed_id": person}), 409, "customers.same_person")
    for bad in (int(person), "0", "-1", "1_0", "9" * 30, "9223372036854775808", None, "²"):
        document = problem(
            api.post("/customers/merge", {"survivor_id": person, "absorbed_id": bad}), 422, "request.invalid"
        )
        assert [e["field"] for e in document["errors"]] == ["absorbed_id"]


READS = ["/customers/{}", "/customers/{}/identities", "/customers/{}/orders"]


@pytest.mark.parametrize("path", READS)
def test_a_person_of_another_merchant_does_not_exist(api, path):
    stranger = make_person(make_merchant())
    problem(api.get(path.format(stranger.pk)), 404, "not_found")
    problem(api.get(path.format(2**63 - 1)), 404, "not_found")


def test_writes_to_another_merchant_find_nothing(shop, api):
    other = make_merchant()
    mine, theirs, more = make_person(shop), make_person(other), make_person(other)
    problem(api.post(f"/customers/{theirs.pk}/notes", {"text": "x"}), 404, "not_found")
    pair = {"survivor_id": str(mine.pk), "absorbed_id": str(theirs.pk)}
    problem(api.post("/customers/merge", pair), 404, "not_found")
    merge = api_client(other).post("/customers/merge", {"survivor_id": str(theirs.pk), "absorbed_id": str(more.pk)})
    problem(api.post(f"/merges/{merge.json()['id']}/undo"), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "body", "scope"),
    [
        ("get", "/customers", None, "customers.view"),
        ("get", "/customers/{}", None, "customers.view"),
        ("get", "/customers/{}/identities", None, "customers.view"),
        ("get", "/customers/{}/orders", None, "orders.view"),
        ("post", "/customers/{}/notes", {"text": "x"}, "customers.edit"),
        ("post", "/customers/merge", {"survivor_id": "1", "absorbed_id": "2"}, "customers.merge"),
        ("post", "/merges/1/undo", None, "customers.merge"),
    ],
)
def test_a_missing_scope_is_named(shop, method, path, body, scope):
    person = make_person(shop)
    client = api_client(shop, "home.view")
    arguments = () if body is None else (body,)
    document = problem(getattr(client, method)(path.format(person.pk), *arguments), 403, "access.not_allowed")
    assert scope in document["detail"]


def test_a_key_of_a_store_sees_the_people_of_the_store(shop):
    store, elsewhere = make_store(shop, "S1"), make_store(shop, "S2")
    mine, other = make_person(shop, node=store), make_person(shop, node=elsewhere)
    make_order(shop, mine, node=store, amounts=(700,))
    make_order(shop, mine, node=elsewhere, amounts=(90,), day=1)
    client = api_client(shop, node=store)
    listed = client.get("/customers")
    assert ids(listed) == [str(mine.pk)]
    figures = listed.json()["items"][0]["statistics"]
    assert (figures["purchases"], figures["purchase_days"], figures["net"]["amount"]) == (1, 1, 700)  # of its orders
    for path in READS:
        problem(client.get(path.format(other.pk)), 404, "not_found")
    problem(client.post(f"/customers/{other.pk}/notes", {"text": "x"}), 404, "not_found")
    pair = {"survivor_id": str(mine.pk), "absorbed_id": str(other.pk)}
    problem(client.post("/customers/merge", pair), 404, "not_found")
    merge = api_client(shop).post("/customers/merge", pair).json()
    problem(client.post(f"/merges/{merge['id']}/undo"), 404, "not_found")
