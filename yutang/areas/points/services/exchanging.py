"""The exchange shop: its offers, and taking one for points."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.customers import balances
from yutang.areas.points import accounts, queries
from yutang.areas.points.errors import BadTerms, NotEnoughPoints, NothingGiven, OfferGone, OfferLimit, OfferSoldOut
from yutang.areas.points.models import Exchange, Offer
from yutang.core import audit, rewards
from yutang.core.errors import NotFound
from yutang.core.ledger import services as ledger
from yutang.core.ledger.errors import Insufficient
from yutang.core.reservations import services as reservations
from yutang.core.reservations.errors import CapacityInUse, SoldOut
from yutang.core.rewards import Occasion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yutang.core.access import Actor
    from yutang.core.rewards import Reward

POOL = "points_offer"
MOST = 10**9


@transaction.atomic
def save_offer(
    *, offer_id: int | None = None, title: str, points: int, stock: int, given: Sequence[Reward], text: str = "",
    person_limit: int | None = None, is_active: bool = True, actor: Actor,
) -> Offer:  # fmt: skip
    """`stock`: pieces in all, those taken already included. Without `offer_id` a new one. BadTerms, NothingGiven, what
    `rewards.check` raises, and BadTerms when more than `stock` are taken already."""
    queries.require_everywhere(actor, queries.EDIT)
    for field, value, least in (("points", points, 1), ("stock", stock, 0), ("person_limit", person_limit, 1)):
        if value is not None and not least <= value <= MOST:
            raise BadTerms(field=field, least=least, most=MOST)
    if not given:
        raise NothingGiven(field="rewards")
    rewards.check(given)
    if offer_id is None:
        pool = reservations.open_pool(kind=POOL, key=uuid.uuid4().hex, capacity=stock, actor=actor)
        offer = Offer(merchant_id=actor.merchant_id, pool=pool)
    else:
        found = Offer.objects.select_for_update().filter(pk=offer_id).first()
        if found is None:
            raise NotFound
        offer = found
        try:
            reservations.set_capacity(pool_id=offer.pool_id, capacity=stock, actor=actor)
        except CapacityInUse as error:
            raise BadTerms(field="stock", least=error.params["in_use"], most=MOST) from error
    offer.title, offer.text, offer.points, offer.person_limit = title.strip(), text.strip(), points, person_limit
    offer.rewards, offer.is_active = [one.as_json for one in given], is_active
    offer.save()
    audit.record(
        "points.offer", actor=actor, object_type="points_offer", object_id=offer.pk,
        detail={"points": points, "stock": stock, "active": is_active},
    )  # fmt: skip
    return offer


@transaction.atomic
def exchange(*, offer_id: int, customer_id: int, key: str, points: int | None = None, actor: Actor) -> Exchange:
    """One piece for points; the same `key` again is the same exchange. `points`: the price that was seen.

    OfferGone, OfferSoldOut, OfferLimit, NotEnoughPoints, and what the rewards raise; then nothing is written."""
    person = balances.owner(customer_id)
    offer = Offer.objects.filter(pk=offer_id).first()
    if offer is None:
        raise NotFound
    reservations.lock(pool_ids=[offer.pool_id], actor=actor)  # whoever wants a piece of it goes one after the other
    if (earlier := Exchange.objects.filter(key=key).first()) is not None:
        return earlier
    offer.refresh_from_db()
    if not offer.is_active or (points is not None and points != offer.points):
        raise OfferGone(title=offer.title)
    mine = Exchange.objects.filter(offer=offer, customer_id=person).count()
    if offer.person_limit is not None and mine >= offer.person_limit:
        raise OfferLimit(title=offer.title, most=offer.person_limit)
    done = Exchange.objects.create(
        merchant_id=actor.merchant_id, offer=offer, customer_id=person, home_customer_id=person, points=offer.points,
        key=key,
    )  # fmt: skip
    held = f"points_exchange:{done.pk}"
    try:
        reservations.reserve(items=[(offer.pool_id, 1)], holder_key=held, key=held, expires_at=None, actor=actor)
        reservations.confirm(key=held, actor=actor)
        ledger.post(
            key=f"points:exchange:{done.pk}", kind="points.exchange", lines=accounts.spent(person, offer.points),
            source=("points_exchange", done.pk), reason=offer.title, actor=actor,
        )  # fmt: skip
    except SoldOut as error:
        raise OfferSoldOut(title=offer.title) from error
    except Insufficient as error:
        raise NotEnoughPoints(
            field="points", available=error.params["available"], wanted=offer.points
        ) from error  # fmt: skip
    occasion = Occasion(f"points_exchange:{done.pk}", ("points_exchange", done.pk), offer.title)
    rewards.give(rewards.read(offer.rewards), customer_id=person, occasion=occasion, actor=actor)
    return done
