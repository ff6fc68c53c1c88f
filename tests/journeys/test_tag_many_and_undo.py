"""Tag the people of a segment, see it on a person's page, undo it; a tap by hand stays."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.factories.customers import make_customer
from tests.factories.tags import make_group, make_tag
from yutang.areas.segments import services as segments
from yutang.lake import writer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(in_scope, actor):
    with in_scope():
        found = [make_customer(name=name) for name in ("Ada", "Bob", "Cyd")]
        make_tag(make_group(name="Taste", colour="pink"), name="Sweet tooth", description="Buys cake every week")
    writer.run()
    with in_scope():
        segments.create(name="Everybody", rule={"all": []}, actor=actor)
    return found


def test_tag_a_segment_and_take_it_back(page, enter, people, work):
    enter()
    page.goto("/tags")
    page.get_by_role("link", name="Tag many").click()
    page.get_by_label("What to do").select_option("give")
    page.locator("#id_segment-ts-control").click()
    page.locator(".ts-dropdown .option", has_text="Everybody").click()
    page.get_by_label("Why").fill("Spring fair")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("Waiting")).to_be_visible()
    work()
    expect(page.get_by_text("Done", exact=True).first).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()

    page.goto(f"/customers/{people[0].pk}")
    card = page.locator("#tags-card")
    expect(card).to_contain_text("Sweet tooth")
    expect(card).to_contain_text("Spring fair")
    card.get_by_role("button", name="Take “Sweet tooth” away").click()
    expect(card).to_contain_text("No tags yet.")
    card.get_by_role("button", name="Sweet tooth").click()
    expect(card).to_contain_text("Tagged by hand")

    page.goto("/tags/runs")
    page.get_by_role("link", name="Sweet tooth").click()
    page.get_by_role("button", name="Undo").click()
    page.locator("#confirm-yes").click()
    expect(page.get_by_text("Being undone").first).to_be_visible()
    work()
    expect(page.get_by_text("Undone", exact=True)).to_be_visible()
    page.goto("/tags")
    expect(page.get_by_role("row", name="Sweet tooth")).to_contain_text("1")


def test_a_rule_is_previewed_while_it_is_written(page, enter, people):
    enter()
    page.goto("/tags/new?rule=1")
    expect(page.locator("#live")).to_contain_text("+3")
    expect(page.locator("#live")).to_contain_text("Ada")
