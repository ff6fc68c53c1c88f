"""Gift with purchase: designed, and seen by staff wherever an order is looked at, packed, handed over or refunded."""

from __future__ import annotations

import pytest

from tests.console.conftest import text
from tests.factories import shop
from tests.factories.coupons import bought, make_template
from tests.factories.gifts import gift_coupon, gift_terms, make_mug
from tests.factories.merchants import make_merchant, make_store
from yutang.areas.catalog import services as catalog
from yutang.areas.coupons.models import Template
from yutang.core import tenancy

FORM = {
    "name": "Mug for free", "kind": "gift", "gift_pieces": "2", "threshold": "100", "channel": "any",
    "valid_days": "7", "starts_after": "0", "returns": "whole", "extend_days": "0", "per_person": "2", "budget": "600",
}  # fmt: skip


@pytest.fixture
def merchant(db):
    return make_merchant()


@pytest.fixture
def boss(client_for, merchant):
    return client_for(merchant)


@pytest.fixture
def world(merchant):
    """A paid order of a cake with a mug."""
    with tenancy.scope(merchant.pk):
        cake, mug, buyer = shop.stocked(), make_mug(), shop.buyer()
        gift_coupon(buyer.customer_id, mug)
        return bought(buyer, (cake, 1))


def test_design_and_change(boss, merchant):
    with tenancy.scope(merchant.pk):
        mug = make_mug()
    answer = boss.post("/coupons/new", {**FORM, "gift": mug.code})
    with tenancy.scope(merchant.pk):
        made = Template.objects.select_related("terms").get()
        assert (made.terms.kind, made.terms.gift_sku_id, made.terms.value) == ("gift", mug.pk, 2)
        assert (made.terms.ceiling, made.budget) == (6_000, 60_000)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/coupons/{made.pk}")
    assert "Gift: Mug × 2 · from CN¥100.00" in text(boss.get(f"/coupons/{made.pk}"))
    assert "Gift: Mug × 2" in text(boss.get("/coupons"))
    page = text(boss.get(f"/coupons/{made.pk}/edit"))
    assert f'value="{mug.code}"' in page
    boss.post(f"/coupons/{made.pk}/edit", {**FORM, "gift": mug.code, "gift_pieces": "1"})
    with tenancy.scope(merchant.pk):
        terms = Template.objects.select_related("terms").get().terms
        assert (terms.number, terms.value, terms.ceiling) == (2, 1, 3_000)


def test_mistakes_stand_beside_their_field(boss, merchant):
    with tenancy.scope(merchant.pk):
        mug = make_mug()
        other = make_merchant()
    with tenancy.scope(other.pk):
        theirs = make_mug()
    assert "Say what it gives." in text(boss.post("/coupons/new", FORM), 422)
    assert "There is no SKU X9." in text(boss.post("/coupons/new", {**FORM, "gift": "X9"}), 422)
    assert f"There is no SKU {theirs.code}." in text(boss.post("/coupons/new", {**FORM, "gift": theirs.code}), 422)
    assert "A gift: 1 to 9 pieces." in text(
        boss.post("/coupons/new", {**FORM, "gift": mug.code, "gift_pieces": ""}), 422
    )  # fmt: skip
    with tenancy.scope(merchant.pk):
        catalog.set_state(product_ids=[mug.product_id], state="off_sale", actor=shop.actor())
    assert "“Mug” is not on sale." in text(boss.post("/coupons/new", {**FORM, "gift": mug.code}), 422)
    with tenancy.scope(merchant.pk):
        assert not Template.objects.exists()


def test_staff_see_it_in_chinese_and_english(boss, merchant, world):
    page = text(boss.get(f"/orders/{world.pk}"))
    assert "Mug (gift)" in page
    assert "Mug (gift)" in text(boss.get("/orders"))
    for show in ("pick", "slips", "small"):
        assert "Mug (gift)" in text(boss.post("/orders/print", {"ids": [world.pk], "show": show}))
    boss.post("/language", {"language": "zh-hans", "next": "/orders"})
    chinese = text(boss.get(f"/orders/{world.pk}"))
    assert "【赠品】Mug" in chinese


def test_a_refund_of_everything_shows_the_gift_beside(boss, merchant, world):
    address = f"/orders/{world.pk}/refund"
    page = text(boss.post(address, {"key": "k", "reason": "r", "pieces-0": "1", "is_restocked": "on"}))
    assert "Mug (gift)" in page
    assert "can be used again" in page


def test_the_desk_names_it(boss, merchant):
    with tenancy.scope(merchant.pk):
        store = make_store("W")
        cake, mug, buyer = shop.stocked(node_id=store.pk), make_mug(node_id=store.pk), shop.buyer()
        gift_coupon(buyer.customer_id, mug)
        order = bought(buyer, (cake, 1), fulfilment="pickup", node_id=store.pk)
    waiting = boss.get(f"/pickup/waiting?store={store.pk}").json()["orders"]
    assert [item["title"] for item in waiting[0]["items"]][1] == "Mug (gift)"
    assert order.pk


def test_a_template_names_its_gift_in_the_list_of_templates(boss, merchant):
    with tenancy.scope(merchant.pk):
        make_template(**gift_terms(make_mug()), name="Spring")
    assert "Spring" in text(boss.get("/coupons"))
