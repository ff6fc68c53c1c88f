"""Level and cards on the phone: buy, renew, give, refund, open by code; a free delivery at the checkout."""

from __future__ import annotations

from tests.factories.catalog import make_freight
from tests.factories.membership import bought_card, earn, make_level, make_plan, ordered_card, pay_card
from tests.factories.shop import HOME, actor, buyer, stocked
from yutang.areas.customers.addresses.book import save_address
from yutang.areas.membership import queries, queries_cards
from yutang.areas.membership.models import Card
from yutang.areas.membership.services import coding
from yutang.core import clock


def text(response, status: int = 200) -> str:
    assert response.status_code == status, response.content[:500]
    return response.content.decode()


def test_the_page_says_how_far_it_is(shopper, shop, merchant):
    assert "This shop has no membership yet." in text(shopper.get(f"{shop}membership"))
    make_level(0), make_level(100, percent_off=5)
    earn(shopper.identity.customer_id, 40)
    page = text(shopper.get(f"{shop}membership"))
    assert "60 more to" in page
    assert 'value="40"' in page
    assert "+40" in text(shopper.get(f"{shop}membership/growth"))
    assert f'href="{shop}membership"' in text(shopper.get(f"{shop}me"))


def test_buying_a_card_leads_to_its_bill_and_the_card(shopper, shop, merchant):
    plan = make_plan(price=1990)
    for _ in range(2):
        answer = shopper.post(f"{shop}membership/buy/{plan.pk}", {"key": "tap"})
    card = Card.objects.get()
    assert answer.headers["Location"] == f"{shop}pay/card/{card.pk}"
    assert "¥19.90" in text(shopper.get(f"{shop}pay/card/{card.pk}"))
    started = shopper.post(f"{shop}pay/card/{card.pk}/start", {"way": "sandbox:"})
    shopper.post(started.headers["Location"])
    assert queries.current_card(shopper.identity.customer_id).pk == card.pk
    assert shopper.get(f"{shop}pay/card/{card.pk}").headers["Location"] == f"{shop}membership/cards/{card.pk}"
    assert "Renew" in text(shopper.get(f"{shop}membership"))


def test_refunding_what_is_left(shopper, shop, merchant):
    card = bought_card(make_plan(price=3100), shopper.identity.customer_id)
    assert "Refund the card" in text(shopper.get(f"{shop}membership/cards/{card.pk}"))
    assert shopper.post(f"{shop}membership/cards/{card.pk}/refund", {"expected": "5"}).status_code == 409
    amount = queries_cards.unused(card, clock.now())
    assert 0 < amount < 3100
    assert shopper.post(f"{shop}membership/cards/{card.pk}/refund", {"expected": str(amount)}).status_code == 303
    assert Card.objects.get().state == "refunded"


def test_somebody_elses_card_is_not_there(shopper, shop, merchant):
    other = bought_card(make_plan(), buyer("+8613800138009").customer_id)
    for where in (f"membership/cards/{other.pk}", f"pay/card/{other.pk}"):
        assert shopper.get(f"{shop}{where}").status_code == 404
    assert shopper.post(f"{shop}membership/cards/{other.pk}/refund", {"expected": "1"}).status_code == 404


def test_a_gift_by_its_link(shopper, stranger, shop, merchant):
    card = pay_card(ordered_card(make_plan(), buyer("+8613800138009").customer_id, is_gift=True))
    link = f"{shop}membership/gift/{card.gift_code}"
    assert "Accept the gift" in text(stranger.get(link))
    assert stranger.post(link).headers["Location"].startswith(f"{shop}login?next=")
    assert shopper.post(link).status_code == 303
    assert queries.current_card(shopper.identity.customer_id).pk == card.pk
    assert "Accept the gift" not in text(stranger.get(link))


def test_codes_are_tried_so_often_only(shopper, shop, merchant, actor):
    batch = coding.create_batch(plan_id=make_plan().pk, count=1, actor=actor)
    (code,) = coding.export(batch_id=batch.pk, actor=actor)
    for _ in range(9):
        assert "opens no card" in text(shopper.post(f"{shop}membership/activate", {"code": "GUESS"}), 404)
    assert shopper.post(f"{shop}membership/activate", {"code": code}).status_code == 303
    assert queries.current_card(shopper.identity.customer_id) is not None
    assert shopper.post(f"{shop}membership/activate", {"code": "GUESS"}).status_code == 429


def test_a_free_delivery_is_offered_and_can_be_kept(shopper, shop, merchant):
    make_freight()
    bought_card(make_plan(free_freights=2), shopper.identity.customer_id)
    cake = stocked()
    save_address(identity=shopper.identity, recipient=HOME, is_default=True, actor=actor())
    page = text(shopper.get(f"{shop}checkout?buy={cake.pk}:1"))
    assert "2 left this month" in page
    assert "checked" in page.partition('name="perk-card_freight" value="1"')[2].partition(">")[0]
    kept = text(shopper.get(f"{shop}checkout?buy={cake.pk}:1&perk-card_freight=0"))
    assert "checked" not in kept.partition('name="perk-card_freight" value="1"')[2].partition(">")[0]
