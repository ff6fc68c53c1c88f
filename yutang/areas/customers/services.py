"""Writes about people: resolving, merging, notes, review cases."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.customers import merging
from yutang.areas.customers.errors import CaseDecided
from yutang.areas.customers.identity.resolve import RECORDS, Resolution, resolve
from yutang.areas.customers.merging import Pair, merge, merge_many, split, unmerge
from yutang.areas.customers.models import Customer, Note, ReviewCase
from yutang.core import audit, clock
from yutang.core.access import Actor
from yutang.core.errors import Invalid, NotFound


@transaction.atomic
def add_note(*, customer: Customer, text: str, actor: Actor) -> Note:
    actor.require("customers.edit")
    text = text.strip()
    if not 0 < len(text) <= 4000:
        raise Invalid(field="text", field_label=gettext("Note"), reason=gettext("Write 1 to 4,000 characters."))
    note = Note.objects.create(
        merchant_id=actor.merchant_id, customer=customer, home_customer=customer, text=text, author=actor.name
    )
    audit.record("customers.note", actor=actor, object_type="customer", object_id=customer.pk)
    return note


@transaction.atomic
def decide_case(*, case_id: int, merge_people: bool, actor: Actor) -> ReviewCase:
    """Answers a review case: the people become one, or are kept apart and never asked about again."""
    actor.require("customers.merge")
    case = ReviewCase.objects.select_for_update().filter(pk=case_id).first()
    if case is None:
        raise NotFound
    if case.state != ReviewCase.State.OPEN:
        raise CaseDecided(by=case.decided_by)
    if merge_people:
        # Whom the case asked about may have become part of somebody else since.
        open_people = sorted({merging.above(person)[-1] for person in case.customers})
        evidence = [{"kind": "decision", "case": case.pk, "by": actor.name}, *case.evidence]
        pairs = [Pair(open_people[0], other, evidence) for other in open_people[1:]]
        if pairs:
            merge_many(pairs=pairs, actor=actor)
    case.state = ReviewCase.State.MERGED if merge_people else ReviewCase.State.KEPT_APART
    case.decided_at, case.decided_by = clock.now(), actor.name
    case.save(update_fields=["state", "decided_at", "decided_by"])
    audit.record(
        "customers.decide_case", actor=actor, object_type="review_case", object_id=case.pk,
        detail={"merge": merge_people},
    )  # fmt: skip
    return case


__all__ = [
    "RECORDS", "Pair", "Resolution", "add_note", "decide_case", "merge", "merge_many", "resolve", "split", "unmerge",
]  # fmt: skip
