"""A coupon for somebody else: a link that one person may take once."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.coupons.errors import GiftTaken, NotGiftable, OwnGift
from yutang.areas.coupons.models import Coupon, Gift
from yutang.core import clock
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from yutang.core.access import Actor

State = Coupon.State


@transaction.atomic
def offer_gift(*, coupon_id: int, customer_id: int, actor: Actor) -> str:
    """A token for a link. Until somebody takes it the coupon stays the giver's, and links made before stop working.
    NotGiftable."""
    coupon = (
        Coupon.objects.select_for_update(of=("self",))
        .select_related("terms", "template")
        .filter(pk=coupon_id, customer=customer_id)
        .first()
    )
    if coupon is None:
        raise NotFound
    is_over = coupon.state != State.USABLE or coupon.valid_until <= clock.now()
    if is_over or not coupon.terms.is_giftable:
        raise NotGiftable(name=coupon.template.name)
    Gift.objects.filter(coupon=coupon, taken_at__isnull=True).delete()
    token = secrets.token_urlsafe(24)
    Gift.objects.create(merchant_id=actor.merchant_id, coupon=coupon, digest=digest(token))
    return token


@transaction.atomic
def accept_gift(*, token: str, customer_id: int, actor: Actor) -> Coupon:
    """The coupon becomes this person's, with its terms and its time. Again by the same person: the same coupon.
    GiftTaken, OwnGift."""
    gift = Gift.objects.select_for_update().filter(digest=digest(token)).first()
    if gift is None:
        raise GiftTaken
    coupon = Coupon.objects.select_for_update().get(pk=gift.coupon_id)
    if gift.taken_at is not None:
        mine = Coupon.objects.filter(given_from_id=coupon.pk, customer=customer_id, issue_key=f"gift:{gift.pk}").first()
        if mine is None:
            raise GiftTaken
        return mine
    if coupon.customer_id == customer_id:
        raise OwnGift
    now = clock.now()
    if coupon.state != State.USABLE or coupon.valid_until <= now:
        raise GiftTaken
    coupon.state = State.GIVEN
    coupon.save(update_fields=["state"])
    gift.taken_at = now
    gift.save(update_fields=["taken_at"])
    return Coupon.objects.create(
        merchant_id=actor.merchant_id, template_id=coupon.template_id, terms_id=coupon.terms_id,
        customer_id=customer_id, home_customer_id=customer_id, via=Coupon.Via.GIFT, issue_key=f"gift:{gift.pk}",
        given_from_id=coupon.pk, issued_at=now, valid_from=coupon.valid_from, valid_until=coupon.valid_until,
    )  # fmt: skip


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
