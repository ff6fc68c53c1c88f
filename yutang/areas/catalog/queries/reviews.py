"""Reads of reviews."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists

from yutang.areas.catalog.models import Review, Sku
from yutang.areas.customers.models import Customer
from yutang.core import prepared
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import F, QuerySet


@dataclass(frozen=True)
class Rating:
    """Of the shown reviews of a product: how many, their stars, and how many gave one, two … five."""

    count: int
    stars: int
    of: tuple[int, int, int, int, int]

    @property
    def average(self) -> float | None:
        return self.stars / self.count if self.count else None


def reviews() -> QuerySet[Review]:
    """All of them, for the console."""
    return Review.objects.select_related("product", "sku")


def review(review_id: int) -> Review:
    found = reviews().filter(pk=review_id).first()
    if found is None:
        raise NotFound
    return found


def reviews_of(product_id: int) -> QuerySet[Review]:
    """What shoppers see; to be paged by `-id`."""
    return Review.objects.filter(product=product_id, state=Review.State.SHOWN).select_related("sku", "customer")


def reviews_of_items(order_item_ids: Iterable[int]) -> dict[int, Review]:
    """Order item → what its buyer said, hidden ones too: for the buyer. One statement."""
    found = Review.objects.filter(order_item_id__in=list(order_item_ids)).select_related("sku", "customer")
    return {row.order_item_id: row for row in found}


def is_reviewed(order_item: F) -> Exists:
    """A condition for queries of order items; `order_item`: an OuterRef to their id."""
    return Exists(Review.objects.filter(order_item_id=order_item))


_RATING = """
SELECT count(*), COALESCE(sum(rating), 0), count(*) FILTER (WHERE rating = 1), count(*) FILTER (WHERE rating = 2),
       count(*) FILTER (WHERE rating = 3), count(*) FILTER (WHERE rating = 4), count(*) FILTER (WHERE rating = 5)
  FROM catalog_review WHERE product_id = %s AND state = 'shown'
"""


def newest_reviews(product_id: int, limit: int) -> list[Review]:
    """What the page of a product shows, with the SKUs they are about and who wrote them."""
    shown = "product_id = %s AND state = 'shown' ORDER BY id DESC LIMIT %s"
    found = prepared.instances(Review, shown, [product_id, limit])
    if found:
        skus = {sku.pk: sku for sku in prepared.instances(Sku, "id = ANY(%s)", [[row.sku_id for row in found]])}
        writers = prepared.instances(Customer, "id = ANY(%s)", [[row.customer_id for row in found]])
        people = {writer.pk: writer for writer in writers}
        for row in found:
            row.sku, row.customer = skus[row.sku_id], people[row.customer_id]
    return found


def rating(product_id: int) -> Rating:
    """One statement."""
    count, stars, *each = prepared.rows(_RATING, [product_id])[0]
    return Rating(count, stars, tuple(each))
