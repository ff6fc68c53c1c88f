"""A buyer sends goods back from the phone and gets the money; another reviews what came, and the shop answers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.factories import aftersale as made
from tests.factories import shop as own
from tests.factories.catalog import make_picture_file
from yutang.areas.aftersale.models import Case, CasePicture
from yutang.areas.catalog.models import Review
from yutang.areas.payments.models import Refund
from yutang.shop import shoppers

pytestmark = pytest.mark.browser
PHOTO = {"name": "IMG_1.jpg", "mimeType": "image/jpeg"}


@pytest.fixture
def viewport():
    return {"width": 390, "height": 844}


@pytest.fixture
def order(page, live_server, merchant, in_scope):
    """Two tins of biscuits that have come, with their buyer at the shop."""
    with in_scope():
        buyer = own.buyer()
        order = made.shipped((own.stocked(20, name="海盐小饼干"), 2), is_completed=True, identity=buyer)
        login = shoppers.signed(merchant.pk, buyer)
    page.context.add_cookies([{"name": shoppers.LOGIN, "value": login, "url": f"{live_server.url}/s/{merchant.slug}/"}])
    return order


def photo(colour: str, width: int = 3000):
    return {**PHOTO, "buffer": make_picture_file(width, 2000, colour).read()}


def test_from_a_broken_tin_to_the_money(page, enter, merchant, in_scope, order):
    shop = f"/s/{merchant.slug}/"
    page.goto(f"{shop}orders/{order.pk}")
    page.get_by_role("link", name="After-sale").click()
    page.get_by_role("link", name=re.compile("Return and refund")).click()
    page.wait_for_url(re.compile("kind=return_refund"))  # loaded with its scripts: nobody chooses faster than they come
    page.get_by_label("Reason").select_option(label="Arrived damaged")
    expect(page.get_by_text("The shop bears the freight of the return.")).to_be_visible()
    page.get_by_role("button", name="Fewer").click()
    expect(page.locator("#most")).to_contain_text("CN¥100.00")
    page.get_by_label("What happened").fill("一盒碎了")
    page.locator("input[type=file]").set_input_files([photo("orange"), photo("red")])
    expect(page.locator(".sh-chosen")).to_have_count(2)
    page.get_by_role("button", name="Remove picture").last.click()
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_role("heading", name="The shop is looking at it")).to_be_visible()
    page.locator(".sh-thumbs a").click()
    expect(page.locator(".sh-zoom img")).to_have_count(1)
    page.locator(".sh-zoom").click()
    with in_scope():
        case = Case.objects.get()
        assert (case.amount, CasePicture.objects.count()) == (10_000, 1)

    enter()
    page.goto(f"/aftersale/{case.pk}/agree")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Agreed.")).to_be_visible()

    page.goto(f"{shop}aftersale/{case.pk}")
    page.get_by_label("Carrier").fill("顺丰速运")
    page.get_by_label("Tracking number").fill("SF1234567890")
    page.get_by_role("button", name="I have sent it").click()
    expect(page.get_by_role("heading", name="On its way to the shop")).to_be_visible()

    page.goto(f"/aftersale/{case.pk}/receive")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Received.", exact=True)).to_be_visible()
    page.goto(f"/customers/{order.customer_id}")
    expect(page.locator("#aftersale").get_by_text("海盐小饼干 × 1")).to_be_visible()

    page.goto(f"{shop}aftersale")
    page.get_by_role("link", name=re.compile("Money given back")).click()
    expect(page.locator(".sh-state")).to_contain_text("CN¥100.00")
    page.goto(f"{shop}orders/{order.pk}")
    expect(page.get_by_text("CN¥100.00 refunded")).to_be_visible()
    with in_scope():
        assert (Case.objects.get().granted, Refund.objects.get().amount) == (10_000, 10_000)


def test_a_review_and_its_answer(page, enter, merchant, in_scope, order):
    shop = f"/s/{merchant.slug}/"
    page.goto(f"{shop}me")
    page.get_by_role("link", name=re.compile("To review")).click()
    page.get_by_role("link", name="Review", exact=True).click()
    page.get_by_label("4 of 5").click()
    page.get_by_label("What was it like?").fill("酥脆不腻")
    page.locator("input[type=file]").set_input_files([photo("orange")])
    expect(page.locator(".sh-chosen")).to_have_count(1)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Thank you, everything is reviewed")).to_be_visible()
    with in_scope():
        review = Review.objects.get()
        assert (review.rating, len(review.pictures)) == (4, 1)

    enter()
    page.goto("/products/reviews")
    page.get_by_text("Answer", exact=True).last.click()
    page.get_by_role("textbox", name="Answer").fill("谢谢您的支持")
    page.get_by_role("button", name="Save").click()

    page.goto(f"{shop}p/{review.product_id}")
    expect(page.get_by_text("谷汀麦作: 谢谢您的支持")).to_be_visible()
    page.locator(".sh-thumbs a").click()
    expect(page.locator(".sh-zoom img")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile("7-day returns")).click()
    expect(page.get_by_text("without saying why")).to_be_visible()
