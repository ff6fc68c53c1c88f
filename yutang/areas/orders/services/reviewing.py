"""A buyer says how it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, TYPE_CHECKING

from django.db import transaction

from yutang.areas.catalog import queries as catalog_queries
from yutang.areas.catalog import services as catalog
from yutang.areas.catalog.errors import AlreadyReviewed
from yutang.areas.orders import queries_mine
from yutang.areas.orders.errors import CannotBeReviewed
from yutang.areas.orders.events import ReviewWritten
from yutang.areas.orders.models import Order
from yutang.core import events

if TYPE_CHECKING:
    from yutang.areas.catalog.models import Review
    from yutang.core.access import Actor


@transaction.atomic
def review(
    *, order_id: int, position: int, rating: int, text: str = "", pictures: Sequence[IO[bytes]] = (),
    is_anonymous: bool = True, actor: Actor,
) -> Review:  # fmt: skip
    """Of one item, once, by whoever bought it; the face has fetched the order by the buyer's door. CannotBeReviewed,
    AlreadyReviewed, BadReview, and what pictures raise."""
    order = Order.objects.select_related("identity__customer").get(pk=order_id)
    item = next((one for one in queries_mine.to_review(order_id) if one.position == position), None)
    if item is None or order.identity is None:
        raise CannotBeReviewed(title=order.order_no)
    if catalog_queries.reviews_of_items([item.pk]):  # before any picture is kept
        raise AlreadyReviewed
    sku = next(one for one in catalog_queries.skus_of([item.product_id])[item.product_id] if one.pk == item.sku_id)
    digests = [catalog.store_picture(content=content, actor=actor).digest for content in pictures]
    written = catalog.write_review(
        order_item_id=item.pk, sku=sku, customer=order.identity.customer, home_id=order.identity.home_customer_id,
        rating=rating, text=text, pictures=digests, is_anonymous=is_anonymous, actor=actor,
    )  # fmt: skip
    events.publish(
        ReviewWritten(
            merchant_id=actor.merchant_id, order_id=order_id, review_id=written.pk,
            customer_id=order.identity.customer_id, home_customer_id=order.identity.home_customer_id,
        )
    )  # fmt: skip
    return written
