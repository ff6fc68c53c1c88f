"""Reads of reviews."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q, Sum

from yutang.areas.catalog.models import Review
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


def rating(product_id: int) -> Rating:
    """One statement."""
    each = {f"n{n}": Count("pk", filter=Q(rating=n)) for n in range(1, 6)}
    found = reviews_of(product_id).select_related(None).aggregate(count=Count("pk"), stars=Sum("rating"), **each)
    return Rating(found["count"], found["stars"] or 0, tuple(found[f"n{n}"] for n in range(1, 6)))
