"""Goods for members alone on the phone: a badge for all, the button for those who may buy."""

from __future__ import annotations

import pytest

from tests.console.conftest import text
from tests.factories.catalog import make_freight
from tests.factories.membership import bought_card, earn, make_level, make_plan
from tests.factories.shop import HOME, actor, stocked
from yutang.areas.customers.addresses.book import save_address
from yutang.areas.membership.models import Plan
from yutang.areas.membership.services import growing
from yutang.areas.orders.models import Order


@pytest.fixture
def cake(merchant):
    make_level(0, key="basic")
    make_level(1_500, key="gold")
    return stocked(9, name="Cake", only_levels=("gold",))


def test_everybody_sees_it_with_its_badge(stranger, shop, cake):
    assert "Members only" in text(stranger.get(shop))
    page = text(stranger.get(f"{shop}p/{cake.product_id}"))
    assert "Members only" in page
    assert "from 1,500 growth on" in page
    assert f'href="{shop}login?next={shop}p/{cake.product_id}"' in page
    assert 'data-pick="checkout"' not in page
    assert 'id="picker"' not in page


def test_who_is_none_of_them_reads_how_to_become_one(shopper, shop, cake):
    earn(shopper.identity.customer_id, 40)
    page = text(shopper.get(f"{shop}p/{cake.product_id}"))
    assert "You have 40 growth." in page
    assert "How to become a member" in page
    assert 'data-pick="checkout"' not in page


def test_a_member_buys_it(shopper, shop, cake):
    earn(shopper.identity.customer_id, 1_500)
    page = text(shopper.get(f"{shop}p/{cake.product_id}"))
    assert "You are one of them." in page
    assert 'data-pick="checkout"' in page
    assert shopper.post(f"{shop}cart/put", {"sku": cake.pk, "quantity": 1, "key": "k" * 8}).status_code == 303


def test_a_card_that_opens_such_goods_is_named(shopper, shop, merchant):
    make_plan(name="Plain", price=990)
    make_plan(name="Black", price=9_900, exclusive=True)
    page = text(shopper.get(f"{shop}p/{stocked(1, only_cards=True).product_id}"))
    assert "Holders of “Black”" in page
    assert "Plain" not in page


def test_nobody_at_the_moment(shopper, shop, merchant):
    page = text(shopper.get(f"{shop}p/{stocked(1, only_levels=('gone',)).product_id}"))
    assert "Nobody can buy it at the moment." in page
    assert 'data-pick="checkout"' not in page


def test_no_statement_more_for_other_goods(stranger, shop, cake, django_assert_num_queries):
    plain = stocked(9)
    stranger.get(f"{shop}p/{plain.product_id}")
    with django_assert_num_queries(5):  # merchant and scope, all that is shown; and three of the test itself
        assert "Members only" not in text(stranger.get(f"{shop}p/{plain.product_id}"))


def test_cart_and_checkout_say_it_by_name(shopper, shop, cake):
    make_freight()
    save_address(identity=shopper.identity, recipient=HOME, actor=actor())
    person, tea = shopper.identity.customer_id, stocked(9, name="Tea")
    earn(person, 1_500)
    for sku in (cake, tea):
        shopper.post(f"{shop}cart/put", {"sku": sku.pk, "quantity": 1, "key": f"tap-{sku.pk}"})
    growing.adjust(customer_id=person, amount=-1_500, reason="Mistake", key="fall", actor=actor())
    page = text(shopper.get(f"{shop}cart"))
    assert "For members only: Gold" in page
    assert "Check out (1)" in page
    said = "Cake is for members only: Gold."
    assert said in text(shopper.get(f"{shop}checkout?buy={cake.pk}:1"))
    assert said in text(shopper.post(f"{shop}cart/put", {"sku": cake.pk, "quantity": 1, "key": "again"}), 403)
    order = {"key": "o", "total": "10800", "fulfilment": "delivery"}
    assert said in text(shopper.post(f"{shop}checkout/place", order | {"chosen": [cake.pk, tea.pk]}), 403)
    assert not Order.objects.exists()
    assert shopper.post(f"{shop}checkout/place", order | {"chosen": [tea.pk]}).status_code == 303
    assert Order.objects.get().sold_amount == 0


def test_the_membership_page_says_which_levels_have_goods(shopper, shop, cake):
    page = text(shopper.get(f"{shop}membership"))
    assert page.count("Exclusive goods") == 1


def test_who_holds_a_card_that_is_sold_no_more_reads_that_they_may_buy(shopper, shop, merchant):
    plan = make_plan(name="Black", price=9_900, exclusive=True)
    bought_card(plan, shopper.identity.customer_id)
    Plan.objects.filter(pk=plan.pk).update(is_on_sale=False)
    page = text(shopper.get(f"{shop}p/{stocked(1, only_cards=True).product_id}"))
    assert "You are one of them." in page
    assert "Nobody can buy it at the moment." not in page
