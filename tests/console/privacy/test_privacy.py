from __future__ import annotations

from datetime import timedelta

import pytest

from tests.areas.privacy import world as w
from tests.console.conftest import text
from tests.factories.merchants import make_merchant
from yutang.areas.customers.models import Customer
from yutang.areas.privacy import copying, erasing
from yutang.areas.privacy.models import Consent, Request
from yutang.core import tenancy

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world():
    return w.make_world()


def test_a_statement_is_recorded_and_withdrawn(client_for, world):
    browser, page = client_for(world.merchant), f"/customers/{world.customer.pk}/privacy"
    assert "Not asked" in text(browser.get(page))
    assert "Personal data" in text(browser.get(f"/customers/{world.customer.pk}"))
    said = {"purpose": "marketing", "channel": "", "is_given": "yes", "evidence": "at the till"}
    assert "Agreed" in text(browser.post(f"{page}/consent", said, follow=True))
    assert "Refused" in text(browser.post(f"{page}/consent", {**said, "is_given": "no"}, follow=True))
    assert "Select a valid choice" in text(browser.post(f"{page}/consent", {**said, "purpose": "spam"}), 422)
    with tenancy.scope(world.merchant.pk):
        assert list(Consent.objects.order_by("pk").values_list("is_given", flat=True)) == [True, False]


def test_erasing_asks_for_the_number_and_shows_the_proof(client_for, world):
    browser, page = client_for(world.merchant), f"/customers/{world.customer.pk}/privacy"
    assert "to confirm" in text(browser.post(f"{page}/erase", {"typed": "1"}), 422)
    made = browser.post(f"{page}/erase", {"typed": str(world.customer.pk), "reason": "asked"})
    assert made.status_code == 302
    assert "This runs by itself" in text(browser.get(made.url))
    with tenancy.scope(world.merchant.pk):
        request = Request.objects.get()
    erasing.run(request_id=request.pk, merchant_id=world.merchant.pk, grace=timedelta(0))
    assert "nothing leads to the person any more" in text(browser.get(made.url))
    assert "Erasure" in text(browser.get("/privacy?kind=erasure"))
    assert "Everything personal was erased" in text(browser.get(page))
    shown = text(browser.get(f"/customers/{world.customer.pk}"))
    assert "Personal data erased" in shown
    assert 'name="text"' not in shown, "nobody writes notes about somebody erased"
    assert w.NAME not in shown
    assert w.NAME not in text(browser.get("/customers"))


def test_a_copy_is_made_and_downloaded(client_for, world):
    browser = client_for(world.merchant)
    made = browser.post(f"/customers/{world.customer.pk}/privacy/copy")
    with tenancy.scope(world.merchant.pk):
        request = Request.objects.get()
    assert browser.get(f"/privacy/requests/{request.pk}/file").status_code == 410
    copying.run(request_id=request.pk, merchant_id=world.merchant.pk)
    assert "Download" in text(browser.get(made.url))
    file = browser.get(f"/privacy/requests/{request.pk}/file")
    assert b"".join(file.streaming_content)[:2] == b"PK"


def test_texts_holds_and_retention(client_for, world):
    browser = client_for(world.merchant)
    assert "No text yet" in text(browser.get("/privacy/texts"))
    assert "version 1" in text(browser.post("/privacy/texts", {"purpose": "marketing", "text": "Yes."}, follow=True))
    assert browser.post("/privacy/texts", {"purpose": "marketing", "text": ""}).status_code == 422
    assert "Uploaded files" in text(browser.get("/privacy/retention"))
    saved = text(browser.post("/privacy/retention", {"kind": "uploads", "days": "30"}, follow=True))
    assert "default 90" in saved
    for bad in ("0", "x", "99999999"):
        assert browser.post("/privacy/retention", {"kind": "uploads", "days": bad}).status_code == 422
    page = f"/customers/{world.customer.pk}/privacy"
    held = text(browser.post(f"{page}/hold", {"reason": "court"}, follow=True))
    assert "Legal hold since" in held
    assert browser.post(f"{page}/erase", {"typed": str(world.customer.pk)}).status_code == 422


def test_who_may_what(client_for, world):
    page = f"/customers/{world.customer.pk}/privacy"
    service = client_for(world.merchant, "service")
    assert "Erase this person" not in text(service.get(page))
    assert service.post(f"{page}/erase", {"typed": str(world.customer.pk)}).status_code == 403
    assert service.post(f"{page}/copy").status_code == 403
    assert client_for(world.merchant, "guide").get(page).status_code == 403
    stranger = client_for(make_merchant())
    assert stranger.get(page).status_code == 404
    assert stranger.post(f"{page}/erase", {"typed": str(world.customer.pk)}).status_code == 404
    with tenancy.scope(world.merchant.pk):
        assert Customer.objects.filter(erased_at__isnull=False).count() == 0


def test_the_list_costs_the_same_for_many(client_for, world):
    browser = client_for(world.merchant)

    def queries() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as seen:
            text(browser.get("/privacy"))
        return len(seen)

    browser.post(f"/customers/{world.customer.pk}/privacy/copy")
    few = queries()
    for _ in range(5):
        browser.post(f"/customers/{world.other.pk}/privacy/copy")
    assert queries() == few
