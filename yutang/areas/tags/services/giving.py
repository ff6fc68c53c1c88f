"""One person's tags, by hand or by another system."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.customers import merging
from yutang.areas.customers.models import Customer
from yutang.areas.tags import queries
from yutang.areas.tags.models import Tagging
from yutang.areas.tags.services import writing
from yutang.core import audit, clock
from yutang.core.access import Actor
from yutang.core.errors import Invalid
from yutang.lake import writer

GIVE = "tags.give"
EVIDENCE_LENGTH = 300
# Whose tagging is somebody's own decision: nothing that comes later by itself takes its place.
BY_HAND = (Tagging.Source.MANUAL, Tagging.Source.API)


@transaction.atomic
def give(
    *, customer: Customer, tag_id: int, evidence: str = "", expires_at: datetime | None = None,
    source: Tagging.Source = Tagging.Source.MANUAL, actor: Actor,
) -> Tagging:  # fmt: skip
    """The person has the tag from now on; who has it by hand already keeps it as it is.

    A hand outranks rules and runs: their tagging ends and this one stands, so neither a rule nor an undone run takes
    it away. Of an exclusive group the other tags end. Without `expires_at` the tag's own `keep_days` count.
    """
    actor.require(GIVE)
    merging.settle(customer)
    tag = queries.tag(tag_id)
    evidence, now = _evidence(evidence), clock.now()
    if expires_at is not None and expires_at <= now:
        raise Invalid(field="expires_at", field_label=gettext("Expires"), reason=gettext("This lies in the past."))
    writing.end_expired(now)
    standing = Tagging.objects.filter(customer=customer, tag=tag, ended_at__isnull=True)
    while (found := standing.filter(source__in=BY_HAND).first()) is None:
        standing.update(ended_at=now, ended_by=actor.name, end_reason=Tagging.End.RENEWED)
        # Who gave it in this very instant comes first; then we look again.
        Tagging.objects.bulk_create(
            [
                Tagging(
                    merchant_id=actor.merchant_id, customer=customer, home_customer=customer, tag=tag, source=source,
                    evidence=evidence, given_at=now, given_by=actor.name,
                    expires_at=expires_at or writing.expiry(tag, now),
                )
            ],
            ignore_conflicts=True,
        )  # fmt: skip
    if found.given_at == now:
        Tagging.objects.filter(customer=customer, tag__in=writing.rivals(tag), ended_at__isnull=True).update(
            ended_at=now, ended_by=actor.name, end_reason=Tagging.End.REPLACED
        )
        audit.record(
            "tags.give", actor=actor, object_type="customer", object_id=customer.pk, detail={"tag": tag.pk}
        )  # fmt: skip
        writer.mark_people_changed(actor.merchant_id)
    return found


@transaction.atomic
def take(*, customer: Customer, tag_id: int, actor: Actor) -> int:
    """Takes the tag off the person, wherever it came from; how many taggings ended. A rule that still holds gives it
    again at its next recomputation."""
    actor.require(GIVE)
    tag = queries.tag(tag_id)
    ended = writing.take_many(tag, [customer.pk], end=Tagging.End.REMOVED, by=actor.name)
    if ended:
        audit.record(
            "tags.take", actor=actor, object_type="customer", object_id=customer.pk, detail={"tag": tag.pk}
        )  # fmt: skip
        writer.mark_people_changed(actor.merchant_id)
    return ended


def _evidence(text: str) -> str:
    text = " ".join(text.split())
    if len(text) > EVIDENCE_LENGTH:
        reason = gettext("Write at most %(limit)s characters.") % {"limit": EVIDENCE_LENGTH}
        raise Invalid(field="evidence", field_label=gettext("Why"), reason=reason)
    return text
