"""One review for each item bought; the brand answers and hides with a reason; people take theirs along."""

from __future__ import annotations

import pytest

from tests.factories.catalog import make_picture_file, make_review, make_sku
from tests.factories.customers import make_customer
from yutang.areas.catalog import images, privacy, queries, services
from yutang.areas.catalog.errors import AlreadyReviewed, BadReview
from yutang.areas.catalog.models import Review
from yutang.areas.customers import erasing, merging
from yutang.core.models import AuditEntry


def test_written_once(merchant, actor):
    sku, person = make_sku(), make_customer()
    given = {"order_item_id": 7, "sku": sku, "customer": person, "actor": actor}
    services.write_review(**given, rating=4, text=" Good ")
    with pytest.raises(AlreadyReviewed):
        services.write_review(**given, rating=1)
    assert list(Review.objects.values_list("rating", "text", "is_anonymous")) == [(4, "Good", True)]


@pytest.mark.parametrize("wrong", [{"rating": 0}, {"rating": 6}, {"text": "x" * 1001}, {"pictures": ["0" * 64] * 10}])
def test_what_is_no_review(merchant, wrong):
    sku, person = make_sku(), make_customer()
    with pytest.raises(BadReview):
        make_review(sku, person, **wrong)
    assert not Review.objects.exists()


def test_hidden_ones_do_not_count(merchant, actor, django_assert_num_queries):
    sku, person = make_sku(), make_customer()
    bad = make_review(sku, person, rating=1, text="spam")
    make_review(sku, person, rating=5)
    make_review(sku, person, rating=4)
    services.show_review(review_id=bad.pk, is_shown=False, reason="advertising", actor=actor)
    with django_assert_num_queries(1):
        rating = queries.rating(sku.product_id)
    assert (rating.count, rating.average, rating.of) == (2, 4.5, (0, 0, 0, 1, 1))
    assert [row.rating for row in queries.reviews_of(sku.product_id).order_by("-id")] == [4, 5]
    entry = AuditEntry.objects.get(action="reviews.hide")
    assert entry.detail == {"reason": "advertising"}
    services.show_review(review_id=bad.pk, is_shown=True, reason="", actor=actor)
    assert queries.rating(sku.product_id).count == 3


def test_nobody_has_rated(merchant):
    rating = queries.rating(make_sku().product_id)
    assert (rating.count, rating.average) == (0, None)


def test_an_answer_and_taking_it_back(merchant, actor):
    review = make_review(make_sku(), make_customer())
    services.reply_to_review(review_id=review.pk, text=" Thank you ", actor=actor)
    review.refresh_from_db()
    assert (review.reply, review.replied_by, review.replied_at is None) == ("Thank you", "test", False)
    services.reply_to_review(review_id=review.pk, text="", actor=actor)
    review.refresh_from_db()
    assert (review.reply, review.replied_by, review.replied_at) == ("", "", None)


def test_reviews_follow_their_person(merchant, actor):
    sku, one, two = make_sku(), make_customer(), make_customer()
    review = make_review(sku, two)
    merge = merging.merge(survivor_id=one.pk, absorbed_id=two.pk, evidence=[], actor=actor)
    review.refresh_from_db()
    assert (review.customer_id, review.home_customer_id) == (one.pk, two.pk)
    merging.unmerge(merge_id=merge.pk, actor=actor)
    review.refresh_from_db()
    assert review.customer_id == two.pk


def test_erasure_takes_words_and_pictures_that_nobody_else_shows(merchant, actor):
    sku, person, other = make_sku(), make_customer(), make_customer()
    own = images.store(make_picture_file(colour="red"), merchant.pk).digest
    shared = images.store(make_picture_file(colour="blue"), merchant.pk).digest
    make_review(sku, person, text="I am Wang", pictures=[own, shared])
    make_review(sku, person, text="And again")
    make_review(sku, other, pictures=[shared])
    someone = erasing.person(person)
    assert [row["text"] for row in privacy.copy(someone)["Reviews"]] == ["I am Wang", "And again"]
    for _ in range(2):
        privacy.erase(someone, actor)
    assert list(Review.objects.filter(customer=person).values_list("text", "state")) == [("", "hidden")]
    assert [privacy.erase_pictures(someone, []) for _ in range(2)] == [4, 0]
    assert list(Review.objects.values_list("customer_id", flat=True)) == [other.pk]
    found = [images.picture_path(merchant.pk, digest, 200) is not None for digest in (own, shared)]
    assert found == [False, True]
