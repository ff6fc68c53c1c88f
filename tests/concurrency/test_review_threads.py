"""“Publish” tapped on two phones at once: one review."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.concurrency.threads import together
from tests.factories import aftersale as made
from tests.factories import shop
from tests.factories.merchants import make_merchant
from yutang.areas.catalog import queries as catalog
from yutang.areas.catalog.errors import AlreadyReviewed
from yutang.areas.catalog.models import Review
from yutang.areas.orders import services as orders
from yutang.core import access, tenancy

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world():
    merchant = make_merchant()
    with tenancy.scope(merchant.pk):
        order = made.shipped((shop.stocked(50), 1), is_completed=True)
    return access.system(merchant.pk, name="race"), order


def test_without_the_constraint_both_find_nothing_said_yet(world):
    actor, order = world

    def naive(_, barrier):
        with tenancy.scope(actor.merchant_id):
            found = catalog.reviews_of_items([order.items.get().pk])
        barrier.wait()
        return not found  # and each would write its own

    assert list(together(naive, threads=2)) == [True, True]


def test_two_taps_are_one_review(world):
    actor, order = world

    def publish(number, barrier):
        barrier.wait()
        try:
            with tenancy.scope(actor.merchant_id):
                orders.review(order_id=order.pk, position=0, rating=number % 5 + 1, actor=actor)
        except AlreadyReviewed:
            return "refused"
        return "written"

    assert Counter(together(publish, threads=6)) == {"written": 1, "refused": 5}
    with tenancy.scope(actor.merchant_id):
        assert Review.objects.count() == 1
