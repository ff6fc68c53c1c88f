"""Logging in with WeChat: over to the simulated WeChat by HTTP and back."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client

from tests.console.conftest import text
from tests.factories.merchants import make_merchant
from tests.factories.shop import buyer, stocked
from tests.factories.wechat import AGREED, IN_WECHAT, at_wechat, connect, leave, log_in
from yutang.areas.channels import services as channels
from yutang.areas.customers import erasing
from yutang.areas.customers import services as customers
from yutang.areas.customers.models import Customer, Identity, Merge, ReviewCase
from yutang.areas.interactions.models import Interaction
from yutang.areas.orders.models import CartLine
from yutang.core import access, clock, tenancy
from yutang.shop import shoppers
from yutang.simulators.wechat import Fault, OfficialAccount, Person, WechatSimulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def merchant(transactional_db):
    return make_merchant()


@pytest.fixture
def wechat_with(merchant, settings):
    def make(**options) -> WechatSimulator:
        wechat = WechatSimulator(**options)
        settings.WECHAT_URL = settings.WECHAT_PAGES_URL = wechat.url
        connect(merchant, wechat.account)
        return wechat

    yield make
    channels.http().close()
    channels.http.cache_clear()


@pytest.fixture
def wechat(wechat_with):
    with wechat_with() as made:
        yield made


@pytest.fixture
def browser(merchant) -> Client:
    return Client(headers={"Accept-Language": "en", "User-Agent": IN_WECHAT})


@pytest.fixture
def scope(merchant):
    return lambda: tenancy.scope(merchant.pk)


def accounts() -> set[tuple[str, str]]:
    return set(Identity.objects.values_list("kind", "value"))


def by_phone(browser, shop, phone="13800138000", *, page="login", **more):
    sent = text(browser.post(f"{shop}{page}/code", {"phone": phone}))
    code = sent.partition("“")[2][:6]
    return browser.post(f"{shop}{page}", {"phone": phone, "code": code, "agreed": AGREED, **more})


def test_offered_inside_wechat_only(browser, shop, wechat, merchant):
    assert "Log in with WeChat" in text(browser.get(f"{shop}login"))
    assert "Log in with WeChat" not in text(Client(headers={"Accept-Language": "en"}).get(f"{shop}login"))
    connect(merchant, wechat.account, is_active=False)
    assert "Log in with WeChat" not in text(browser.get(f"{shop}login"))
    assert leave(browser, shop).status_code == 404


def test_a_new_person_with_the_cart_of_the_browser(browser, shop, wechat, scope):
    with scope():
        sku = stocked(9)
    browser.post(f"{shop}cart/put", {"sku": sku.pk, "quantity": 2, "key": "k"})
    answer = log_in(browser, shop, next=f"{shop}checkout")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{shop}checkout")
    with scope():
        openid = Identity.objects.get(kind="openid")
        assert accounts() == {("openid", wechat.person.openid(wechat.account)), ("unionid", wechat.person.unionid)}
        assert (openid.namespace, openid.customer.source, openid.customer.name) == (wechat.account.app_id, "shop", "")
        line = CartLine.objects.get()
        assert (line.visitor, line.identity_id, line.quantity) == ("", openid.pk, 2)
        assert Interaction.objects.filter(kind="identify").count() == 1
    assert browser.get(f"{shop}me").status_code == 200


def test_again_is_the_same_person(browser, shop, wechat, scope, merchant):
    for _ in range(2):
        log_in(browser, shop)
        browser.post(f"{shop}logout")
    with scope():
        assert (Customer.objects.count(), Identity.objects.count()) == (1, 2)


def test_the_name_on_wish(browser, shop, wechat, scope):
    log_in(browser, shop)
    assert "Use my WeChat name" in text(browser.get(f"{shop}me"))
    log_in(browser, shop, name="1")
    with scope():
        assert Customer.objects.get().name == "小鱼"
    assert "Use my WeChat name" not in text(browser.get(f"{shop}me"))


def test_the_phone_afterwards_unites_the_same_person(browser, shop, wechat, scope):
    with scope():
        bought_before = buyer()
    log_in(browser, shop)
    assert by_phone(browser, shop, page="me/phone").headers["Location"] == f"{shop}me"
    with scope():
        assert {one.customer_id for one in Identity.objects.all()} == {bought_before.customer_id}
        (merged,) = Merge.objects.all()
        assert {item["kind"] for item in merged.evidence} == {"openid", "phone"}
    assert browser.get(f"{shop}me/phone").headers["Location"] == f"{shop}me"  # there is one now
    assert "138****8000" in text(browser.get(f"{shop}me"))


def test_wechat_after_the_phone_unites_too(browser, shop, wechat, scope):
    by_phone(browser, shop)
    log_in(browser, shop)
    with scope():
        assert Customer.objects.filter(merged_into=None).count() == 1
        assert Identity.objects.values("customer").distinct().count() == 1


def test_on_a_friends_phone_two_people_stay_two(browser, shop, wechat, scope):
    """Paying asks WeChat in silence: whoever logged in with their own phone there does not become the friend."""
    log_in(browser, shop)
    browser.post(f"{shop}logout")
    by_phone(browser, shop)
    log_in(browser, shop)
    with scope():
        guest, friend = Identity.objects.get(kind="phone"), Identity.objects.get(kind="openid")
        assert guest.customer_id != friend.customer_id
        assert not Merge.objects.exists()
    assert "138****8000" in text(browser.get(f"{shop}me"))


def test_two_unionids_are_a_question_for_people(browser, shop, wechat, scope):
    by_phone(browser, shop)
    log_in(browser, shop)
    browser.post(f"{shop}logout")
    wechat.person = Person("大鱼")
    log_in(browser, shop)
    with time_machine.travel(clock.now() + timedelta(minutes=2)):  # a phone gets one code a minute
        answer = by_phone(browser, shop, page="me/phone")
    assert (answer.status_code, "This phone belongs to another account." in answer.content.decode()) == (422, True)
    with scope():
        (case,) = ReviewCase.objects.all()
        assert (case.kind, case.state, len(case.customers)) == ("contradiction", "open", 2)
        ours = Identity.objects.get(value=wechat.person.openid(wechat.account))
        assert not Identity.objects.filter(kind="phone", customer=ours.customer_id).exists()
    assert "Add phone" in text(browser.get(f"{shop}me"))  # still the person of this WeChat


def test_an_answer_that_this_browser_did_not_ask_for(browser, shop, wechat, scope):
    """An address with somebody else's code logs nobody in, whatever state it carries."""
    attacker = Client(headers={"User-Agent": IN_WECHAT})
    trap = at_wechat(leave(attacker, shop))
    assert browser.get(trap).status_code == 403  # never asked
    leave(browser, shop)
    assert browser.get(trap).status_code == 403  # asked, another state
    code = parse_qs(urlsplit(trap).query)["code"][0]
    assert browser.get(f"{shop}login/wechat/back", {"code": code}).status_code == 403
    assert shoppers.LOGIN not in browser.cookies
    with scope():
        assert not Identity.objects.exists()
    assert attacker.get(trap).status_code == 303  # its own browser may


