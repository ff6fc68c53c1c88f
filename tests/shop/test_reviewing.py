"""A buyer reviews what has come, once, and the shop answers."""

from __future__ import annotations

import pytest

from tests.console.conftest import text
from tests.factories import aftersale as made
from tests.factories import bad_pictures
from tests.factories.bad_pictures import bad_upload
from tests.factories.customers import make_customer
from tests.factories.shop import actor as staff
from tests.factories.shop import buyer, stocked
from tests.shop.test_cases import problems, upload
from yutang.areas.catalog import services as catalog
from yutang.areas.catalog.models import Review
from yutang.areas.customers import merging
from yutang.areas.orders import services as orders
from yutang.areas.orders.services import Back


@pytest.fixture
def order(shopper, merchant):
    """Done, with two different items."""
    lines = ((stocked(9, name="海盐奶油卷"), 1), (stocked(9, name="蔓越莓曲奇"), 2))
    return made.shipped(*lines, is_completed=True, identity=shopper.identity)


def sent(**overrides):
    return {"position": "0", "rating": "5", "text": "Very soft", "is_anonymous": "on", **overrides}


def test_one_item_after_the_other(shopper, shop, order, merchant):
    assert '<b class="weui-badge">1</b><span>To review</span>' in text(shopper.get(f"{shop}me"))
    page = text(shopper.get(f"{shop}orders", {"tab": "to_review"}))
    assert f'href="{shop}orders/{order.pk}/review"' in page
    where = f"{shop}orders/{order.pk}/review"
    assert 'name="position" value="0"' in text(shopper.get(where))
    assert 'name="position" value="1"' in text(shopper.get(where, {"item": "1"}))
    answer = shopper.post(where, sent(pictures=[upload(), upload("red")]))
    assert answer.headers["Location"] == where
    review = Review.objects.get()
    assert (review.rating, review.text, len(review.pictures), review.is_anonymous) == (5, "Very soft", 2, True)
    assert (review.customer_id, review.order_item_id) == (order.customer_id, order.items.get(position=0).pk)
    assert 'name="position" value="1"' in text(shopper.get(where))
    shopper.post(where, sent(position="1", rating="3", text="", is_anonymous=""))
    assert "everything is reviewed" in text(shopper.get(where))
    assert order.order_no not in text(shopper.get(f"{shop}orders", {"tab": "to_review"}))


def test_once(shopper, shop, order):
    where = f"{shop}orders/{order.pk}/review"
    shopper.post(where, sent())
    answer = shopper.post(where, sent(rating="1"))
    assert (answer.status_code, Review.objects.get().rating) == (422, 5)
    assert "already" in answer.content.decode()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"rating": ""}, "Tap the stars first."),
        ({"rating": "6"}, "not one of the available choices"),
        ({"text": "x" * 1001}, "at most 1000 characters"),
        ({"pictures": [upload() for _ in range(7)]}, "At most 6 pictures."),
        ({"position": "9"}, "only what you have received can be reviewed"),
    ],
)
def test_what_is_no_review(shopper, shop, order, wrong, said):
    answer = shopper.post(f"{shop}orders/{order.pk}/review", sent(**wrong))
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert not Review.objects.exists()


@bad_pictures.EACH
def test_a_file_that_is_no_picture(shopper, shop, order, bad, said):
    answer = shopper.post(f"{shop}orders/{order.pk}/review", sent(pictures=[upload(), bad_upload(bad)]))
    assert (answer.status_code, problems(answer)) == (422, [said])
    assert not Review.objects.exists()


