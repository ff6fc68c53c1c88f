"""Writes about people: resolving, merging, notes, review cases, addresses."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.customers import forest
from yutang.areas.customers.addresses.book import delete_address, make_default, save_address, use_address
from yutang.areas.customers.erasing import erase, without_erased
from yutang.areas.customers.errors import CaseDecided
from yutang.areas.customers.identity import keys
from yutang.areas.customers.identity.resolve import RECORDS, Resolution, resolve
from yutang.areas.customers.identity.single import identify, identify_together
from yutang.areas.customers.logins import end_logins
from yutang.areas.customers.merging import Pair, merge, merge_many, refuse_erased, split, unmerge
from yutang.areas.customers.models import Customer, Identity, Note, ReviewCase
from yutang.core import audit, clock, copying, crypto
from yutang.core.access import Actor
from yutang.core.errors import Invalid, NotFound


def reserve_numbers(count: int) -> list[int]:
    """Numbers for those who may turn out to be people: no person will ever get them, so facts may hold both."""
    return [int(number) for number in copying.reserve_ids("customers_customer", count)]


@transaction.atomic
def add_note(*, customer: Customer, text: str, actor: Actor) -> Note:
    actor.require("customers.edit")
    text = text.strip()
    if not 0 < len(text) <= 4000:
        raise Invalid(field="text", field_label=gettext("Note"), reason=gettext("Write 1 to 4,000 characters."))
    refuse_erased(customer)
    note = Note.objects.create(
        merchant_id=actor.merchant_id, customer=customer, home_customer=customer, text=text, author=actor.name
    )
    audit.record("customers.note", actor=actor, object_type="customer", object_id=customer.pk)
    return note


@transaction.atomic
def reveal(*, customer: Customer, identity_id: int | None, actor: Actor) -> str:
    """The full value of a phone or an e-mail, or with `identity_id=None` the address. Every look is audited."""
    actor.require("customers.unmask")
    if identity_id is None:
        shown = crypto.decrypt(bytes(customer.address), customer.merchant_id) if customer.address is not None else ""
    else:
        identity = Identity.objects.filter(pk=identity_id, customer=customer).first()
        if identity is None:
            raise NotFound
        shown = keys.readable(identity)
    audit.record(
        "customers.unmask", actor=actor, object_type="customer", object_id=customer.pk,
        detail={"field": "address"} if identity_id is None else {"identity": identity_id},
    )  # fmt: skip
    return shown


@transaction.atomic
def record_export(*, rows: int, filters: dict[str, str], actor: Actor) -> None:
    """Writes down that a list of people left the house."""
    actor.require("customers.export")
    audit.record("customers.export", actor=actor, object_type="customer", detail={"rows": rows, "filters": filters})


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
        open_people = sorted({forest.above(person)[-1] for person in case.customers})
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
    "RECORDS", "Pair", "Resolution", "add_note", "decide_case", "delete_address", "end_logins", "erase", "identify",
    "identify_together", "make_default", "merge", "merge_many", "record_export", "reserve_numbers", "resolve",
    "reveal", "save_address", "split", "unmerge", "use_address", "without_erased",
]  # fmt: skip
