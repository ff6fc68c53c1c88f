from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.api.conftest import problem
from tests.api.pool import make_store, sql
from tests.factories.api import ApiClient, api_client, make_key
from tests.factories.merchants import make_merchant
from yutang.areas.merchants.models import Member
from yutang.areas.openplatform import services
from yutang.areas.openplatform.models import ApiKey
from yutang.console.middleware import SESSION_KEY
from yutang.core import access, clock, tenancy

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_a_key_opens_its_merchant(shop):
    client = api_client(shop, "customers.view", name="Till")
    answer = client.get("/me")
    assert answer.status_code == 200
    assert answer.json() == {
        "merchant": {"slug": shop.slug, "name": shop.name, "currency": "CNY", "timezone": "Asia/Shanghai"},
        "key": {
            "id": str(client.key.pk), "name": "Till", "scopes": ["customers.view"], "node_id": None,
            "requests_per_minute": 600, "expires_at": None,
        },
    }  # fmt: skip
    assert answer["Cache-Control"] == "no-store"


def test_letting_in_takes_two_statements(shop):
    client = api_client(shop, "customers.view")
    client.get("/me")
    with CaptureQueriesContext(connection) as captured:
        client.get("/me")
    assert len(sql(captured)) == 2  # the key with its merchant, the bucket


@pytest.mark.parametrize("token", [None, "", "yk_1_2", "yk_" + "0" * 16 + "_" + "0" * 64, "Ünicode", "x" * 5000])
def test_without_a_key_there_is_no_way_in(shop, token):
    answer = ApiClient(token).get("/me")
    code = "api_key.unknown" if token else "api_key.missing"
    problem(answer, 401, code)
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_the_right_id_with_another_secret_is_refused(shop):
    made = make_key(shop)
    problem(ApiClient(made.token[:-1] + ("0" if made.token[-1] != "0" else "1")).get("/me"), 401, "api_key.unknown")


def test_revoked_and_expired_keys_open_nothing(shop):
    with time_machine.travel(NOON, tick=False) as traveller:
        client = api_client(shop, expires_at=clock.now() + timedelta(hours=1))
        assert client.get("/me").status_code == 200
        traveller.shift(timedelta(hours=1))
        problem(client.get("/me"), 401, "api_key.expired")
        other = api_client(shop)
        with tenancy.scope(shop.pk):
            services.revoke(key_id=other.key.pk, actor=access.system(shop.pk))
        problem(other.get("/me"), 401, "api_key.revoked")


@pytest.fixture
def browser(shop) -> Client:
    """The owner of the shop, logged in to the console."""
    with tenancy.scope(shop.pk):
        owner = Member.objects.get().user
    client = Client()
    client.force_login(owner)
    session = client.session
    session[SESSION_KEY] = shop.pk
    session.save()
    return client


def test_a_browser_session_does_not_authorise(browser):
    assert browser.get("/account").status_code == 200
    problem(browser.get("/api/v1/me"), 401, "api_key.missing")
    sent = browser.post("/api/v1/customers/merge", "{}", content_type="application/json")
    problem(sent, 401, "api_key.missing")


def test_a_session_beside_a_key_changes_nothing(browser):
    other = make_merchant()
    answer = browser.get("/api/v1/me", headers={"Authorization": f"Bearer {make_key(other).token}"})
    assert answer.json()["merchant"]["slug"] == other.slug


def test_last_use_is_written_at_most_once_a_minute(shop):
    def last_used():
        with tenancy.scope(shop.pk):
            return ApiKey.objects.get(pk=client.key.pk).last_used_at

    with time_machine.travel(NOON, tick=False) as traveller:
        client = api_client(shop)
        client.get("/me")
        assert last_used() == NOON
        traveller.shift(timedelta(seconds=59))
        client.get("/me")
        assert last_used() == NOON
        traveller.shift(timedelta(seconds=1))
        client.get("/me")
        assert last_used() == NOON + timedelta(minutes=1)


def test_the_bucket_empties_and_refills(shop):
    with time_machine.travel(NOON, tick=False) as traveller:
        client = api_client(shop, requests_per_minute=3)
        left = []
        for _ in range(3):
            answer = client.get("/me")
            left.append((answer.status_code, answer["RateLimit-Remaining"], answer["RateLimit-Reset"]))
        assert left == [(200, "2", "20"), (200, "1", "40"), (200, "0", "60")]
        assert answer["RateLimit-Limit"] == "3"
        refused = client.get("/me")
        problem(refused, 429, "api_key.too_many_requests")
        assert refused["Retry-After"] == "20"
        traveller.shift(timedelta(seconds=20))
        assert client.get("/me").status_code == 200
        problem(client.get("/me"), 429, "api_key.too_many_requests")


def test_org_nodes_of_a_limited_key(shop):
    store, _ = make_store(shop, "S1"), make_store(shop, "S2")
    everything = api_client(shop).get("/org-nodes").json()
    assert [n["code"] for n in everything["items"]] == ["HQ", "S1", "S2"]
    own = api_client(shop, node=store).get("/org-nodes").json()
    assert [(n["code"], n["id"], n["kind"]) for n in own["items"]] == [("S1", str(store.pk), "store")]


def test_the_openapi_document_is_public_and_names_every_refusal(db):
    answer = ApiClient(None).get("/openapi.json")
    assert answer.status_code == 200
    document = answer.json()
    assert "/api/v1/customers/{customer_id}" in document["paths"]
    operations = [o for path in document["paths"].values() for o in path.values()]
    assert all("application/problem+json" in o["responses"]["default"]["content"] for o in operations)
    assert all(o["security"] == [{"KeyAuth": []}] for o in operations)
