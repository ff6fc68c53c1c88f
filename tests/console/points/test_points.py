"""Points in the console: figures, rules, offers, changes with a second person, a person's card."""

from __future__ import annotations

import pytest

from tests.console.conftest import text
from tests.factories import points
from tests.factories.customers import make_customer
from tests.factories.merchants import make_merchant, make_store
from yutang.areas.points import queries, services
from yutang.areas.points.models import Change, Offer, Terms
from yutang.core import access, tenancy


@pytest.fixture
def shop(db):
    return make_merchant()


@pytest.fixture
def person(shop):
    with tenancy.scope(shop.pk):
        found = make_customer(name="Wang").pk
        points.give(found, 1_200)
    return found


@pytest.fixture
def owner(shop, client_for):
    return client_for(shop)


def rules(**values):
    given = {f"{kind}-points": "0" for kind in queries.Kind.values}
    terms = {
        "expiry": "days", "expiry_days": "30", "expiry_years": "1", "rate": "1", "ceiling_percent": "50",
        "least_points": "100", "approve_from": "1000",
    }  # fmt: skip
    return {**given, **terms, "purchase-per_amount": "1.00", **values}


def test_the_overview_shows_figures_and_the_forecast(shop, person, owner):
    page = text(owner.get("/points"))
    assert "1,200" in page
    assert "a liability of ¥12.00" in page or "a liability of CN¥12.00" in page
    assert "/points/expiring?month=" in page


@pytest.mark.parametrize("address", ["/points", "/points/entries", "/points/changes", "/points/offers"])
def test_pages_ask_as_often_for_many_rows(shop, person, owner, address, django_assert_max_num_queries):
    with tenancy.scope(shop.pk):
        for number in range(20):
            points.give(make_customer().pk, 10)
            points.offer(title=f"Offer {number}")
            services.ask(
                customer_id=person, points=1, reason="x", key=str(number), actor=access.system(shop.pk)
            )  # fmt: skip
    owner.get(address)
    with django_assert_max_num_queries(20):
        text(owner.get(address))


def test_entries_lead_to_people(person, owner):
    assert f'href="/customers/{person}"' in text(owner.get("/points/entries"))


def test_the_lots_of_a_month(shop, person, owner):
    with tenancy.scope(shop.pk):
        first = queries.forecast(shop.pk)[0].first
    assert "Wang" in text(owner.get(f"/points/expiring?month={first:%Y-%m}"))
    assert "No points end" in text(owner.get("/points/expiring?month=2031-01"))
    text(owner.get("/points/expiring?month=x"), 404)


def test_rules_are_saved(shop, owner):
    review = {"review-is_active": "on", "review-points": "10", "review-person_day_cap": "30"}
    values = rules(**review, is_tender="on")
    assert owner.post("/points/rules", values).status_code == 302
    with tenancy.scope(shop.pk):
        rule = queries.rule("review")
        assert (rule.points, rule.person_day_cap, rule.day_cap) == (10, 30, None)
        assert Terms.objects.get().is_tender
    assert 'value="30"' in text(owner.get("/points/rules"))


def test_wrong_rules_are_refused_at_their_field(shop, owner):
    wrong = rules(**{"ceiling_percent": "101", "purchase-is_active": "on", "purchase-per_amount": ""})
    page = text(owner.post("/points/rules", wrong), 422)
    assert "Say for which amount" in page
    with tenancy.scope(shop.pk):
        assert not Terms.objects.exists()


def test_an_offer_is_made_and_changed(shop, owner):
    given = {"rewards-what": "points", "rewards-amount": "7"}
    values = {"title": "Cup", "points": "100", "stock": "5", "is_active": "on", **given}
    assert owner.post("/points/offers/new", values).status_code == 302
    with tenancy.scope(shop.pk):
        offer = Offer.objects.get()
    assert "Cup" in text(owner.get("/points/offers"))
    assert owner.post(f"/points/offers/{offer.pk}", values | {"stock": "3"}).status_code == 302
    with tenancy.scope(shop.pk):
        assert Offer.objects.select_related("pool").get().pool.capacity == 3
    text(owner.post("/points/offers/new", values | {"rewards-what": "", "rewards-amount": ""}), 422)
    text(owner.get("/points/offers/999999"), 404)


def test_a_change_waits_for_a_second_person(shop, person, owner, client_for):
    finance = client_for(shop, "finance")
    address = f"/customers/{person}/points/change"
    assert owner.post(address, {"key": "a", "points": "1000", "reason": "gift"}).status_code == 302
    with tenancy.scope(shop.pk):
        change = Change.objects.get()
    assert "waits for approval" in text(finance.get("/points"))
    assert "Somebody else must approve" in text(
        owner.post(f"/points/changes/{change.pk}/decide", {"answer": "yes"}, follow=True)
    )
    finance.post(f"/points/changes/{change.pk}/decide", {"answer": "yes"})
    with tenancy.scope(shop.pk):
        assert points.balance(person) == 2_200
    assert "gift" in text(owner.get("/points/changes"))
    text(owner.post(address, {"key": "b", "points": "0", "reason": "x"}), 422)


def test_the_card_of_a_person(shop, person, owner, django_assert_max_num_queries):
    owner.get(f"/customers/{person}/points")
    with django_assert_max_num_queries(16):
        page = text(owner.get(f"/customers/{person}/points"))
    assert page.startswith('<div id="customer_points">')
    assert "1,200" in page


def test_who_may(shop, person, client_for):
    guide = client_for(shop, "guide")
    text(guide.get(f"/customers/{person}/points"))
    text(guide.get(f"/customers/{person}/points/change"), 403)
    text(guide.get("/points/rules"), 403)
    with tenancy.scope(shop.pk):
        store = make_store("S1")
    manager = client_for(shop, "store_manager", store)
    text(manager.get("/points"), 403)
    text(manager.get(f"/customers/{person}/points"), 404)
    text(manager.post(f"/customers/{person}/points/change", {"key": "a", "points": "5", "reason": "x"}), 404)
