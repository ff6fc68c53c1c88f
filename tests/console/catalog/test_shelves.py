"""Categories, freight, regions and reviews in the console."""

from __future__ import annotations

import pytest

from tests.api.pool import make_order, make_person
from tests.console.conftest import text
from tests.factories.catalog import make_freight, make_product, make_review, make_sku
from tests.factories.merchants import make_merchant
from yutang.areas.catalog.models import Category, FreightRule, FreightTemplate, RegionRule, Review
from yutang.areas.catalog.services import SkuDraft
from yutang.core import clock, tenancy
from yutang.core.models import AuditEntry
from yutang.lake import writer

in_lake = pytest.mark.filterwarnings("ignore:Delete operation did not match any records")


@pytest.fixture
def shop(db):
    return make_merchant()


def test_categories(client_for, shop):
    client = client_for(shop)
    client.post("/products/categories", {"name": "Food", "position": "0", "is_visible": "on"})
    with tenancy.scope(shop.pk):
        food = Category.objects.get()
    client.post("/products/categories", {"name": "Cakes", "parent": food.pk, "position": "1"})
    assert "Food exists already." in text(client.post("/products/categories", {"name": "Food", "position": "0"}), 422)
    client.post(f"/products/categories/{food.pk}", {"name": "Meals", "position": "3", "is_visible": "on"})
    client.post(f"/products/categories/{food.pk}/delete")
    assert "Move them first" in text(client.get("/products/categories"))
    with tenancy.scope(shop.pk):
        rows = list(Category.objects.order_by("pk").values_list("name", "parent", "is_visible"))
        cakes = Category.objects.get(name="Cakes")
    assert rows == [("Meals", None, True), ("Cakes", food.pk, False)]
    client.post(f"/products/categories/{cakes.pk}/delete")
    with tenancy.scope(shop.pk):
        assert Category.objects.count() == 1
    guide = client_for(shop, "guide")
    assert "Meals" in text(guide.get("/products/categories"))
    assert guide.post("/products/categories", {"name": "X", "position": "0"}).status_code == 403
    assert client_for(make_merchant()).get(f"/products/categories/{food.pk}").status_code == 404


ROWS = {
    "rows-TOTAL_FORMS": "3", "rows-INITIAL_FORMS": "0",
    "rows-0-is_served": "on", "rows-0-first": "1000", "rows-0-first_fee": "8", "rows-0-further": "500",
    "rows-0-further_fee": "2.50", "rows-0-free_from": "99",
    "rows-1-provinces": ["新疆", "西藏"], "rows-1-first": "1", "rows-1-first_fee": "0", "rows-1-further": "1",
    "rows-1-further_fee": "0",
    "rows-2-first": "1", "rows-2-first_fee": "x", "rows-2-further": "1", "rows-2-further_fee": "0",
    "rows-2-DELETE": "on",
}  # fmt: skip


def test_freight(client_for, shop):
    client = client_for(shop)
    saved = client.post("/products/freight/new", {"name": "Post", "basis": "weight", "is_default": "on", **ROWS})
    assert saved.status_code == 302, saved.content.decode()[-3000:]
    with tenancy.scope(shop.pk):
        template = FreightTemplate.objects.get()
        rows = list(
            FreightRule.objects.order_by("position").values_list(
                "provinces", "is_served", "first", "first_fee", "further", "further_fee", "free_from"
            )
        )
    assert rows == [([], True, 1000, 800, 500, 250, 9900), (["新疆", "西藏"], False, 1, 0, 1, 0, None)]
    assert "First 1,000 g CN¥8.00, each further 500 g CN¥2.50" in text(client.get("/products/freight"))
    assert 'value="8.00"' in text(client.get(f"/products/freight/{template.pk}"))
    wrong = client.post("/products/freight/new", {"name": "Two", "basis": "weight", **ROWS, "rows-0-first_fee": "-1"})
    assert "This is not an amount." in text(wrong, 422)
    twice = {**ROWS, "rows-0-provinces": ["新疆"]}
    assert "one row only" in text(client.post("/products/freight/new", {"name": "T", "basis": "weight", **twice}), 422)
    with tenancy.scope(shop.pk):
        make_product(freight_template_id=template.pk)
    client.post(f"/products/freight/{template.pk}/delete")
    assert "Products still use" in text(client.get("/products/freight"))
    assert client_for(shop, "guide").post("/products/freight/new", {}).status_code == 403


