"""The ladder on screen: who would move before it is saved, people of a level, growth by hand, cards of a person."""

from __future__ import annotations

import html
import re

from tests.console.conftest import text
from tests.factories import coupons
from tests.factories.customers import make_customer
from tests.factories.membership import actor as system
from tests.factories.membership import bought_card, earn, make_level, make_plan, night
from tests.factories.merchants import make_store
from yutang.areas.membership import queries, queries_cards, queries_preview
from yutang.areas.membership.models import Card, CodeBatch, Level, Member, Plan
from yutang.areas.membership.services import gifting
from yutang.areas.merchants import services as merchants
from yutang.core import clock
from yutang.core.rewards import Reward

LEVEL = {"name": "Gold", "key": "gold", "icon": "crown", "colour": "yellow", "threshold": "100"}


def test_a_level_is_previewed_then_saved(merchant, client_for):
    browser = client_for(merchant)
    assert "No level yet" in text(browser.get("/levels"))
    for number in range(3):
        earn(make_customer().pk, 60 * (number + 1))
    page = text(browser.post("/levels/new", LEVEL | {"preview": "1"}))
    assert "– → Gold" in page
    assert not Level.objects.exists()
    answer = browser.post("/levels/new", LEVEL | {"save": "1", "percent_off": "5", "free_freight_from": "99"})
    assert (answer.status_code, answer.url) == (302, "/levels")
    level = Level.objects.get()
    assert level.benefits == {"percent_off": 5, "free_freight_from": 9900}
    night()
    page = text(browser.get("/levels"))
    assert "5%" in page
    assert Member.objects.filter(level=level).count() == 2
    again = text(browser.post(f"/levels/{level.pk}", LEVEL | {"threshold": "170", "preview": "1"}))
    assert "Gold → –" in again
    assert text(browser.get(f"/levels/{level.pk}/people")).count('href="/customers/') >= 2


def test_rules_say_who_moves_and_are_saved(merchant, client_for):
    make_level(100, keep=50)
    earn(make_customer().pk, 100)
    browser = client_for(merchant)
    rules = {"spend_per_growth": "2", "review_growth": "5", "review_limit": "9", "keep_months": "6", "grace_days": "3"}
    assert "Nobody would move." in text(browser.post("/levels/rules", rules | {"preview": "1"}))
    assert queries.scheme().pk is None
    assert browser.post("/levels/rules", rules | {"save": "1"}).status_code == 302
    assert (queries.scheme().spend_per_growth, queries.scheme().keep_months) == (200, 6)
    assert browser.post("/levels/rules", rules | {"keep_months": "0"}).status_code == 422


def test_the_people_behind_a_figure_before_it_is_saved(merchant, client_for):
    person = make_customer(name="Wang Fang")
    earn(person.pk, 160)
    browser = client_for(merchant)
    page = text(browser.post("/levels/new", LEVEL | {"preview": "1"}))
    address = html.unescape(re.search(r'href="(/levels/moving[^"]*)"', page)[1])
    part = text(browser.get(address, headers={"HX-Request": "true"}))
    for shown in (part, text(browser.get(address))):
        assert "Wang Fang" in shown
        assert "– → Gold" in shown
        assert "160" in shown
    assert "<html" not in part
    assert not Level.objects.exists()
    assert "Nobody more." in text(browser.get(f"{address}&beyond={person.pk}"))
    assert browser.get("/levels/moving?level_id=x").status_code == 404
    assert client_for(merchant, "finance").get(address).status_code == 403


def test_more_people_than_fit_a_page(merchant, client_for, monkeypatch):
    monkeypatch.setattr(queries_preview, "PAGE", 2)
    make_level(0)
    for number in range(3):
        earn(make_customer(name=f"Person {number}").pk, 160)
    browser = client_for(merchant)
    page = text(browser.post("/levels/new", LEVEL | {"preview": "1"}))
    first = text(browser.get(html.unescape(re.search(r'href="(/levels/moving[^"]*)"', page)[1])))
    second = text(browser.get(html.unescape(re.search(r'hx-get="(/levels/moving[^"]*)"', first)[1])))
    assert ["Person 2" in shown for shown in (first, second)] == [False, True]
    assert "Next" not in second


