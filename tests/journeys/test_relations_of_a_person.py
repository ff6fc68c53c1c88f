"""Roles, guide and bringer are set on a person's page, seen on the timeline, and asked for by a segment."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.factories.customers import make_customer
from tests.factories.relations import make_guide
from yutang.areas.segments.models import Segment
from yutang.lake import writer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_relations_of_a_person(page, enter, in_scope, work):
    with in_scope():
        ada, bob = make_customer(name="Ada"), make_customer(name="Bob")
        lin = make_guide("Lin")
    writer.run()
    enter(name="Wu")
    page.goto(f"/customers/{ada.pk}")
    card = page.locator("#relations-card")

    card.get_by_text("Give a role").click()
    card.get_by_label("Role", exact=True).select_option("Distributor")
    card.locator("form", has=page.get_by_label("Role", exact=True)).get_by_label("Why").fill("sells in her shop")
    card.get_by_role("button", name="Give the role").click()
    expect(page.locator(".badge", has_text="Distributor")).to_be_visible()

    card.get_by_text("Say who brought them").click()
    card.get_by_label("Customer number of who brought them").fill(str(bob.pk))
    card.get_by_role("button", name="Save").click()
    expect(card.get_by_role("link", name=f"Bob #{bob.pk}")).to_be_visible()

    card.get_by_role("link", name="Set the guide").click()
    card.locator(".ts-control").click()
    page.locator(".ts-dropdown .option", has_text="Lin").click()
    card.get_by_role("button", name="Set the guide").click()
    expect(card).to_contain_text("Lin")

    page.locator("#timeline").get_by_role("link", name="Relations").click()
    timeline = page.locator("#timeline")
    for said in ("Role “Distributor” set by Wu", "Brought by Bob, said by Wu", "Guide Lin set by Wu"):
        expect(timeline).to_contain_text(said)
    expect(timeline).not_to_contain_text("first seen")
    expect(page.locator("#audit-card")).to_contain_text("Bringer of a customer set")
    expect(page.locator("#consent-card")).to_contain_text("Marketing messages")

    card.get_by_role("link", name=f"Bob #{bob.pk}").click()
    page.locator("#relations-card").get_by_role("link", name="1 person").click()
    expect(page.locator("#results tbody tr")).to_have_count(1)
    expect(page.locator("#results")).to_contain_text("Ada")

    work()
    rule = {"all": [{"attr": "relations.guide", "op": "=", "value": lin.pk}]}
    page.goto(f"/segments/new?rule={quote(json.dumps(rule))}")
    expect(page.locator("#live .ys-count")).to_have_text("1")
    expect(page.locator("#live")).to_contain_text("Lin")
    page.get_by_label("Name", exact=True).fill("Guided by Lin")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Guided by Lin")
    with in_scope():
        assert Segment.objects.get().rule == rule
