"""One piece for one person: claimed, given by staff, as a reward, for a code.

Whoever issues of a template locks its row first, so that the limit per person, the pieces in all and the budget are
looked at and taken in one go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.coupons import rules
from yutang.areas.coupons.errors import CouponGone, CouponNotOffered, CouponsGone, PersonalLimit
from yutang.areas.coupons.models import Coupon, Template, Terms
from yutang.areas.coupons.services.designing import MONEY, PIECES, draft_of, locked, pool_key, terms_id
from yutang.areas.merchants import queries as merchants
from yutang.core import audit, clock
from yutang.core.errors import NotFound
from yutang.core.reservations import services as pools
from yutang.core.reservations.errors import SoldOut
from yutang.core.reservations.models import Pool

if TYPE_CHECKING:
    from datetime import datetime

    from yutang.core.access import Actor

ISSUE = "coupons.issue"
Via, State = Coupon.Via, Coupon.State


@transaction.atomic
def claim(*, template_id: int, customer_id: int, key: str, actor: Actor) -> Coupon:
    """A shopper takes one in the shop; the same `key` again is the same coupon. CouponNotOffered, PersonalLimit,
    CouponsGone."""
    template = locked(template_id)
    if (earlier := _earlier(f"claim:{key}", template_id, customer_id)) is not None:
        return earlier
    now = clock.now()
    is_early = template.claim_from is not None and now < template.claim_from
    is_late = template.claim_until is not None and now >= template.claim_until
    if not template.is_claimable or is_early or is_late:
        raise CouponNotOffered(name=template.name)
    return _issue(template, customer_id, Via.CLAIM, f"claim:{key}", actor)


@transaction.atomic
def issue(*, template_id: int, customer_id: int, via: str, key: str, actor: Actor) -> Coupon:
    """Gives one to a person, whatever the coupon centre says; its limits hold. The same `key` again is the same
    coupon. CouponNotOffered, PersonalLimit, CouponsGone."""
    template = locked(template_id)
    if (earlier := _earlier(key, template_id, customer_id)) is not None:
        return earlier
    made = _issue(template, customer_id, via, key, actor)
    if via == Via.STAFF:
        audit.record(
            "coupons.issue", actor=actor, object_type="coupon", object_id=made.pk,
            detail={"template": template.pk, "customer": customer_id},
        )  # fmt: skip
    return made


@transaction.atomic
def withdraw(*, coupon_id: int, actor: Actor) -> Coupon:
    """Staff take an unused coupon back. Again: nothing. CouponGone when it is used or was given away."""
    found = Coupon.objects.select_for_update(of=("self",)).select_related("template").filter(pk=coupon_id).first()
    if found is None:
        raise NotFound
    if found.state == State.WITHDRAWN:
        return found
    if found.state != State.USABLE:
        raise CouponGone(name=found.template.name)
    found.state = State.WITHDRAWN
    found.save(update_fields=["state"])
    audit.record("coupons.withdraw", actor=actor, object_type="coupon", object_id=found.pk)
    return found


def must_be_active(template: Template) -> None:
    """Also what has a fixed end that has passed is not given out any more."""
    if template.state != Template.State.ACTIVE:
        raise CouponNotOffered(name=template.name)


def span(terms: Terms, now: datetime) -> tuple[datetime, datetime]:
    return rules.validity(
        issued_at=now, timezone=merchants.current_merchant(terms.merchant_id).timezone, valid_days=terms.valid_days,
        starts_after=terms.starts_after, valid_from=terms.valid_from, valid_until=terms.valid_until,
    )  # fmt: skip


def wanted(template: Template, pieces: int) -> list[tuple[int, int]]:
    """(pool, quantity) that so many pieces take of what the template limits."""
    per_piece = {PIECES: 1, MONEY: draft_of(template).most_off or 0} if _is_limited(template) else {}
    found = Pool.objects.filter(kind__in=per_piece, key=pool_key(template)).order_by("pk")
    return [(pool.pk, per_piece[pool.kind] * pieces) for pool in found if per_piece[pool.kind]]


def take_from_pools(template: Template, pieces: int, key: str, actor: Actor) -> None:
    """CouponsGone."""
    items = wanted(template, pieces)
    if not items:
        return
    try:
        pools.reserve(items=items, holder_key=pool_key(template), key=key, expires_at=None, actor=actor)
    except SoldOut as error:
        raise CouponsGone(name=template.name) from error
    pools.confirm(key=key, actor=actor)


def _is_limited(template: Template) -> bool:
    return template.total is not None or template.budget is not None


def _earlier(key: str, template_id: int, customer_id: int) -> Coupon | None:
    """What the key issued; nobody reaches another person's by it."""
    return Coupon.objects.filter(issue_key=key, template=template_id, customer=customer_id).first()


def _issue(template: Template, customer_id: int, via: str, key: str, actor: Actor) -> Coupon:
    must_be_active(template)
    if template.per_person is not None:
        has = Coupon.objects.filter(template=template, customer=customer_id).exclude(via=Via.GIFT).count()
        if has >= template.per_person:
            raise PersonalLimit(name=template.name, limit=template.per_person)
    terms = Terms.objects.get(pk=terms_id(template))
    now = clock.now()
    begins, ends = span(terms, now)
    if ends <= now:
        raise CouponNotOffered(name=template.name)
    take_from_pools(template, 1, f"coupon:{key}", actor)
    made = Coupon.objects.create(
        merchant_id=template.merchant_id, template=template, terms=terms, customer_id=customer_id,
        home_customer_id=customer_id, via=via, issue_key=key, issued_at=now, valid_from=begins, valid_until=ends,
    )  # fmt: skip
    template.issued += 1
    template.save(update_fields=["issued"])
    return made