def test_an_answer_works_once(browser, shop, wechat):
    back = at_wechat(leave(browser, shop))
    assert browser.get(back).status_code == 303
    assert browser.get(back).status_code == 403


def test_too_late(browser, shop, wechat):
    back = at_wechat(leave(browser, shop))
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        assert browser.get(back).status_code == 422  # the code is too old
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        assert browser.get(back).status_code == 403  # so is the question


def test_it_leads_only_back_into_this_shop(browser, shop, wechat):
    for wanted in ("https://evil.example/", "//evil.example", "/customers", "/s/other/"):
        assert log_in(browser, shop, next=wanted).headers["Location"] == f"{shop}me", wanted


def test_a_question_of_another_brand(browser, shop, wechat, settings):
    other = make_merchant()
    connect(other, wechat.account)
    theirs = f"/s/{other.slug}/"
    back = at_wechat(leave(browser, theirs))
    browser.cookies["yt_away"]["path"] = shop  # a browser sends it only below its own shop; even so
    assert browser.get(back.replace(theirs, shop)).status_code == 403


def test_the_address_wechat_gets_is_ours(browser, shop, wechat):
    where = leave(browser, shop).headers["Location"]
    asked = parse_qs(urlsplit(where).query)
    assert asked["redirect_uri"] == [f"http://testserver{shop}login/wechat/back"]
    assert len(asked["state"][0]) == 32
    assert browser.post(f"{shop}login/wechat", {"agreed": AGREED}, headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(("fault", "status"), [(Fault.BUSY, 503), (Fault.LOST, 503), (Fault.GARBLED, 503)])
def test_trouble_at_wechat_is_said(browser, shop, wechat, scope, fault, status):
    back = at_wechat(leave(browser, shop))
    wechat.inject(fault)
    answer = browser.get(back)
    assert (answer.status_code, "WeChat does not answer." in answer.content.decode()) == (status, True)
    with scope():
        assert not Identity.objects.exists()


def test_a_wrong_secret_is_the_merchants_trouble(browser, shop, merchant, wechat_with):
    with wechat_with() as wechat:
        with tenancy.scope(merchant.pk):
            channels.save_account(
                credentials={"app_id": wechat.account.app_id, "secret": "f" * 32}, actor=_system(merchant)
            )
        answer = log_in(browser, shop)
        assert (answer.status_code, "Please use your phone." in answer.content.decode()) == (502, True)


def test_a_snapshot_page_is_nobody(browser, shop, wechat_with, scope):
    with wechat_with(person=Person(is_snapshot=True)):
        assert log_in(browser, shop).status_code == 403
    with scope():
        assert not Identity.objects.exists()


def test_without_the_open_platform_there_is_the_openid(browser, shop, wechat_with, scope):
    with wechat_with(account=OfficialAccount(is_bound=False)):
        log_in(browser, shop)
    with scope():
        assert [kind for kind, _ in accounts()] == ["openid"]


def test_an_erased_person_comes_back_as_somebody_new(browser, shop, wechat, scope, merchant):
    log_in(browser, shop)
    with scope():
        gone = Customer.objects.get()
        customers.erase(someone=erasing.person(gone), actor=_system(merchant))
    assert browser.get(f"{shop}me").status_code == 303  # erasing ends the log-in
    log_in(browser, shop)
    with scope():
        assert Identity.objects.get(value=wechat.person.openid(wechat.account)).customer_id != gone.pk


def _system(merchant):
    return access.system(merchant.pk, "test")
