"""Reads of reviews."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yutang.areas.catalog.models import Review, Sku
from yutang.core import prepared
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet


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
    return Review.objects.filter(product=product_id, state=Review.State.SHOWN).select_related("sku")


_RATING = """
SELECT count(*), COALESCE(sum(rating), 0), count(*) FILTER (WHERE rating = 1), count(*) FILTER (WHERE rating = 2),
       count(*) FILTER (WHERE rating = 3), count(*) FILTER (WHERE rating = 4), count(*) FILTER (WHERE rating = 5)
  FROM catalog_review WHERE product_id = %s AND state = 'shown'
"""


def newest_reviews(product_id: int, limit: int) -> list[Review]:
    """What the page of a product shows, with the SKUs they are about."""
    shown = "product_id = %s AND state = 'shown' ORDER BY id DESC LIMIT %s"
    found = prepared.instances(Review, shown, [product_id, limit])
    if found:
        skus = {sku.pk: sku for sku in prepared.instances(Sku, "id = ANY(%s)", [[row.sku_id for row in found]])}
        for row in found:
            row.sku = skus[row.sku_id]
    return found


def rating(product_id: int) -> Rating:
    """One statement."""
    count, stars, *each = prepared.rows(_RATING, [product_id])[0]
    return Rating(count, stars, tuple(each))
