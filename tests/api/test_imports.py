from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api.conftest import problem
from tests.api.pool import make_store
from tests.factories.api import api_client
from tests.factories.merchants import make_merchant
from yutang.areas.imports import services
from yutang.areas.imports.models import ImportRun
from yutang.core import access, tenancy


def send(client, content: bytes, name="orders.csv", headers=None, **query):
    return client._client.post(
        "/api/v1/imports/orders", {"file": SimpleUploadedFile(name, content)}, query_params=query,
        headers={**client.headers, **(headers or {})},
    )  # fmt: skip


def test_a_file_that_cannot_be_read_is_refused_and_nothing_kept(shop, api):
    for content in (b"", b"a,b\n1,2\n", b"\x00\xff" * 50):
        answer = send(api, content)
        assert 400 <= answer.status_code < 500
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["errors"][0]["field"] == "file"
    with tenancy.scope(shop.pk):
        assert ImportRun.objects.count() == 0


def test_other_content_is_refused(api):
    problem(api.post("/imports/orders", {}), 415, "request.unsupported_media_type")
    broken = api.post("/imports/orders", b"x", content_type="multipart/form-data")
    problem(broken, 400, "request.malformed")
    empty = api.post("/imports/orders", b"--x--\r\n", content_type="multipart/form-data; boundary=x")
    assert [e["field"] for e in problem(empty, 422, "request.invalid")["errors"]] == ["file"]


def test_scopes_and_reach(shop):
    problem(send(api_client(shop, "imports.view"), b"a"), 403, "access.not_allowed")
    problem(api_client(shop, "imports.run").get("/imports/1"), 403, "access.not_allowed")
    store = api_client(shop, node=make_store(shop))
    problem(send(store, b"a"), 403, "access.not_allowed")
    problem(store.get("/imports/1"), 403, "access.not_allowed")
    problem(api_client(shop).get("/imports/1"), 404, "not_found")


SHOPIFY = (
    b"Name,Email,Financial Status,Paid at,Fulfillment Status,Accepts Marketing,Currency,Subtotal,Shipping,Total,"
    b"Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku\n"
    b"#1001,ann@example.com,paid,2026-05-01 10:00:05 +0200,fulfilled,yes,CNY,10.00,0.00,10.00,"
    b"2026-05-01 10:00:00 +0200,1,Tea,10.00,K1\n"
)


@pytest.mark.django_db(transaction=True)
def test_a_file_is_taken_once_and_the_import_can_be_followed():
    shop = make_merchant()
    api = api_client(shop)
    first = send(api, SHOPIFY, headers={"Idempotency-Key": "a"})
    assert first.status_code == 202, first.content
    taken = first.json()
    assert (taken["state"], taken["layout"], taken["file_names"]) == ("queued", "shopify", ["orders.csv"])
    again = send(api, SHOPIFY, headers={"Idempotency-Key": "a"})
    assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")
    other = send(api, SHOPIFY + b"x", headers={"Idempotency-Key": "a"})
    problem(other, 422, "idempotency.key_reused")
    services.execute(run_id=int(taken["id"]), actor=access.system(shop.pk))
    done = api.get(f"/imports/{taken['id']}").json()
    assert (done["state"], done["counts"]["orders"], done["counts"]["rejected"]) == ("done", 1, 0)
    assert done["net"] == {"amount": 1000, "currency": "CNY"}
    problem(api_client(make_merchant()).get(f"/imports/{taken['id']}"), 404, "not_found")
