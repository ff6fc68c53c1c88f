"""What all statements about people have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.utils.translation import gettext

from yutang.areas.customers import merging
from yutang.areas.relations.models import GuideAssignment, Referral, Source, Statement
from yutang.core import audit, clock
from yutang.core.errors import Invalid
from yutang.lake import writer

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from yutang.areas.customers.models import Customer
    from yutang.core.access import Actor

EDIT = "relations.edit"
REASON_LENGTH = 300
S = TypeVar("S", bound=Statement)


def reason_of(text: str) -> str:
    text = " ".join(text.split())
    if len(text) > REASON_LENGTH:
        said = gettext("Write at most %(limit)s characters.") % {"limit": REASON_LENGTH}
        raise Invalid(field="reason", field_label=gettext("Why"), reason=said)
    return text


def settle(customer: Customer, actor: Actor) -> None:
    """Before anything is said of a person."""
    actor.require(EDIT)
    merging.settle(customer)


def end(rows: QuerySet[S], *, why: str, by: str, **also: Any) -> int:
    """Closes open statements; they stay as history."""
    return rows.filter(ended_at__isnull=True).update(ended_at=clock.now(), ended_by=by, end_reason=why, **also)


def unname_code(people: QuerySet[Any, Any], mark: str) -> None:
    """The code by which these people came is not told by its name any more: a person's name may stand in it, and what
    it was called earlier is known here only."""
    for kind in (Referral, GuideAssignment):
        kind.objects.filter(source=Source.CODE, customer__in=people).update(reason=mark)


def tell(action: str, *, customer_id: int, actor: Actor, **detail: Any) -> None:
    audit.record(action, actor=actor, object_type="customer", object_id=customer_id, detail=detail)
    writer.mark_people_changed(actor.merchant_id)
