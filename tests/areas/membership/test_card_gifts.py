"""A card that is refunded takes back what it gave and nobody has used; what the level gave stays."""

from __future__ import annotations

import pytest

from tests.factories import coupons, shop
from tests.factories.membership import actor as system
from tests.factories.membership import bought_card, earn, make_level, make_plan, night
from yutang.areas.coupons.models import Coupon
from yutang.areas.membership import queries_cards
from yutang.areas.membership.errors import RefundChanged
from yutang.areas.membership.models import Card, MemberGift
from yutang.areas.membership.services import carding, gifting
from yutang.areas.orders import services as orders
from yutang.core import clock
from yutang.core.models import AuditEntry
from yutang.core.rewards import Reward


def gifts() -> None:
    while gifting.give_next(actor=system()):
        pass


def states(template) -> list[str]:
    rows = Coupon.objects.filter(template=template).order_by("pk")
    return list(rows.values_list("state", flat=True))


@pytest.fixture
def given(start, person):
    """A coupon of the level, and of the card two coupons and five growth, for one month."""
    of_level, of_card = coupons.make_template(name="Level"), coupons.make_template(name="Card")
    make_level(100, monthly=[Reward("coupon", 1, of_level.pk)])
    earn(person.customer_id, 100)
    night()
    plan = make_plan(12, price=36_500, monthly=[Reward("growth", 5), Reward("coupon", 2, of_card.pk)])
    card = bought_card(plan, person.customer_id)
    gifts()
    return card, of_level, of_card


def refund(card: Card, **overrides) -> int:
    return carding.refund(card_id=card.pk, key="staff", actor=system(), **overrides)


def test_unused_coupons_of_the_card_are_withdrawn(given):
    card, of_level, of_card = given
    assert (states(of_level), states(of_card)) == (["usable"], ["usable", "usable"])
    assert MemberGift.objects.get().card_from == 1
    refund(card)
    assert (states(of_level), states(of_card)) == (["usable"], ["withdrawn", "withdrawn"])
    assert AuditEntry.objects.get(action="membership.refund_card").detail["gifts"] == 2
    refund(card)
    assert AuditEntry.objects.filter(action="coupons.withdraw").count() == 2


def test_what_was_used_or_given_away_stays(given, person):
    card, _, of_card = given
    used, _ = Coupon.objects.filter(template=of_card).order_by("pk")
    order = coupons.bought(person, (shop.stocked(), 1), coupons=str(used.pk), is_paid=False)
    refund(card)
    assert states(of_card) == ["used", "withdrawn"]
    assert Coupon.objects.get(pk=used.pk).order_id == order.pk


def test_gifts_of_all_months_and_of_this_card_alone(given, start, person):
    card, of_level, of_card = given
    other = bought_card(card.plan, shop.buyer("+8613800138001").customer_id)
    start.move_to("2026-04-02T04:00:00Z", tick=False)
    gifts()
    refund(card)
    assert states(of_level) == ["usable", "usable"]
    assert sorted(states(of_card)) == ["usable"] * 2 + ["withdrawn"] * 4
    assert {one.unused for one in queries_cards.given_by(other.pk)} == {None, 2}


def test_what_the_refund_does_is_said_first(given):
    card, _, _ = given
    said = [(one.period, one.text, one.unused) for one in queries_cards.given_by(card.pk)]
    assert said == [("2026-03", "5 growth", None), ("2026-03", "2 × coupon “Card”", 2)]
    refund(card)
    assert [one.unused for one in queries_cards.given_by(card.pk)] == [None, 0]


def test_a_refused_refund_takes_nothing(given):
    card, _, of_card = given
    with pytest.raises(RefundChanged):
        refund(card, expected=queries_cards.unused(card, clock.now()) + 1)
    assert states(of_card) == ["usable", "usable"]


def test_a_level_alone_gives_without_a_card(start, person):
    template = coupons.make_template()
    make_level(100, monthly=[Reward("coupon", 1, template.pk)])
    earn(person.customer_id, 100)
    night()
    card = bought_card(make_plan(), person.customer_id)  # gives nothing
    gifts()
    assert MemberGift.objects.get().card is None
    refund(card)
    assert states(template) == ["usable"]


def test_a_coupon_of_the_card_that_lies_in_an_unpaid_order_goes_when_it_comes_back(given, person):
    card, _, of_card = given
    of_it = Coupon.objects.filter(template=of_card).first()
    order = coupons.bought(person, (shop.stocked(), 1), coupons=str(of_it.pk), is_paid=False)
    assert states(of_card).count("used") == 1
    refund(card)
    orders.close(order_id=order.pk, because="by_buyer", actor=shop.actor())
    assert states(of_card) == ["withdrawn", "withdrawn"]


def test_a_refunded_order_says_that_the_coupon_is_withdrawn(given, person):
    card, _, of_card = given
    of_it = Coupon.objects.filter(template=of_card).first()
    order = coupons.bought(person, (shop.stocked(), 1), coupons=str(of_it.pk))
    refund(card)
    back = [orders.Back(0, 1)]
    told = [one.text for one in orders.effects(order_id=order.pk, back=back).perks]
    assert "Coupon “Card” is withdrawn: the card that gave it was refunded." in told
    orders.refund(order_id=order.pk, back=back, reason="x", key="x", actor=shop.actor())
    assert states(of_card) == ["withdrawn", "withdrawn"]


def test_nothing_is_given_for_a_card_that_was_refunded_meanwhile(start, person, monkeypatch):
    template = coupons.make_template(name="Card")
    card = bought_card(make_plan(12, price=36_500, monthly=[Reward("coupon", 1, template.pk)]), person.customer_id)
    usual = gifting._is_held

    def refunded_first(card_id):
        refund(card)
        return usual(card_id)

    monkeypatch.setattr(gifting, "_is_held", refunded_first)
    gifts()
    assert states(template) == []
    assert not MemberGift.objects.exists()
