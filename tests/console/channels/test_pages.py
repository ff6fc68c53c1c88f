"""The page of the Official Account: works, refuses, wrong person."""

from __future__ import annotations

import pytest

from tests.areas.payments import rig
from tests.console.conftest import text
from tests.factories.merchants import make_merchant
from tests.factories.wechat import fields
from yutang.areas.channels.models import OfficialAccount
from yutang.areas.payments import services as payments
from yutang.core import access, tenancy
from yutang.simulators.wechat import OfficialAccount as Simulated

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/settings/wechat"
ENTERED = {**fields(Simulated()), "is_active": "on"}


@pytest.fixture
def merchant():
    return make_merchant()


def stored(merchant) -> OfficialAccount | None:
    with tenancy.scope(merchant.pk):
        return OfficialAccount.objects.first()


def test_connecting(client_for, merchant):
    browser = client_for(merchant)
    assert "Not connected" in text(browser.get(PAGE))
    shown = text(browser.post(PAGE, ENTERED, follow=True))
    for found in ("The account is saved.", "wx0000000000000001", "Log-in is offered", "WeChat Pay is not connected"):
        assert found in shown
    assert ENTERED["secret"] not in shown
    before = bytes(stored(merchant).sealed)
    text(browser.post(PAGE, {"app_id": ENTERED["app_id"], "secret": ""}, follow=True))
    assert (stored(merchant).is_active, before != b"") == (False, True)


@pytest.mark.parametrize(
    ("app_id", "said"), [("wx0000000000000001", "uses this account"), ("wx00000000000000ff", "uses another app")]
)
def test_it_says_whether_money_can_be_taken(client_for, merchant, app_id, said):
    with tenancy.scope(merchant.pk):
        payments.save_account(
            provider="wechatpay", methods=["jsapi"], credentials=rig.wechat_fields(), actor=access.system(merchant.pk)
        )
    assert said in text(client_for(merchant).post(PAGE, {**ENTERED, "app_id": app_id}, follow=True))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"app_id": ""}, "This field is required."), ({"app_id": "gh_1"}, "begins with wx"),
        ({"secret": ""}, "This field is required."), ({"secret": "x"}, "32 letters and digits"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_said_and_not_stored(client_for, merchant, change, said):
    assert said in text(client_for(merchant).post(PAGE, {**ENTERED, **change}), 422)
    assert stored(merchant) is None


@pytest.mark.parametrize("role", ["operations", "service", "guide"])
def test_for_nobody_else(client_for, merchant, role):
    browser = client_for(merchant, role)
    assert browser.get(PAGE).status_code == 403
    assert browser.post(PAGE, ENTERED).status_code == 403
    assert stored(merchant) is None
