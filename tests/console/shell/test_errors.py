"""What a page says when something is wrong: the right status, in words, and nothing half done."""

from __future__ import annotations

import pytest
from django.http import Http404, HttpResponse
from django.test import override_settings
from django.urls import include, path

from tests.factories.merchants import make_merchant
from yutang.areas.merchants.models import OrgNode
from yutang.console.access import page
from yutang.core.errors import Invalid

HTMX = {"HX-Request": "true"}


@page("customers.view")
def refuse(request):
    OrgNode.objects.filter(parent__isnull=True).update(name="changed")
    raise Invalid(field="name", field_label="Name", reason="too long")


@page("customers.view")
def missing(request):
    raise Http404


@page("customers.view")
def broken(request):
    OrgNode.objects.filter(parent__isnull=True).update(name="changed")
    raise RuntimeError("a bug")


@page("customers.view")
def told(request):
    from django.contrib import messages

    messages.success(request, "All done <b>")
    return HttpResponse("<div>part</div>")


console = [
    path("refuse", refuse), path("missing", missing), path("broken", broken), path("told", told),
]  # fmt: skip
urlpatterns = [*console, path("", include("yutang.urls"))]
handler404 = "yutang.console.shell.errors.not_found"
handler500 = "yutang.console.shell.errors.server_error"

pytestmark = pytest.mark.urls(__name__)


def name():
    return OrgNode.objects.get(parent__isnull=True).name


def test_a_refusal_is_a_page_and_rolls_back(client_for, merchant):
    response = client_for(merchant).post("/refuse")
    assert response.status_code == 422
    assert "Name: too long" in response.content.decode()
    assert name() == merchant.name


def test_a_refusal_is_a_toast_for_htmx(client_for, merchant):
    response = client_for(merchant).post("/refuse", headers=HTMX)
    assert response.status_code == 422
    assert response["HX-Retarget"] == "#toasts"
    assert "<html" not in response.content.decode()
    assert "Name: too long" in response.content.decode()


def test_missing_rows_are_pages_and_toasts(client_for, merchant):
    client = client_for(merchant)
    assert "This page does not exist" in client.get("/missing").content.decode()
    assert "<html" not in client.get("/missing", headers=HTMX).content.decode()


def test_a_bug_is_a_500_without_traces(client_for, merchant):
    client = client_for(merchant)
    client.raise_request_exception = False
    response = client.post("/broken")
    assert response.status_code == 500
    assert "a bug" not in response.content.decode()
    assert name() == merchant.name


def test_without_the_permission_it_names_it(client_for, merchant):
    response = client_for(merchant, role=None).get("/refuse")
    assert response.status_code == 403
    assert "See customers" in response.content.decode()
    toast = client_for(merchant, role=None).get("/refuse", headers=HTMX)
    assert toast.status_code == 403
    assert toast["HX-Retarget"] == "#toasts"


def test_messages_travel_with_fragments(client_for, merchant):
    client = client_for(merchant)
    body = client.get("/told", headers=HTMX).content.decode()
    assert "beforeend:#toasts" in body
    assert "All done &lt;b&gt;" in body
    assert "All done" not in client.get("/account").content.decode()


def test_the_wrong_method_is_405(client_for, merchant):
    assert client_for(merchant).put("/refuse").status_code == 405


@pytest.mark.parametrize("query", ["q=%00", "q=a%00b", "%00=1", "cursor=%00"])
def test_what_the_database_cannot_store_is_400(client_for, merchant, query):
    assert client_for(merchant).get(f"/staff?{query}").status_code == 400


def test_a_merchant_that_is_not_mine_opens_nothing(client_for, merchant):
    client = client_for(merchant)
    session = client.session
    session["merchant_id"] = make_merchant().pk
    session.save()
    assert client.get("/staff")["Location"].startswith("/login")


def test_the_policy_forbids_inline_scripts_and_pages_hold_none(client_for, merchant):
    import re

    response = client_for(merchant).get("/staff")
    assert "script-src 'self'" in response["Content-Security-Policy"]
    body = response.content.decode()
    assert re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", body) == []
    assert re.findall(r"\son\w+=", body) == []


@override_settings(LANGUAGE_CODE="zh-hans")
def test_chinese_comes_first(client, db):
    from django.test import Client

    assert "登录" in Client().get("/login").content.decode()
    assert "Log in" in client.get("/login").content.decode()
