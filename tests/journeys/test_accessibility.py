"""Every page of the shop, in both languages: what axe-core finds, controls too small for a thumb, pages wider than the
phone, and a focus that cannot be seen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from tests.architecture import bookings_world, coupons_world, membership_world, points_world, trade, walk, wallet_world
from tests.factories import catalog, decoration, shop
from tests.factories.membership import make_level, make_plan
from tests.factories.merchants import make_store
from tests.factories.messaging import furnish_notices
from yutang.areas.catalog import services as pictures
from yutang.areas.decoration import queries
from yutang.areas.orders import services as orders
from yutang.areas.orders.queries_cart import Holder
from yutang.areas.orders.services import carting
from yutang.core.limits import Pace
from yutang.shop import recording, shoppers

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.browser
AXE = Path(__file__).resolve().parents[1] / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE, NARROW = {"width": 390, "height": 844}, {"width": 320, "height": 640}
SHOP = "/s/<slug:shop>/"
LONG = "欧阳若兰与夏侯静怡的双层草莓奶油生日蛋糕礼盒装 with Madagascar vanilla and a handwritten greeting card"
# From here one is always led away: to WeChat, or on, because one has a phone already.
LEADS_AWAY = {"login", "login/wechat", "login/wechat/back", "me/phone"}
# Other states of a page, by what its address may say.
STATES = {
    "search": ("?q=Cake", "?q=nothing-of-this-kind"),
    "checkout": ("?fulfilment=pickup",),
    "orders": ("?tab=to_pick_up",),
}  # fmt: skip

# Controls; of those that stand in a label, the label is what is tapped. Links in running text may be smaller.
SMALL = """() => [...document.querySelectorAll(
    'button, select, textarea, summary, input:not([type=hidden]), nav a, .weui-btn, .sh-row, .sh-back')]
  .map(e => (['radio', 'checkbox', 'file'].includes(e.type) && e.labels[0]) || e)
  .filter(e => e.checkVisibility())
  .map(e => [e, e.getBoundingClientRect()])
  .filter(([e, box]) => box.width < 43.5 || box.height < 43.5)
  .map(([e, box]) => `${e.outerHTML.slice(0, 90)}: ${Math.round(box.width)} × ${Math.round(box.height)}`)"""
# By the keyboard: Tab was pressed before. Something of the element, its label or what follows it has to change.
UNSEEN = """() => {
  const look = e => [e, e.closest('label'), e.nextElementSibling, e.closest('.sh-search')].filter(Boolean)
    .map(x => getComputedStyle(x)).map(s => [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow].join());
  const unseen = [];
  const reached = 'a[href], button, input:not([type=hidden]), select, textarea, [tabindex="0"]';
  for (const e of document.querySelectorAll(reached)) {
    if (!e.checkVisibility() || e.disabled) continue;
    document.activeElement.blur();
    const before = look(e).join('|');
    e.focus();
    if (document.activeElement === e && look(e).join('|') === before) unseen.push(e.outerHTML.slice(0, 90));
  }
  document.activeElement.blur();
  return unseen;
}"""


@pytest.fixture
def viewport():
    return PHONE


@pytest.fixture
def page(page):
    page.context.add_init_script(path=AXE)
    return page


@pytest.fixture
def world(merchant, in_scope, settings, monkeypatch):
    """A person with orders in every state; `ids` of what addresses name, one after the other."""
    settings.SANDBOX = True
    for pace in ("PACE", "PLACE_PACE"):  # nobody looks at so many pages in a minute
        monkeypatch.setattr(recording, pace, Pace(at_once=10_000, a_minute=10_000))
    with in_scope():
        identity = shop.buyer()
        store = make_store("WS")
        ids = catalog.furnish(LONG[:30], identity.customer) | {"shop": merchant.slug}
        ids |= trade.furnish("long-name", identity.customer, store)
        ids |= bookings_world.furnish(LONG[:40], identity.customer, store, is_open=True)
        ids |= coupons_world.furnish("long-name", identity.customer, store)
        ids |= points_world.furnish("long-name", identity.customer, store)
        ids |= membership_world.furnish("long-name", identity.customer, store)
        ids |= wallet_world.furnish("long-name", identity.customer, store)
        furnish_notices(LONG, identity.customer)
        cake = shop.stocked(50, node_id=store.pk, name=LONG)
        pictures.add_picture(product_id=cake.product_id, content=catalog.make_picture_file(), actor=shop.actor())
        carting.put(holder=Holder(identity_id=identity.pk), sku_id=cake.pk, quantity=2, key="a", actor=shop.actor())
        unpaid = shop.place((cake, 2), identity=identity)
        to_fetch = shop.paid((cake, 1), identity=identity, fulfilment="pickup", node_id=store.pk)
        done = shop.paid((cake, 1), identity=identity)
        orders.ship(order_id=done.pk, key="sent", actor=shop.actor())
        orders.complete(order_id=done.pk, actor=shop.actor())
        tender = shop.start(unpaid)
        topic = decoration.topic(title=LONG[:60])
        blocks = [decoration.block("notice", text=LONG), decoration.block("products", source="newest")]
        decoration.published(topic, *blocks)
        ids |= {"page_slug": topic.slug, "token": queries.preview_token(decoration.general(topic))}
    merchant.identity, merchant.cake = identity, cake
    merchant.worlds = [
        ids | {"order_id": unpaid.pk, "payable_id": unpaid.pk, "no": tender.no},
        ids | {"order_id": to_fetch.pk},
        ids | {"order_id": ids["shop_order_id"]},
        ids | {"order_id": done.pk},
    ]
    return merchant


def pages(world, *, is_known: bool) -> Iterator[str]:
    """Addresses below the shop's that answer with a whole page; found in the list of addresses, so that a new page is
    looked at. Of a route that never does, something else than being led away is expected."""
    client = Client()
    if is_known:
        client.cookies[shoppers.LOGIN] = shoppers.signed(world.pk, world.identity)
    found: dict[str, None] = {}
    nowhere = []
    for route in (route for route in walk.addresses() if route.startswith(SHOP)):
        statuses = set()
        name = route.removeprefix(SHOP)
        for ids in world.worlds:
            for state in ("", *STATES.get(name, ())):
                address = walk.filled(route, ids) + state
                answer = client.get(address)
                statuses.add(answer.status_code)
                is_file = answer.streaming
                if answer.status_code == 200 and not is_file and answer.content[:9].lower() == b"<!doctype":
                    found[address] = None
                answer.close()
        if is_known and statuses <= {302, 303, 404} and name not in LEADS_AWAY:
            nowhere.append(route)
    assert nowhere == [], nowhere
    yield from found


def test_every_page_of_the_shop(page, live_server, world):
    mine, public = list(pages(world, is_known=True)), list(pages(world, is_known=False))
    found = walked(page, live_server, [address for address in public if address not in mine])
    login = shoppers.signed(world.pk, world.identity)
    page.context.add_cookies([{"name": shoppers.LOGIN, "value": login, "url": live_server.url}])
    found += walked(page, live_server, mine)
    assert not found, "\n".join(sorted(found))
    assert len(mine) > 15


def test_the_sheet_that_a_product_is_picked_in(page, live_server, world):
    page.goto(f"/s/{world.slug}/p/{world.cake.product_id}")
    page.locator("[data-pick=cart]").click()
    page.locator("#picker[open]").wait_for()
    found = looked_at(page, "picker")
    assert not found, "\n".join(found)


def test_goods_for_members(page, live_server, world, in_scope):
    """For a stranger, and for somebody who is none of them and has some in the cart."""
    with in_scope():
        make_level(10**6, key="gold"), make_plan(name=LONG[:40], exclusive=True)
        draft = pictures.draft_of(world.cake.product, only_levels=("gold",), only_cards=True)
        pictures.save_product(draft=draft, product=world.cake.product, actor=shop.actor())
    home = f"/s/{world.slug}/"
    product = f"{home}p/{world.cake.product_id}"
    found = walked(page, live_server, [home, product])
    login = shoppers.signed(world.pk, world.identity)
    page.context.add_cookies([{"name": shoppers.LOGIN, "value": login, "url": live_server.url}])
    found += walked(page, live_server, [product, f"{home}cart"])
    expect(page.locator(".sh-problem")).to_contain_text("For members only: Gold")
    assert not found, "\n".join(found)


def test_an_error(page, live_server, world):
    opened = page.context.new_page()  # the error is wanted
    opened.goto(f"/s/{world.slug}/p/0")
    found = looked_at(opened, "error")
    assert not found, "\n".join(found)


def test_the_checks_notice_what_they_are_for(page, live_server, world):
    page.goto(f"/s/{world.slug}/login")
    page.evaluate(
        """() => { document.documentElement.removeAttribute('lang');
            document.querySelector('main').innerHTML = `<h1>Two</h1><p style="color: #999; width: 600px">Pale</p>
            <img src="/static/yutang/icon.svg"><input><button style="outline: 0 !important">x</button>`; }"""
    )
    found = "\n".join(looked_at(page, "x"))
    for what in ("html-has-lang", "color-contrast", "image-alt", "label", "small:", "unseen focus:", "wide"):
        assert f"x {what}" in found, what


def walked(page, live_server, addresses: list[str]) -> list[str]:
    found = []
    for language in ("zh-hans", "en"):
        name = settings.LANGUAGE_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": language, "url": live_server.url}])
        for address in addresses:
            page.goto(address)
            assert page.locator("html").get_attribute("lang") == language
            found += looked_at(page, f"{language} {address}")
    return found


def looked_at(page, where: str) -> list[str]:
    """What is wrong with the page as it stands."""
    page.set_viewport_size(PHONE)
    answer = page.evaluate("rules => axe.run({runOnly: rules, resultTypes: ['violations']})", RULES)
    found = [
        f"{where} {rule['id']}: {node['target'][0]} {node['any'][0]['message'] if node['any'] else node['html'][:90]}"
        for rule in answer["violations"]
        for node in rule["nodes"]
    ]
    if page.locator("h1:visible").count() != 1:
        found.append(f"{where} h1: {page.locator('h1:visible').count()}")
    found += [f"{where} small: {control}" for control in page.evaluate(SMALL)]
    page.keyboard.press("Tab")
    found += [f"{where} unseen focus: {control}" for control in page.evaluate(UNSEEN)]
    for size in (NARROW, PHONE):
        page.set_viewport_size(size)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > size["width"]:
            found.append(f"{where} wide: {wide} of {size['width']}")
    return found
