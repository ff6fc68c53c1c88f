"""The line goes, two codes are handed over, the page dies, the line comes back: each counts once, and what somebody
else did meanwhile is told."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.factories import shop
from tests.factories.merchants import make_store
from yutang.areas.orders import services
from yutang.areas.orders.models import PickupUse

pytestmark = pytest.mark.browser
STARTED = """async () => {
  await navigator.serviceWorker.ready;
  while (!(await caches.match("/pickup/offline"))) await new Promise((done) => setTimeout(done, 100));
}"""


@pytest.fixture
def orders(in_scope):
    with in_scope():
        store = make_store("WS")
        return [
            shop.paid((shop.stocked(5, name=name, node_id=store.pk), 2), fulfilment="pickup", node_id=store.pk)
            for name in ("Cake", "Bun", "Toast")
        ]


def hand_over(page, order, *, pieces=None):
    page.get_by_label("Pickup code").fill(order.shop.pickup_code)
    page.keyboard.press("Enter")
    if pieces is not None:
        page.locator("[data-goods] input").fill(str(pieces))
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_label("Pickup code")).to_have_value("")


def test_pick_up_without_a_line(page, enter, orders, in_scope, actor):
    context = page.context
    enter()
    page.goto("/pickup")
    page.wait_for_selector("[data-pickup][data-ready]")
    page.evaluate(STARTED)
    cake, bun, toast = orders

    context.set_offline(True)
    expect(page.locator("[data-state]")).to_contain_text("No line to the server. Store WS goes on")
    hand_over(page, cake, pieces=1)
    hand_over(page, bun)
    page.get_by_label("Pickup code").fill(bun.shop.pickup_code)
    page.keyboard.press("Enter")
    expect(page.locator("[data-refusal]")).to_contain_text("Handed over already")
    page.get_by_label("Pickup code").fill("123456789012")
    page.keyboard.press("Enter")
    expect(page.locator("[data-refusal]")).to_contain_text("no order with this pickup code")
    page.close(run_before_unload=False)

    again = context.new_page()  # the browser starts anew, still without a line
    again.goto("/pickup")
    expect(again.locator("[data-queue] li")).to_have_count(2)
    hand_over(again, toast)
    expect(again.locator("[data-queue] li")).to_have_count(3)
    with in_scope():
        assert not PickupUse.objects.exists()
        services.pick_up(
            code=toast.shop.pickup_code, node_id=toast.node_id, key=f"{toast.pk}:elsewhere", actor=actor
        )  # fmt: skip
    other = context.new_page()
    other.goto("/pickup")

    context.set_offline(False)
    expect(again.locator("[data-conflicts] li")).to_contain_text("Everything of this order was handed over already")
    expect(again.locator("[data-queue] li")).to_have_count(0)
    with in_scope():
        uses = PickupUse.objects.order_by("pk").values_list("order_id", "pieces")
        assert sorted(uses) == sorted([(cake.pk, {"0": 1}), (bun.pk, {"0": 2}), (toast.pk, {"0": 2})])
    again.get_by_role("button", name="I have read it").click()
    expect(again.get_by_role("heading", name="Handed over today")).to_be_visible()
    other.close()