def test_only_what_has_come_and_stayed(shopper, shop, merchant):
    sku = stocked(30)
    on_its_way = made.shipped((sku, 1), identity=shopper.identity)
    back = made.shipped((sku, 1), is_completed=True, identity=shopper.identity)
    orders.refund(order_id=back.pk, back=[Back(0, 1)], reason="x", key="x", actor=staff())
    theirs = made.shipped((sku, 1), is_completed=True, identity=buyer("+8613900139000"))
    for order in (on_its_way, back, theirs):
        where = f"{shop}orders/{order.pk}/review"
        assert shopper.get(where).status_code == 404
        assert shopper.post(where, sent()).status_code in (404, 422)
    assert not Review.objects.exists()
    assert "<span>To review</span>" in text(shopper.get(f"{shop}me"))


def test_a_replacement_is_not_reviewed_again(shopper, shop, merchant):
    order = made.shipped((stocked(30), 1), is_completed=True, identity=shopper.identity)
    case = made.sent(made.opened(order, (0, 1), kind="exchange", reason="quality"))
    made.receive(case)
    case.refresh_from_db()
    services = made.services
    services.resend(case_id=case.pk, carrier="SF", tracking_no="1", key="k", actor=staff())
    orders.complete(order_id=case.replacement_id, actor=staff())
    assert shopper.get(f"{shop}orders/{case.replacement_id}/review").status_code == 404


def test_others_see_it_without_or_with_a_part_of_the_name(shopper, stranger, shop, order, merchant, actor):
    customer = shopper.identity.customer
    customer.name = "王小明"
    customer.save()
    where, product = f"{shop}orders/{order.pk}/review", order.items.get(position=0).product_id
    shopper.post(where, sent(pictures=[upload()]))
    page = text(stranger.get(f"{shop}p/{product}/reviews"))
    assert "Anonymous" in page
    assert "王" not in page
    review = Review.objects.get()
    digest = review.pictures[0]
    assert f'href="/media/{merchant.pk}/{digest}-1600.webp"' in page
    catalog.reply_to_review(review_id=review.pk, text="Thank you", actor=actor)
    assert f"{merchant.name}: Thank you" in text(stranger.get(f"{shop}p/{product}/reviews"))
    assert "Thank you" in text(shopper.get(where))
    shopper.post(where, sent(position="1", is_anonymous=""))
    page = text(stranger.get(f"{shop}p/{order.items.get(position=1).product_id}"))
    assert "王**" in page
    assert "小明" not in page


def test_a_review_stays_with_the_account_that_bought(shopper, shop, order, merchant, actor):
    other = make_customer()
    merge = merging.merge(survivor_id=other.pk, absorbed_id=order.customer_id, evidence=[], actor=actor)
    shopper.post(f"{shop}orders/{order.pk}/review", sent())
    assert Review.objects.get().customer_id == other.pk
    merging.unmerge(merge_id=merge.pk, actor=actor)
    assert Review.objects.get().customer_id == order.customer_id


def test_what_was_hidden_its_writer_still_sees(shopper, shop, order, merchant, actor):
    where, product = f"{shop}orders/{order.pk}/review", order.items.get(position=0).product_id
    shopper.post(where, sent())
    catalog.show_review(review_id=Review.objects.get().pk, is_shown=False, reason="x", actor=actor)
    assert "The shop has hidden this review." in text(shopper.get(where))
    assert "Very soft" not in text(shopper.get(f"{shop}p/{product}/reviews"))


def test_promises_stand_on_the_product(stranger, shop, merchant):
    sku = stocked(3)
    page = text(stranger.get(f"{shop}p/{sku.product_id}"))
    assert "7-day returns" in page
    assert "within 15 days" in page
    virtual = stocked(3, kind="virtual")
    page = text(stranger.get(f"{shop}p/{virtual.product_id}"))
    assert "-day returns" not in page
    assert "A fair ruling" in page


@pytest.mark.parametrize(
    ("where", "count"),  # merchant and scope, and log-in among them, and three of the test's own transaction
    [("me", 21), ("orders/{order}", 23), ("orders/{order}/review", 8)],
)
def test_pages_cost_a_fixed_number_of_queries(shopper, shop, order, django_assert_num_queries, where, count):
    with django_assert_num_queries(count):
        shopper.get(shop + where.format(order=order.pk))
