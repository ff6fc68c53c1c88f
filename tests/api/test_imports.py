from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api.conftest import problem
from tests.api.pool import make_store
from tests.factories.api import api_client
from yutang.areas.imports.models import ImportRun
from yutang.core import tenancy


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
