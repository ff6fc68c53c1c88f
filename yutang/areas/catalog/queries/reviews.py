"""Reads of reviews."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists

from yutang.areas.catalog.models import Review, Sku
from yutang.areas.customers.models import Customer
from yutang.core.errors import NotFound
from yutang.core.questions import Question, Row, answer, instance

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
SELECT count(*), COALESCE(sum(rating), 0) AS stars,
       ARRAY[count(*) FILTER (WHERE rating = 1), count(*) FILTER (WHERE rating = 2), count(*) FILTER (WHERE rating = 3),
             count(*) FILTER (WHERE rating = 4), count(*) FILTER (WHERE rating = 5)] AS of
  FROM catalog_review WHERE product_id = %(product)s AND state = 'shown'
"""
_NEWEST = """
SELECT r.*, to_json(s) AS sku, c.name AS writer
  FROM catalog_review r JOIN catalog_sku s ON s.id = r.sku_id JOIN customers_customer c ON c.id = r.customer_id
 WHERE r.product_id = %(product)s AND r.state = 'shown' ORDER BY r.id DESC LIMIT %(reviews)s
"""


def newest_reviews_question(product_id: int, limit: int) -> Question[list[Review]]:
    """What the page of a product shows, with the SKUs they are about and the names of who wrote them."""
    return Question(_NEWEST, {"product": product_id, "reviews": limit}, lambda rows: [_review(row) for row in rows])


def rating_question(product_id: int) -> Question[Rating]:
    return Question(
        _RATING, {"product": product_id},
        lambda rows: Rating(rows[0]["count"], rows[0]["stars"], tuple(rows[0]["of"])),
    )  # fmt: skip


def rating(product_id: int) -> Rating:
    """One statement."""
    return answer(rating_question(product_id))


def _review(row: Row) -> Review:
    found = instance(Review, row)
    found.sku = instance(Sku, row["sku"])
    found.customer = Customer(pk=found.customer_id, name=row["writer"])
    return found
