"""What buyers say of what they bought, and what the brand answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from yutang.areas.catalog import queries
from yutang.areas.catalog.errors import AlreadyReviewed, BadReview
from yutang.areas.catalog.events import ReviewWritten
from yutang.areas.catalog.models import Review, Sku
from yutang.core import audit, clock, events

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yutang.areas.customers.models import Customer
    from yutang.core.access import Actor

LONGEST = 1000
MOST_PICTURES = 9


@transaction.atomic
def write_review(
    *, order_item_id: int, sku: Sku, customer: Customer, rating: int, text: str = "", pictures: Sequence[str] = (),
    is_anonymous: bool = True, home_id: int | None = None, actor: Actor,
) -> Review:  # fmt: skip
    """Once per order item; the caller says that this person bought it. `pictures`: digests that `store_picture` gave.
    `home_id`: the person of the account that bought it, where several accounts are one person.

    AlreadyReviewed, BadReview."""
    if not 1 <= rating <= 5 or len(text) > LONGEST or len(pictures) > MOST_PICTURES:
        raise BadReview(field="rating" if not 1 <= rating <= 5 else "text", most=LONGEST)
    try:
        with transaction.atomic():
            review = Review.objects.create(
                merchant_id=actor.merchant_id, product_id=sku.product_id, sku=sku, order_item_id=order_item_id,
                customer=customer, home_customer_id=home_id or customer.pk, rating=rating, text=text.strip(),
                pictures=list(pictures), is_anonymous=is_anonymous,
            )  # fmt: skip
    except IntegrityError as error:
        if "review_once" not in str(error):
            raise
        raise AlreadyReviewed from error
    audit.record("reviews.write", actor=actor, object_type="review", object_id=review.pk)
    events.publish(ReviewWritten(merchant_id=actor.merchant_id, review_id=review.pk, customer_id=review.customer_id))
    return review


@transaction.atomic
def reply_to_review(*, review_id: int, text: str, actor: Actor) -> Review:
    """The brand's public answer; an empty one takes it back. BadReview when it is too long."""
    review = _locked(review_id, actor)
    if len(text) > LONGEST:
        raise BadReview(field="text", most=LONGEST)
    review.reply = text.strip()
    review.replied_by, review.replied_at = (actor.name, clock.now()) if review.reply else ("", None)
    review.save(update_fields=["reply", "replied_by", "replied_at"])
    audit.record("reviews.reply", actor=actor, object_type="review", object_id=review.pk)
    return review


@transaction.atomic
def show_review(*, review_id: int, is_shown: bool, reason: str, actor: Actor) -> Review:
    """Hides a review from shoppers or shows it again; the reason stands in the audit log."""
    review = _locked(review_id, actor)
    review.state = Review.State.SHOWN if is_shown else Review.State.HIDDEN
    review.save(update_fields=["state"])
    audit.record(
        "reviews.show" if is_shown else "reviews.hide", actor=actor, object_type="review", object_id=review.pk,
        detail={"reason": reason[:200]},
    )  # fmt: skip
    return review


def _locked(review_id: int, actor: Actor) -> Review:
    queries.require_everywhere(actor, queries.REPLY)
    queries.review(review_id)
    return Review.objects.select_for_update().get(pk=review_id)