def test_who_may_not_set_them_sees_them(merchant, client_for):
    level = make_level(10)
    browser = client_for(merchant, "finance")
    assert "New level" not in text(browser.get("/levels"))
    assert browser.post(f"/levels/{level.pk}", LEVEL | {"save": "1"}).status_code == 403


def test_growth_by_hand_on_the_persons_page(merchant, client_for):
    make_level(40)
    person, browser = make_customer(), client_for(merchant)
    given = {"amount": "50", "reason": "Sorry", "key": "k"}
    for _ in range(2):
        assert browser.post(f"/customers/{person.pk}/membership/growth", given).status_code == 302
    page = text(browser.get(f"/customers/{person.pk}/membership"))
    assert 'id="customer_membership"' in page
    assert "+50" in page
    assert queries.member(person.pk).growth == 50
    assert browser.post(f"/customers/{person.pk}/membership/growth", given | {"reason": ""}).status_code == 422


def test_nothing_where_there_is_nothing(merchant, client_for):
    page = text(client_for(merchant).get(f"/customers/{make_customer().pk}/membership"))
    assert page.strip() == '<div  id="customer_membership"></div>'


def test_cards_plans_codes_and_a_refund(merchant, client_for):
    browser, person = client_for(merchant), make_customer()
    plan = {"name": "Year", "months": "12", "price": "99", "is_on_sale": "on", "free_freights": "4"}
    assert browser.post("/cards/plans/new", plan).status_code == 302
    assert browser.post("/cards/plans/new", plan | {"price": "x"}).status_code == 422
    assert "Year" in text(browser.get("/cards"))
    saved = Plan.objects.get()
    card = bought_card(saved, person.pk)
    assert "Year" in text(browser.get("/cards/sold"))
    assert "No card ends soon" in text(browser.get("/cards/ending"))
    grant = {"plan": saved.pk, "days": "10", "reason": "x", "key": "k"}
    assert browser.post(f"/customers/{person.pk}/membership/grant", grant).status_code == 302
    assert "¥" in text(browser.get(f"/cards/{card.pk}/refund"))
    assert browser.post(f"/cards/{card.pk}/refund", {"expected": "1"}).status_code == 302
    card.refresh_from_db()
    assert card.state == "active"  # another amount than was shown
    unused = queries_cards.unused(card, clock.now())
    browser.post(f"/cards/{card.pk}/refund", {"expected": str(unused)})
    assert Card.objects.get(pk=card.pk).refunded_amount == unused > 0
    assert browser.post("/cards/codes", {"plan": saved.pk, "count": "2"}).status_code == 302
    batch = CodeBatch.objects.get()
    first = browser.post(f"/cards/codes/{batch.pk}/export")
    assert (first.headers["Content-Type"], len(first.content.decode().splitlines())) == ("text/csv; charset=utf-8", 3)
    assert browser.post(f"/cards/codes/{batch.pk}/export").status_code == 302


def test_a_refund_says_what_becomes_of_gifts(merchant, client_for):
    browser, person = client_for(merchant), make_customer()
    template = coupons.make_template(name="Five off")
    plan = make_plan(monthly=[Reward("coupon", 2, template.pk), Reward("growth", 5)])
    card = bought_card(plan, person.pk)
    while gifting.give_next(actor=system()):
        pass
    page = text(browser.get(f"/cards/{card.pk}/refund"))
    for said in ("What the card has given", "2 × coupon “Five off”", "2 unused, withdrawn", "stays with the person"):
        assert said in page


def test_people_of_a_store_where_one_may_only_look(merchant, actor, client_for):
    """Who looks after the members of one store and may see those of another changes nothing there."""
    here, there = make_store("A"), make_store("B")
    browser = client_for(merchant, "service", here)
    merchants.grant_role(member=browser.member, role_key="store_manager", node=there, actor=actor)
    person = make_customer(node_id=there.pk)
    card = bought_card(plan := make_plan(), person.pk)
    given = {"reason": "x", "key": "a" * 32}
    answers = [
        browser.post(f"/customers/{person.pk}/membership/growth", {"amount": "900", **given}),
        browser.post(f"/customers/{person.pk}/membership/grant", {"plan": plan.pk, "days": "3000", **given}),
        browser.post(f"/cards/{card.pk}/refund", {"expected": "2900"}),
    ]
    card.refresh_from_db()
    assert ([answer.status_code for answer in answers], card.state) == ([404] * 3, "active")
    assert Card.objects.count() == 1
