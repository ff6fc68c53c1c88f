"""A buyer sends something back; the shop refuses, an arbiter rules, the ruling pays."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.factories import aftersale as made
from tests.factories import shop as own
from tests.factories.catalog import make_picture_file
from yutang.areas.aftersale.models import Case
from yutang.areas.payments.models import Refund

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def case(in_scope, merchant):
    with in_scope():
        order = made.shipped((own.stocked(20, name="海盐奶油卷"), 2))
        return made.opened(
            order, (0, 1), kind="refund_only", reason="quality", text="收到时已经化了", pictures=[make_picture_file()]
        )


def test_from_a_refusal_to_a_ruling(page, enter, in_scope, case):
    enter(name="Handler")
    page.goto("/aftersale")
    page.get_by_role("link", name="To answer 1").click()
    page.get_by_role("link", name=case.number).click()
    expect(page.get_by_text("Then it is agreed to by itself.")).to_be_visible()
    page.get_by_text("Refuse", exact=True).first.click()
    page.get_by_label("Reason").first.fill("Left our kitchen cold")
    page.get_by_label("Offer instead").fill("30")
    page.get_by_role("button", name="Refuse").click()
    expect(page.get_by_text("CN¥30.00 offered")).to_be_visible()
    with in_scope():
        made.services.escalate(case_id=case.pk, reason="Half is not enough", side="buyer", actor=made.shopper())
        made.wait(case)

    enter(name="Arbiter")
    page.goto("/aftersale/disputes")
    page.get_by_role("link", name=case.number).click()
    expect(page.get_by_text("Half is not enough").first).to_be_visible()
    page.get_by_role("link", name="Rule on the dispute").click()
    page.get_by_label("Ruling").select_option("split")
    page.get_by_label("Amount").fill("60")
    page.get_by_label("Why").fill("Melted on the way")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("CN¥60.00").first).to_be_visible()
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Melted on the way").first).to_be_visible()
    with in_scope():
        assert (Case.objects.get().granted, Refund.objects.get().amount) == (6_000, 6_000)
