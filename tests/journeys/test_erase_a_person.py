"""Somebody asks to be forgotten: the number is typed, the job runs, the proof is shown, the name is gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.factories.customers import make_customer
from yutang.areas.privacy import erasing
from yutang.areas.privacy.models import Request

pytestmark = pytest.mark.browser


def test_erase_a_person(page, enter, merchant, in_scope):
    with in_scope():
        person = make_customer(name="欧阳晓岚", phone="+8613912345678", address="桂花巷 27 号")
    enter()
    page.goto(f"/customers/{person.pk}")
    page.get_by_role("link", name="Personal data").last.click()
    page.get_by_label("Customer number").fill("1234567")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.locator(".border-danger")).to_contain_text(f"Type {person.pk} to confirm.")
    page.get_by_label("Customer number").fill(str(person.pk))
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_text("This runs by itself")).to_be_visible()
    with in_scope():
        request = Request.objects.get()
    erasing.run(request_id=request.pk, merchant_id=merchant.pk, grace=timedelta(0))
    page.reload()
    expect(page.get_by_text("nothing leads to the person any more")).to_be_visible()
    page.goto(f"/customers/{person.pk}")
    expect(page.get_by_text("Personal data erased")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text("欧阳晓岚")
