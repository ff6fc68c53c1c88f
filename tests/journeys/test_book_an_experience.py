"""A member of the VIP hub books a stay, pays and is checked in; who waits is offered the place of another."""

from __future__ import annotations

import pytest
import time_machine
from playwright.sync_api import expect

from tests.factories.bookings import at, make_experience, wait
from tests.factories.bookings import book as make_booking
from tests.factories.bookings import person as make_person
from tests.factories.shop import actor, buyer
from yutang.areas.bookings import services
from yutang.areas.bookings.models import Booking
from yutang.shop import shoppers

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def viewport():
    return PHONE


def test_book_an_experience(page, enter, live_server, merchant, in_scope):
    with in_scope():
        person = buyer()
        stay = make_experience(title="湖畔会所一夜", audience="vip", price=88_800, capacity=2)
        services.save_hub(
            is_active=True, title="鱼塘会", text="欢迎", segment_id=None, contact_name="小梅", contact_phone="",
            contact_wechat="xiaomei", actor=actor(),
        )  # fmt: skip
        for one in (person, make_person(2), make_person(3)):
            services.invite(customer_id=one.customer_id, reason="", actor=actor())
    shop = f"/s/{merchant.slug}/"
    login = shoppers.signed(merchant.pk, person)
    page.context.add_cookies([{"name": shoppers.LOGIN, "value": login, "url": live_server.url}])
    page.goto(f"{shop}me")
    page.get_by_role("link", name="鱼塘会").click()
    expect(page.get_by_text("小梅")).to_be_visible()
    page.get_by_role("link", name="湖畔会所一夜").click()
    page.locator(f'input[value="{at().isoformat()}"]').check(force=True)
    page.get_by_role("button", name="Book", exact=True).click()
    page.get_by_role("button", name="Pay").click()
    page.get_by_role("button").last.click()
    expect(page.get_by_text("Show this at the store")).to_be_visible()
    with in_scope():
        booked = Booking.objects.get()
        assert booked.state == "booked"
        other = make_booking(stay, 2)
        waiting = wait(stay, 3)
        services.expire_due(now=other.expires_at, actor=actor())
        waiting.refresh_from_db()
        assert waiting.state == "offered"

    page.set_viewport_size({"width": 1440, "height": 900})
    with time_machine.travel(at(), tick=True):
        enter("store_manager")
        page.goto("/bookings")
        expect(page.get_by_role("link", name="湖畔会所一夜")).to_be_visible()
        page.get_by_label("Booking code").fill(booked.code)
        page.get_by_role("button", name="Check in").click()
        expect(page.get_by_text("Came").first).to_be_visible()
    with in_scope():
        booked.refresh_from_db()
        assert booked.state == "checked_in"
