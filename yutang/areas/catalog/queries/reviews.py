"""Reads of reviews."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, Q, Sum

from yutang.areas.catalog.models import Review
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


def rating(product_id: int) -> Rating:
    """One statement."""
    each = {f"n{n}": Count("pk", filter=Q(rating=n)) for n in range(1, 6)}
    found = reviews_of(product_id).select_related(None).aggregate(count=Count("pk"), stars=Sum("rating"), **each)
    return Rating(found["count"], found["stars"] or 0, tuple(found[f"n{n}"] for n in range(1, 6)))
