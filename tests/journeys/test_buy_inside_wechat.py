"""Inside WeChat: a stranger fills a cart, logs in with one tap, pays in WeChat's own sheet, and the order is paid.

The page script that Playwright puts in stands for WeChat's bridge; what it is handed goes to the simulated WeChat Pay,
which checks the signature, and whose word alone makes the order paid.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.areas.payments.conftest import wechat_with
from tests.areas.payments.rig import Till, wechat_fields
from tests.factories.catalog import make_product
from tests.factories.merchants import make_store
from tests.factories.shop import put
from tests.factories.wechat import IN_WECHAT, connect
from yutang.areas.catalog.services import SkuDraft
from yutang.areas.channels import services as channels
from yutang.areas.customers.models import Identity
from yutang.areas.orders.models import CartLine, Order
from yutang.areas.payments.models import Tender
from yutang.areas.payments.providers import accounts
from yutang.areas.payments.providers import wechatpay as provider
from yutang.simulators.wechat import WechatSimulator

__all__ = ["wechat_with"]

pytestmark = pytest.mark.browser

BRIDGE = """
window.WeixinJSBridge = { invoke: (name, parameters, done) => window.bridge(name, parameters)
    .then((err_msg) => done({ err_msg })) };
"""


@pytest.fixture
def viewport():
    return {"width": 390, "height": 844}


@pytest.fixture
def user_agent():
    return IN_WECHAT


@pytest.fixture
def wechat(merchant, settings):
    with WechatSimulator() as made:
        settings.WECHAT_URL = settings.WECHAT_PAGES_URL = made.url
        connect(merchant, made.account)
        yield made
    channels.http().close()
    channels.http.cache_clear()


@pytest.fixture
def wechatpay(merchant, wechat_with):
    """Its notices find nobody: the order is paid because the shop asks."""
    with wechat_with() as platform:
        Till(merchant).connect("wechatpay", wechat_fields(), ("jsapi", "h5"))
        yield platform
    provider._parsed.cache_clear()
    accounts.http().close()
    accounts.http.cache_clear()


@pytest.fixture
def cake(merchant, in_scope):
    with in_scope():
        store = make_store("WS")
        product = make_product(SkuDraft(code="C6", price=19_800), name="草莓奶油蛋糕", is_delivered=False)
        put(product.skus.get(), 3, store.pk)
    return product


def test_buy_inside_wechat(page, merchant, in_scope, wechat, wechatpay, cake, settings):
    settings.SANDBOX = False
    openid = wechat.person.openid(wechat.account)
    agrees = [False, True]  # first the sheet is closed again
    page.context.expose_binding(
        "bridge",
        lambda source, name, parameters: (
            wechatpay.invoke(parameters, openid=openid, is_agreed=agrees.pop(0))
            if name == "getBrandWCPayRequest"
            else "system:function_not_exist"
        ),
    )
    page.context.add_init_script(BRIDGE)
    shop = f"/s/{merchant.slug}/"
    page.goto(f"{shop}p/{cake.pk}")
    page.get_by_role("button", name="Add to cart").click()
    page.get_by_role("button", name="OK").click()
    expect(page.locator("#cart-count")).to_have_text("1")
    with in_scope():
        assert CartLine.objects.get().visitor
    page.goto(f"{shop}cart")
    page.get_by_role("button", name="Check out (1)").click()
    page.get_by_role("checkbox", name="I have read and accept").check()
    page.get_by_role("button", name="Log in with WeChat").click()

    expect(page.get_by_text("Pickup at a store")).to_be_visible()  # back at the checkout, with the cart
    with in_scope():
        account = Identity.objects.get(kind="openid")
        line = CartLine.objects.get()
        assert (line.visitor, line.identity_id) == ("", account.pk)
    page.get_by_text("Pickup at a store").click()
    page.get_by_role("combobox", name="Store").select_option(label="Store WS")
    expect(page.locator(".sh-buy .sh-price")).to_have_text("CN¥198.00")
    page.get_by_role("button", name="Place order").click()
    expect(page.get_by_role("radio", name="WeChat Pay")).to_be_checked()
    page.get_by_role("button", name="Pay").click()

    expect(page.get_by_text("Nothing was taken from you")).to_be_visible()
    with in_scope():
        assert Order.objects.get().status == "unpaid"
    page.get_by_role("button", name="Pay with WeChat").click()
    expect(page.get_by_role("heading", name="Show this at the store")).to_be_visible()
    with in_scope():
        order, tender = Order.objects.get(), Tender.objects.get()
        assert (order.status, order.customer_id) == ("paid", account.customer_id)
        assert (tender.provider, tender.method, tender.state, tender.amount) == ("wechatpay", "jsapi", "paid", 19_800)

    page.goto(f"{shop}me")
    page.get_by_role("button", name="Log out everywhere").click()
    page.goto(f"{shop}me")
    expect(page.get_by_role("button", name="Log in with WeChat")).to_be_visible()
