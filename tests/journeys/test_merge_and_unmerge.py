"""Two records of one person: merged by hand, undone, and a question of an import that a person decides."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.factories.customers import make_customer, resolve
from tests.factories.orders import line, record
from yutang.areas.customers.models import Identity
from yutang.core import access

pytestmark = pytest.mark.browser


@pytest.fixture
def people(merchant, in_scope):
    """李芳 came twice under two accounts; 王伟 and 赵敏 contradict each other in a file."""
    actor = access.system(merchant.pk, name="import")
    with in_scope():
        first = make_customer(name="李芳", buyer_id="fang-1")
        second = make_customer(name="李小芳", buyer_id="fang-2")
        for customer, order_no in ((first, "ORDER-1"), (second, "ORDER-2")):
            record(line(order_no, identity=Identity.objects.get(customer=customer)))
        make_customer(name="王伟", unionid="union-1", buyer_id="wei")
        make_customer(name="赵敏", unionid="union-2", member_card="card-2")
        resolve({"buyer_id": "wei", "unionid": "union-2"}, actor=actor)
    return first, second


def test_merge_and_unmerge(page, enter, people):
    first, second = people
    enter()
    page.goto(f"/customers/{first.pk}")
    orders = page.locator("#orders")
    expect(orders).to_contain_text("ORDER-1")
    expect(orders).not_to_contain_text("ORDER-2")

    page.get_by_role("link", name="Merge with…").click()
    page.get_by_label("Search").fill("李小芳")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=re.compile("李小芳")).click()
    expect(page.get_by_role("heading", name="Merge 李小芳 into 李芳")).to_be_visible()
    page.get_by_label("How do you know?").fill("said so at the counter")
    page.get_by_role("button", name="Merge these two").click()

    expect(page.get_by_role("heading", name="李芳", exact=True)).to_be_visible()
    expect(orders).to_contain_text("ORDER-1")
    expect(orders).to_contain_text("ORDER-2")
    merges = page.locator(".card", has=page.get_by_role("heading", name="Merges"))
    expect(merges).to_contain_text("said so at the counter")

    merges.get_by_role("button", name="Undo").click()
    page.locator("#confirm-yes").click()
    expect(merges).to_contain_text("Undone by")
    expect(orders).to_contain_text("ORDER-1")
    expect(orders).not_to_contain_text("ORDER-2")
    page.goto(f"/customers/{second.pk}")
    expect(page.get_by_role("heading", name="李小芳")).to_be_visible()
    expect(orders).to_contain_text("ORDER-2")
    expect(orders).not_to_contain_text("ORDER-1")


def test_decide_a_review_case(page, enter, people):
    enter()
    page.goto("/reviews")
    page.locator("#results tbody tr").first.get_by_role("link").click()
    expect(page.get_by_role("link", name="王伟")).to_be_visible()
    expect(page.get_by_role("link", name="赵敏")).to_be_visible()
    page.get_by_role("button", name="Keep apart").click()

    expect(page.get_by_text("Kept apart; we will not ask again.")).to_be_visible()
    expect(page.get_by_text("Nothing to decide")).to_be_visible()
    page.get_by_role("link", name="Decided").click()
    expect(page.locator("#results tbody tr")).to_have_count(1)
