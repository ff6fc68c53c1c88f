from __future__ import annotations

import re

from tests.factories.api import ApiClient, make_key
from tests.factories.merchants import make_merchant
from yutang.areas.openplatform.models import ApiKey
from yutang.core import tenancy

NEW = "/settings/api-keys/new"
CHOSEN = {"name": "ERP", "expires": "90", "node": "0", "scopes": ["customers.view", "orders.view"]}


def test_a_key_is_shown_once_and_works(client_for, merchant):
    browser = client_for(merchant)
    page = browser.post(NEW, CHOSEN)
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    token = re.search(r'value="(yk_[^"]+)"', page.content.decode())[1]
    assert ApiClient(token).get("/me").json()["key"]["scopes"] == CHOSEN["scopes"]
    listed = browser.get("/settings/api-keys").content.decode()
    assert "ERP" in listed
    assert token.split("_")[1] in listed
    assert token.split("_")[2] not in listed


def test_the_form_names_what_is_missing_and_makes_nothing(client_for, merchant):
    browser = client_for(merchant)
    page = browser.post(NEW, {"name": "", "expires": "90", "node": "0"})
    assert page.status_code == 422
    assert "Choose at least one of the list." in page.content.decode()
    for bad in ({"scopes": ["staff.edit"]}, {"expires": "9999"}, {"node": "77"}, {"node": "x"}):
        assert browser.post(NEW, {**CHOSEN, **bad}).status_code == 422
    assert ApiKey.objects.count() == 0


def test_a_developer_gives_only_what_a_developer_may(client_for, merchant):
    browser = client_for(merchant, "developer")
    page = browser.get(NEW).content.decode()
    assert 'value="segments.view"' in page
    assert 'value="customers.view"' not in page
    assert browser.post(NEW, CHOSEN).status_code == 422
    assert ApiKey.objects.count() == 0


def test_revoking_shuts_the_key_out(client_for, merchant):
    made = make_key(merchant)
    browser = client_for(merchant)
    assert browser.get(f"/settings/api-keys/{made.key.pk}/revoke").status_code == 405
    page = browser.post(f"/settings/api-keys/{made.key.pk}/revoke", follow=True)
    assert "is revoked" in page.content.decode()
    assert ApiClient(made.token).get("/me").status_code == 401


def test_who_may_not_manage_keys_sees_none(client_for, merchant):
    made = make_key(merchant)
    browser = client_for(merchant, "operations")
    for address in ("/settings/api-keys", NEW):
        assert browser.get(address).status_code == 403
    assert browser.post(f"/settings/api-keys/{made.key.pk}/revoke").status_code == 403
    assert "/settings/api-keys" not in browser.get("/account").content.decode()


def test_keys_of_another_merchant_do_not_exist(client_for, merchant):
    made = make_key(make_merchant())
    browser = client_for(merchant)
    assert made.key.public_id not in browser.get("/settings/api-keys").content.decode()
    assert browser.post(f"/settings/api-keys/{made.key.pk}/revoke").status_code == 404
    with tenancy.scope(made.key.merchant_id):
        assert ApiKey.objects.get().revoked_at is None
