"""A segment built by clicking bars, then held against everybody: what makes its people different."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.areas.analytics.conftest import Shop
from tests.factories.tags import give, make_group, make_tag
from yutang.areas.customers.models import Customer
from yutang.areas.segments import services
from yutang.areas.segments.models import Segment
from yutang.areas.tags.models import Tag
from yutang.core import access, clock, tenancy

pytestmark = pytest.mark.browser
PEOPLE = {"安然": ("浙江省", "f"), "白露": ("江苏省", "f"), "陈晨": ("浙江省", "m"), "杜若": ("浙江省", "f")}


@pytest.fixture
def merchant(transactional_db):
    shop = Shop()
    for name in PEOPLE:
        shop.sell(name, 2_000, (clock.now() - timedelta(days=3)).isoformat())
    with tenancy.scope(shop.merchant.pk):
        for name, (province, gender) in PEOPLE.items():
            Customer.objects.filter(name=name).update(province=province, gender=gender)
        taste, visit = make_group(name="Taste"), make_group(name="Visit")
        cake, evening = make_tag(taste, name="Cake"), make_tag(visit, name="Evening")
        for name in ("安然", "白露", "陈晨"):
            give(Customer.objects.get(name=name), cake)
        give(Customer.objects.get(name="陈晨"), evening)
    shop.to_lake()
    return shop.merchant


def test_narrow_by_clicking_bars_and_compare(page, enter, in_scope):
    enter()
    page.goto("/segments/new")
    count = page.locator("#live .ys-count")
    expect(count).to_have_text("4")
    bars(page, "Province").get_by_role("button", name="浙江省").click()
    expect(count).to_have_text("3")
    # The pictures follow: among these nobody is from 江苏省 any more.
    expect(bars(page, "Province").get_by_role("row", name="江苏省")).to_contain_text("0%")
    bars(page, "Gender").get_by_role("button", name="Female").click()
    expect(count).to_have_text("2")
    expect(page.locator(".ys-sentence")).to_contain_text("Province is 浙江省")
    page.get_by_label("Name", exact=True).fill("Women of Zhejiang")
    page.get_by_role("button", name="Save segment").click()

    expect(page.get_by_role("heading", name="Women of Zhejiang")).to_be_visible()
    with in_scope():
        assert Segment.objects.get().last_count == 2
    page.get_by_role("link", name="What makes them different").click()
    first = page.locator(".ys-profiles .card").first
    expect(first).to_contain_text("differ by 25%")
    expect(page.locator(".ys-legend")).to_contain_text("Everybody")
    page.get_by_role("table", name="Tags").get_by_role("link", name="Cake").click()
    expect(page.locator(".ys-count")).to_have_text("1")
    expect(page.get_by_role("link", name="Save as segment")).to_be_visible()


def test_tags_narrow_and_three_segments_part_their_people(page, enter, in_scope, merchant):
    with in_scope():
        actor = access.system(merchant.pk)
        cake, evening = Tag.objects.order_by("id").values_list("pk", flat=True)
        rules = {
            "Cake": {"attr": "tags.ids", "op": "in", "value": [cake]},
            "Evening": {"attr": "tags.ids", "op": "in", "value": [evening]},
            "Women": {"attr": "customers.gender", "op": "=", "value": "f"},
        }
        made = {name: services.create(name=name, rule=rule, actor=actor).pk for name, rule in rules.items()}
    enter()
    page.goto("/segments/new")
    count = page.locator("#live .ys-count")
    expect(count).to_have_text("4")
    expect(page.locator("#live")).to_contain_text("4 may be reached by personalised marketing")
    tags = bars(page, "Tags")
    expect(tags.get_by_role("row", name="Cake")).to_contain_text("75%")
    expect(tags.get_by_role("row", name="None")).to_contain_text("25%")
    page.get_by_label("Group of tags").select_option("Visit")
    expect(bars(page, "Tags").get_by_role("row", name="Cake")).to_have_count(0)
    bars(page, "Tags").get_by_role("button", name="Evening").click()
    expect(count).to_have_text("1")
    expect(page.locator(".ys-sentence")).to_contain_text("Visit · Evening")

    page.goto(f"/segments/{made['Cake']}")
    page.locator("#overlap-of select[name=with]").evaluate(
        "(box, value) => box.tomselect.setValue(value)", str(made["Women"])
    )
    expect(page.locator("#overlap tbody tr")).to_have_count(3)
    page.locator("#overlap-of select[name=third]").evaluate(
        "(box, value) => box.tomselect.setValue(value)", str(made["Evening"])
    )
    expect(page.locator("#overlap tbody tr")).to_have_count(7)
    only = page.locator("#overlap").get_by_role("row", name="Only in “Cake” and “Women”")
    only.get_by_role("link", name="2", exact=True).click()
    expect(page.locator(".ys-count")).to_have_text("2")
    page.get_by_role("link", name="Save as segment").click()
    expect(count).to_have_text("2")


def bars(page, label):
    return page.locator("#charts").get_by_role("table", name=label, exact=True)
