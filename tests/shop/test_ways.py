"""Every way of paying that a screen offers, begun there and ended at the simulated service over HTTP."""

from __future__ import annotations

import json
import re
from html import unescape
from urllib.parse import urlsplit

import httpx
import pytest
from django.test import Client

from tests.areas.payments.conftest import alipay, alipay_with, till, wechat_with
from tests.areas.payments.conftest import wechat as wechatpay
from tests.console.conftest import text
from tests.factories.shop import buyer, place, stocked
from tests.factories.wechat import IN_WECHAT, at_wechat, connect
from yutang.areas.channels import services as channels
from yutang.areas.orders.models import Order
from yutang.shop import shoppers
from yutang.simulators.wechat import OfficialAccount, WechatSimulator

__all__ = ["alipay", "alipay_with", "till", "wechat_with", "wechatpay"]

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 Version/17.0 Mobile/15E148 Safari/604"
COMPUTER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120 Safari/537.36"
WECOM = IN_WECHAT + " wxwork/4.1"


@pytest.fixture(autouse=True)
def _real_money(settings):
    settings.SANDBOX = False


@pytest.fixture
def shop(till) -> str:
    return f"/s/{till.merchant.slug}/"


@pytest.fixture
def order(till) -> Order:
    with till.scope():
        return place((stocked(9, 10_000), 1), identity=buyer())


@pytest.fixture
def browser(till, order):
    """`browser(PHONE)`: one of the buyer."""

    def make(agent: str) -> Client:
        client = Client(headers={"Accept-Language": "en", "User-Agent": agent})
        with till.scope():
            client.cookies[shoppers.LOGIN] = shoppers.signed(till.merchant.pk, buyer())
        return client

    return make


@pytest.fixture
def account(till, settings):
    """The Official Account whose app WeChat Pay uses."""
    with WechatSimulator() as wechat:
        settings.WECHAT_URL = settings.WECHAT_PAGES_URL = wechat.url
        connect(till.merchant, wechat.account)
        yield wechat
    channels.http().close()
    channels.http.cache_clear()


@pytest.fixture
def http():
    with httpx.Client(trust_env=False, follow_redirects=False) as made:
        yield made


def offered(browser, shop, order) -> list[str]:
    return re.findall(r'name="way" value="([^"]*)"', text(browser.get(f"{shop}pay/order/{order.pk}")))


def start(browser, shop, order, way):
    return browser.post(f"{shop}pay/order/{order.pk}/start", {"way": way})


def say_paid(browser, shop, order):
    return browser.post(f"{shop}pay/order/{order.pk}/ask")


def link(answer) -> str:
    """Where the page leads."""
    (found,) = re.findall(r'class="weui-btn weui-btn_primary" href="([^"]*)"', text(answer))
    assert answer.headers["Refresh"] == f"0; url={unescape(found)}"
    return unescape(found)


def is_paid(till, order) -> bool:
    return till.fresh(order).status == "paid"


def test_each_device_is_offered_what_works_there(wechatpay, alipay, account, browser, shop, order):
    assert offered(browser(PHONE), shop, order) == ["wechatpay:h5", "alipay:wap"]
    assert offered(browser(COMPUTER), shop, order) == ["wechatpay:native", "alipay:page", "alipay:precreate"]
    assert offered(browser(WECOM), shop, order) == ["wechatpay:h5", "alipay:wap"]
    inside = browser(IN_WECHAT)
    go_to_wechat(inside, shop, order)
    assert offered(inside, shop, order) == ["wechatpay:jsapi"]


def go_to_wechat(browser, shop, order):
    """The pay page leads to WeChat and back, silently."""
    there = browser.get(f"{shop}pay/order/{order.pk}")
    assert (there.status_code, there.headers["Location"][: len(shop)]) == (303, shop)
    answer = browser.get(at_wechat(browser.get(there.headers["Location"])))
    assert answer.headers["Location"] == f"{shop}pay/order/{order.pk}?wechat=1"


def test_h5(wechatpay, till, browser, shop, order, http):
    phone = browser(PHONE)
    phone.defaults["HTTP_HOST"] = "127.0.0.1"  # the simulator leads back to this machine only
    answer = start(phone, shop, order, "wechatpay:h5")
    assert answer.headers["Referrer-Policy"] == "origin"  # WeChat wants to see our domain
    there = link(answer)
    assert "100.00" in http.get(there).text
    back = http.post(there).headers["Location"]
    assert back == f"http://127.0.0.1{shop}orders/{order.pk}"
    assert say_paid(phone, shop, order).headers["Location"] == f"{shop}orders/{order.pk}"
    assert is_paid(till, order)


