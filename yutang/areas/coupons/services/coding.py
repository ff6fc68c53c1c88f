"""Codes on paper: made, exported once, redeemed once."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.coupons import rules
from yutang.areas.coupons.errors import AlreadyExported, TooManyTries, WrongCode, WrongTerms
from yutang.areas.coupons.models import Code, CodeBatch, Coupon, Template
from yutang.areas.coupons.services.designing import require_everywhere
from yutang.areas.coupons.services.issuing import ISSUE, issue
from yutang.core import audit, clock, limits
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from yutang.core.access import Actor

MOST_CODES = 100_000
_PACE = limits.Pace(at_once=10, a_minute=5)


@transaction.atomic
def make_codes(
    *, template_id: int, name: str, count: int, expires_at: datetime | None = None, actor: Actor
) -> CodeBatch:  # fmt: skip
    """So many codes, of which only hashes are kept; `export` tells them once. WrongTerms."""
    require_everywhere(actor, ISSUE)
    if not 0 < count <= MOST_CODES:
        raise WrongTerms(field="count", reason="1 – 100,000")
    template = Template.objects.filter(pk=template_id).first()
    if template is None:
        raise NotFound
    seed = secrets.token_bytes(32)
    batch = CodeBatch.objects.create(
        merchant_id=actor.merchant_id, template=template, name=name.strip()[:60], count=count, seed=seed,
        expires_at=expires_at, created_by=actor.name,
    )  # fmt: skip
    Code.objects.bulk_create(
        (
            Code(merchant_id=actor.merchant_id, batch=batch, digest=rules.digest(rules.code(seed, number)))
            for number in range(count)
        ),
        batch_size=5_000,
    )
    audit.record(
        "coupons.make_codes", actor=actor, object_type="coupon_batch", object_id=batch.pk,
        detail={"template": template.pk, "count": count},
    )  # fmt: skip
    return batch


@transaction.atomic
def export(*, batch_id: int, actor: Actor) -> list[str]:
    """The codes as they are printed, for the first and only time. AlreadyExported."""
    require_everywhere(actor, ISSUE)
    batch = CodeBatch.objects.select_for_update().filter(pk=batch_id).first()
    if batch is None:
        raise NotFound
    if batch.seed is None:
        raise AlreadyExported
    seed = bytes(batch.seed)
    batch.seed, batch.exported_at, batch.exported_by = None, clock.now(), actor.name
    batch.save(update_fields=["seed", "exported_at", "exported_by"])
    audit.record(
        "coupons.export_codes", actor=actor, object_type="coupon_batch", object_id=batch.pk,
        detail={"count": batch.count},
    )  # fmt: skip
    return [rules.shown(rules.code(seed, number)) for number in range(batch.count)]


is_code = rules.is_code


def redeem_code(*, text: str, customer_id: int, actor: Actor) -> Coupon:
    """The coupon of a code; the same person again gets the same coupon. TooManyTries, WrongCode, CouponNotOffered,
    PersonalLimit, CouponsGone."""
    if not limits.allows("coupon_code", str(customer_id), _PACE):
        raise TooManyTries(field="code")
    with transaction.atomic():
        code = Code.objects.select_for_update(of=("self",)).select_related("batch", "coupon")
        found = code.filter(digest=rules.digest(text)).first()
        if found is None:
            raise WrongCode(field="code")
        if found.coupon is not None:
            if found.coupon.customer_id != customer_id:
                raise WrongCode(field="code")
            return found.coupon
        if found.batch.expires_at is not None and found.batch.expires_at <= clock.now():
            raise WrongCode(field="code")
        found.coupon = issue(
            template_id=found.batch.template_id, customer_id=customer_id, via=Coupon.Via.CODE, key=f"code:{found.pk}",
            actor=actor,
        )  # fmt: skip
        found.redeemed_at = clock.now()
        found.save(update_fields=["coupon", "redeemed_at"])
        return found.coupon