def test_rules_of_regions(client_for, shop):
    client = client_for(shop)
    with tenancy.scope(shop.pk):
        product = make_product(code="CAKE", name="Cheesecake")
    page = text(client.get("/products/regions/rule?product=CAKE&province=上海市"))
    assert '<option value="上海" selected>' in page
    client.post("/products/regions/rule", {"product_code": "CAKE", "effect": "only", "provinces": ["上海", "Kent"]})
    with tenancy.scope(shop.pk):
        rule = RegionRule.objects.get()
    assert (rule.product_id, rule.effect, rule.provinces) == (product.pk, "only", ["Kent", "上海"])
    listed = text(client.get("/products/regions"))
    assert "Cheesecake" in listed
    assert "Kent、上海" in listed
    assert 'value="Kent" selected' in text(client.get("/products/regions/rule?product=CAKE&province=浙江"))
    post = client.post
    assert "one of the two" in text(post("/products/regions/rule", {"effect": "only", "provinces": ["上海"]}), 422)
    unknown = post("/products/regions/rule", {"product_code": "NO", "effect": "only", "provinces": ["上海"]})
    assert "does not exist" in text(unknown, 422)
    post("/products/regions/rule", {"product_code": "CAKE", "effect": "only"})
    with tenancy.scope(shop.pk):
        assert not RegionRule.objects.exists()
    assert client_for(shop, "guide").get("/products/regions/rule").status_code == 403


@in_lake
def test_what_regions_buy(transactional_db, client_for):
    shop = make_merchant()
    person = make_person(shop, province="上海市")
    today = clock.now()
    for code in ("CAKE", "OLD"):
        make_order(shop, person, amounts=(6000,), product_code=code, title=code, ordered_at=today, paid_at=today)
    with tenancy.scope(shop.pk):
        make_product(code="CAKE", name="Cheesecake")
    writer.run()
    page = text(client_for(shop).get("/products/regions/demand"))
    assert "Cheesecake" in page
    assert "/products/regions/rule?product=CAKE&amp;province=%E4%B8%8A%E6%B5%B7" in page
    assert "not in the catalogue" in page
    assert "¥60.00" in page
    other = text(client_for(shop).get("/products/regions/demand?province=浙江"))
    assert "No sales to people of a known region" in other
    assert client_for(shop, "service").get("/products/regions/demand").status_code == 403


def test_reviews_are_answered_and_hidden(client_for, shop):
    client = client_for(shop, "service")
    person = make_person(shop)
    with tenancy.scope(shop.pk):
        review = make_review(make_sku(), person, rating=2, text="Too sweet")
        make_review(make_sku(), person, rating=5, text="Lovely")
    assert "Too sweet" in text(client.get("/products/reviews"))
    assert "Lovely" not in text(client.get("/products/reviews?stars=2&answer=no&state=shown"))
    client.post(f"/products/reviews/{review.pk}/reply", {"text": "Sorry!"})
    assert "Sorry!" in text(client.get("/products/reviews?answer=yes"))
    client.post(f"/products/reviews/{review.pk}/reply", {"text": "x" * 1001})
    assert "at most 1000 characters" in text(client.get("/products/reviews"))
    client.post(f"/products/reviews/{review.pk}/show", {"reason": ""})
    assert "Say why the review is hidden." in text(client.get("/products/reviews"))
    client.post(f"/products/reviews/{review.pk}/show", {"reason": "insult"})
    with tenancy.scope(shop.pk):
        review.refresh_from_db()
        log = list(AuditEntry.objects.filter(action="reviews.hide").values_list("detail", flat=True))
    assert (review.state, review.reply, log) == (Review.State.HIDDEN, "Sorry!", [{"reason": "insult"}])
    client.post(f"/products/reviews/{review.pk}/show", {"is_shown": "yes"})
    assert client_for(shop, "guide").post(f"/products/reviews/{review.pk}/reply", {"text": "x"}).status_code == 403
    assert client_for(make_merchant()).post(f"/products/reviews/{review.pk}/reply", {}).status_code == 404
    with tenancy.scope(shop.pk):
        review.refresh_from_db()
    assert (review.state, review.reply) == (Review.State.SHOWN, "Sorry!")


def test_lists_cost_the_same_however_long(client_for, shop, django_assert_num_queries):
    client, person = client_for(shop), make_person(shop)
    with tenancy.scope(shop.pk):
        sku = make_sku()
        for _ in range(25):
            make_review(sku, person)
        for _ in range(3):
            make_freight(is_default=False)
            make_product(SkuDraft(code="S" + str(clock.now().timestamp()), price=1))
    client.get("/products/reviews")
    for address, queries in (("/products/reviews", 9), ("/products/freight", 9), ("/products/categories", 9)):
        with django_assert_num_queries(queries):
            text(client.get(address))
