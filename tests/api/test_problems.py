from __future__ import annotations

import pytest
from django.test import Client

from tests.api.conftest import problem
from tests.api.pool import make_person
from tests.factories.api import api_client
from yutang.api.customers import views
from yutang.areas.customers.models import Note
from yutang.core import tenancy


@pytest.fixture
def notes(shop):
    return f"/customers/{make_person(shop).pk}/notes"


@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff\xfe", b'{"text": NaN}', b'{"text": Infinity}', b"[" * 100_000, b'{"text": ' + b"1" * 5000 + b"}"],
)
def test_what_is_no_json_is_refused(api, notes, body):
    problem(api.post(notes, body), 400, "request.malformed")


@pytest.mark.parametrize("body", [b'{"text": "a\\u0000"}', b'{"text": "\\ud800"}'])
def test_text_that_cannot_be_stored_is_named(api, notes, body):
    document = problem(api.post(notes, body), 422, "request.unstorable_text")
    assert document["errors"][0]["field"] == "text"


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"5", b"null", b"", b'{"text": null}'])
def test_another_shape_is_refused(api, notes, body):
    problem(api.post(notes, body), 422, "request.invalid")


def test_other_kinds_of_content_are_refused(api, notes):
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", "nonsense"):
        problem(api.post(notes, b"text=a", content_type=kind), 415, "request.unsupported_media_type")
    assert api.post(notes, {"text": "a"}, content_type="application/json; charset=utf-8").status_code == 201


def test_a_large_body_is_refused(api, notes):
    problem(api.post(notes, {"text": "x" * 2**20}), 413, "request.too_large")
    problem(api.post(notes, {"text": "x" * 11 * 2**20}), 413, "request.too_large")


def test_unknown_addresses_and_methods(api, shop):
    problem(api.get("/nowhere"), 404, "not_found")
    problem(api.get("/"), 404, "not_found")
    problem(api.get("/customers/"), 404, "not_found")
    wrong = api.post("/customers", {})
    problem(wrong, 405, "request.method_not_allowed")
    assert wrong["Allow"] == "GET"
    problem(api.get("/customers/%ff%fe"), 422, "request.invalid")
    problem(api.get("/customers/%00"), 422, "request.invalid")
    problem(api.get("/customers", q="a\x00"), 422, "request.unstorable_text")


def test_an_unknown_host_is_told_as_a_problem(shop):
    answer = Client().get("/api/v1/me", headers={"Host": "evil.example"})
    problem(answer, 400, "request.malformed")


def test_a_crash_tells_nothing_and_keeps_nothing(shop, api, notes, monkeypatch):
    def crash(**arguments):
        Note.objects.create(
            merchant_id=shop.pk, customer=arguments["customer"], home_customer=arguments["customer"], text="x"
        )
        raise RuntimeError("secret detail")

    monkeypatch.setattr(views.customer_services, "add_note", crash)
    api._client.raise_request_exception = False
    answer = api.post(notes, {"text": "a"})
    problem(answer, 500, "error")
    assert b"secret" not in answer.content
    with tenancy.scope(shop.pk):
        assert Note.objects.count() == 0


def test_the_language_is_the_one_asked_for(shop):
    english = problem(api_client(shop, "home.view").get("/orders"), 403, "access.not_allowed")
    assert english["title"] == "This key may not do that"
    answer = api_client(shop, "home.view", language="zh-CN,zh;q=0.9").get("/orders")
    assert answer["Content-Language"] == "zh-hans"