@pytest.mark.parametrize(("agent", "method"), [(PHONE, "wap"), (COMPUTER, "page")])
def test_alipay_in_the_browser(alipay, till, browser, shop, order, http, agent, method):
    client = browser(agent)
    cashier = http.get(link(start(client, shop, order, f"alipay:{method}"))).headers["Location"]
    back = http.post(f"{alipay.url}{cashier}/pay").headers["Location"]
    assert urlsplit(back).path == f"{shop}orders/{order.pk}"
    assert say_paid(client, shop, order).headers["Location"] == f"{shop}orders/{order.pk}"
    assert is_paid(till, order)


@pytest.mark.parametrize("way", ["wechatpay:native", "alipay:precreate"])
def test_a_code_to_scan(wechatpay, alipay, till, browser, shop, order, way):
    client = browser(COMPUTER)
    assert 'alt="Payment code"' in text(start(client, shop, order, way))
    with till.scope():
        tender = till.open(order, *way.split(":"))
    (wechatpay if way.startswith("wechat") else alipay).pay(tender.no)
    assert say_paid(client, shop, order).status_code == 303
    assert is_paid(till, order)


def test_inside_wechat(wechatpay, account, till, browser, shop, order):
    inside = browser(IN_WECHAT)
    go_to_wechat(inside, shop, order)
    page = text(start(inside, shop, order, "wechatpay:jsapi"))
    parameters = parameters_of(page)
    openid = account.person.openid(account.account)
    assert wechatpay.invoke(parameters, openid=openid, is_agreed=False).endswith(":cancel")
    unpaid = text(say_paid(inside, shop, order))  # whatever the browser says
    assert "knows of no payment yet" in unpaid
    assert not is_paid(till, order)
    assert wechatpay.invoke(parameters, openid=openid).endswith(":ok")
    assert not is_paid(till, order)  # nobody has told us yet
    answer = start(inside, shop, order, "wechatpay:jsapi")  # a second try, which WeChat Pay declines
    assert answer.headers["Location"] == f"{shop}orders/{order.pk}"
    assert is_paid(till, order)


def parameters_of(page: str) -> dict[str, str]:
    return json.loads(re.search(r'<script id="bridge" type="application/json">(.*?)</script>', page)[1])


def test_without_wechats_word_there_is_no_way_inside(wechatpay, account, browser, shop, order):
    """WeChat did not help: the round ends, and starting leads there again."""
    inside = browser(IN_WECHAT)
    assert inside.get(f"{shop}pay/order/{order.pk}", {"wechat": "1"}).status_code == 200
    answer = start(inside, shop, order, "wechatpay:jsapi")
    assert answer.headers["Location"].startswith(f"{shop}login/wechat?next=")


def test_an_account_of_another_app_cannot_pay_inside(wechatpay, till, browser, shop, order, settings):
    with WechatSimulator(OfficialAccount(app_id="wx00000000000000ff")) as other:
        connect(till.merchant, other.account)
        inside = browser(IN_WECHAT)
        page = text(inside.get(f"{shop}pay/order/{order.pk}"))
        assert "Open this page in the browser of your phone" in page
        assert start(inside, shop, order, "wechatpay:jsapi").status_code in (303, 404)


def test_saying_so_often_asks_once(wechatpay, till, browser, shop, order, monkeypatch):
    client = browser(COMPUTER)
    start(client, shop, order, "wechatpay:native")
    asked = []
    answer = wechatpay.answer
    monkeypatch.setattr(wechatpay, "answer", lambda request: asked.append(request.path) or answer(request))
    for _ in range(5):
        assert "knows of no payment yet" in text(say_paid(client, shop, order))
    assert len(asked) == 1
    assert not is_paid(till, order)


def test_somebody_elses_order_is_not_asked_about(wechatpay, till, shop, order, browser):
    stranger = Client()
    with till.scope():
        stranger.cookies[shoppers.LOGIN] = shoppers.signed(till.merchant.pk, buyer("+8613900139000"))
    assert say_paid(stranger, shop, order).status_code == 404
