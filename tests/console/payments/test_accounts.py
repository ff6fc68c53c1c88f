"""Accounts with payment services: works, refuses, wrong person."""

from __future__ import annotations

import pytest

from tests.areas.payments import rig
from tests.console.conftest import text
from tests.factories.merchants import make_merchant
from yutang.areas.payments.models import ProviderAccount
from yutang.core import tenancy

pytestmark = pytest.mark.django_db(transaction=True)
LIST, WECHATPAY = "/settings/payments", "/settings/payments/wechatpay"


@pytest.fixture
def merchant():
    return make_merchant()


@pytest.fixture
def entered():
    return {**rig.wechat_fields(), "methods": ["h5", "native"], "is_active": "on"}


def stored(merchant) -> ProviderAccount | None:
    with tenancy.scope(merchant.pk):
        return ProviderAccount.objects.first()


def test_connecting_and_changing(client_for, merchant, entered):
    browser = client_for(merchant)
    shown = text(browser.get(LIST))
    assert shown.count("Not connected") == 2
    assert "Set YUTANG_PUBLIC_URL" in shown
    shown = text(browser.post(WECHATPAY, entered, follow=True))
    for found in ("The account is saved.", "1900000001", "In browsers of phones (H5) · By QR code (native)"):
        assert found in shown
    form = text(browser.get(WECHATPAY))
    assert form.count('type="checkbox" name="methods"') == 3
    assert form.count("checked") == 3  # two ways, and that it takes money
    assert entered["serial"] in form
    for secret in (entered["api_key"], entered["private_key"].splitlines()[1]):
        assert secret not in form
    changed = {**entered, "private_key": "", "api_key": "", "methods": ["jsapi"], "is_active": ""}
    assert "Takes no money" in text(browser.post(WECHATPAY, changed, follow=True))
    assert (stored(merchant).methods, stored(merchant).is_active) == (["jsapi"], False)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"mchid": ""}, "This field is required."), ({"private_key": "no key"}, "Account"),
        ({"methods": []}, "This field is required."), ({"methods": ["cash"]}, "Select a valid choice."),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_said_and_not_stored(client_for, merchant, entered, change, said):
    assert said in text(client_for(merchant).post(WECHATPAY, entered | change), 422)
    assert stored(merchant) is None


@pytest.mark.parametrize("provider", ["cash", "sandbox", "nobody"])
def test_services_without_accounts_have_no_page(client_for, merchant, provider):
    assert client_for(merchant).get(f"{LIST}/{provider}").status_code == 404


@pytest.mark.parametrize("role", ["operations", "finance", "guide"])
def test_for_nobody_else(client_for, merchant, entered, role):
    browser = client_for(merchant, role)
    assert browser.get(LIST).status_code == browser.get(WECHATPAY).status_code == 403
    assert browser.post(WECHATPAY, entered).status_code == 403
    assert stored(merchant) is None
