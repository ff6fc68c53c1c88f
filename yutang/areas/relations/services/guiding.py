"""Which colleague looks after whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils.translation import gettext

from yutang.areas.customers import merging
from yutang.areas.customers import queries as customers
from yutang.areas.relations import queries
from yutang.areas.relations.errors import NobodyChosen
from yutang.areas.relations.models import GuideAssignment, Source
from yutang.areas.relations.services import saying
from yutang.core import audit, clock
from yutang.core.access import Actor
from yutang.core.errors import Invalid
from yutang.lake import writer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from yutang.areas.customers.models import Customer
    from yutang.areas.merchants.models import Member

MOST_AT_ONCE = 5000


@transaction.atomic
def assign(
    *, customer: Customer, guide_id: int, reason: str = "", source: Source = Source.MANUAL, actor: Actor
) -> GuideAssignment:
    """The person has this guide from now on. Of merged homes the newest statement counts, so what the other homes said
    comes back when the merge is undone."""
    saying.settle(customer, actor)
    reason, guide = saying.reason_of(reason), _guide(guide_id, actor)
    known = queries.guides([customer.pk]).get(customer.pk)
    if known is not None and known.guide_id == guide.pk:
        return known
    saying.end(GuideAssignment.objects.filter(home_customer=customer), why=reason, by=actor.name)
    made = _assigned(customer, guide, source=source, reason=reason, since=clock.now(), actor=actor)
    saying.tell("relations.assign_guide", customer_id=customer.pk, actor=actor, guide=guide.pk)
    return made


@transaction.atomic
def assign_by_code(
    *, customer: Customer, guide: Member, code: str, since: datetime, actor: Actor
) -> GuideAssignment | None:
    """The person came first by this guide's code. Who ever had a guide keeps what hands made of it."""
    saying.settle(customer, actor)
    if not guide.is_active or GuideAssignment.objects.filter(customer=customer).exists():
        return None
    made = _assigned(customer, guide, source=Source.CODE, reason=code, since=since, actor=actor)
    saying.tell("relations.assign_guide", customer_id=customer.pk, actor=actor, guide=guide.pk)
    return made


@transaction.atomic
def release(*, customer: Customer, reason: str = "", actor: Actor) -> int:
    """Nobody looks after the person any more; how many statements ended."""
    saying.settle(customer, actor)
    rows = GuideAssignment.objects.filter(customer=customer)
    ended = saying.end(rows, why=saying.reason_of(reason), by=actor.name)
    if ended:
        saying.tell("relations.release_guide", customer_id=customer.pk, actor=actor)
    return ended


@transaction.atomic
def assign_many(*, customer_ids: Iterable[int], guide_id: int, reason: str = "", actor: Actor) -> int:
    """Chosen people get this guide, as far as the actor may change them; how many did not have them yet. In two
    statements for any number of people."""
    actor.require(saying.EDIT)
    reason, guide = saying.reason_of(reason), _guide(guide_id, actor)
    chosen = sorted(set(customer_ids))[:MOST_AT_ONCE]
    merging.lock_identities(actor.merchant_id)
    ids = list(customers.people(actor, permission=saying.EDIT).filter(pk__in=chosen).values_list("pk", flat=True))
    if not ids:
        raise NobodyChosen(field="ids")
    have = queries.guides(ids)
    changing = [pk for pk in ids if pk not in have or have[pk].guide_id != guide.pk]
    values: dict[str, Any] = {
        "merchant": actor.merchant_id, "people": changing, "guide": guide.pk, "now": clock.now(), "by": actor.name,
        "why": reason, "source": Source.MANUAL,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE relations_guideassignment SET ended_at = %(now)s, ended_by = %(by)s, end_reason = %(why)s"
            " WHERE merchant_id = %(merchant)s AND home_customer_id = ANY(%(people)s) AND ended_at IS NULL",
            values,
        )
        cursor.execute(
            "INSERT INTO relations_guideassignment (merchant_id, customer_id, home_customer_id, guide_id, source,"
            " reason, since, set_by, ended_by, end_reason)"
            " SELECT %(merchant)s, p, p, %(guide)s, %(source)s, %(why)s, %(now)s, %(by)s, '', ''"
            " FROM unnest(%(people)s::bigint[]) AS p",
            values,
        )
    audit.record_many(
        "relations.assign_guide", actor=actor, object_type="customer",
        objects=[(pk, {"guide": guide.pk}) for pk in changing],
    )  # fmt: skip
    writer.mark_people_changed(actor.merchant_id)
    return len(changing)


def _guide(guide_id: int, actor: Actor) -> Member:
    found = next((member for member in queries.possible_guides(actor) if member.pk == guide_id), None)
    if found is None:
        raise Invalid(field="guide", field_label=gettext("Guide"), reason=gettext("Choose one of the list."))
    return found


def _assigned(
    customer: Customer, guide: Member, *, source: Source, reason: str, since: datetime, actor: Actor
) -> GuideAssignment:
    return GuideAssignment.objects.create(
        merchant_id=actor.merchant_id, customer=customer, home_customer=customer, guide=guide, source=source,
        reason=reason, since=since, set_by=actor.name,
    )  # fmt: skip
