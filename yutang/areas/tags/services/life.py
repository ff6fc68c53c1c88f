"""Life facts: recorded, changed, taken back. Nothing is overwritten: every row stays, with who said it and why."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.customers import merging
from yutang.areas.customers.models import Customer
from yutang.areas.merchants import queries as merchants
from yutang.areas.tags import lunar, queries
from yutang.areas.tags.errors import ConsentMissing
from yutang.areas.tags.kinds import KINDS
from yutang.areas.tags.models import LifeFact
from yutang.areas.tags.services.giving import _evidence
from yutang.core import audit, clock, tenancy
from yutang.core.access import Actor
from yutang.core.errors import Invalid, NotAllowed

EDIT = "life.edit"
# What a row says, beside who said it when.
_SAID = (
    "customer_id", "home_customer_id", "kind", "name", "detail", "calendar", "year", "month", "day", "is_leap",
    "born_on", "is_sensitive", "has_consent",
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class LifeValues:
    """What a fact says; which of it its kind knows stands in `kinds.KINDS`."""

    name: str = ""
    detail: str = ""
    on: lunar.YearlyDay | None = None
    has_consent: bool = False
    valid_until: date | None = None


@transaction.atomic
def record_life(
    *, customer: Customer, kind: str, values: LifeValues, source: str = LifeFact.Source.STAFF, evidence: str = "",
    actor: Actor,
) -> LifeFact:  # fmt: skip
    """A new fact of a person's life. What is sensitive needs a permission of its own and the person's consent."""
    actor.require(EDIT)
    merging.settle(customer)
    said = _checked(kind, values, customer, actor)
    fact = LifeFact.objects.create(
        merchant_id=actor.merchant_id, customer=customer, home_customer=customer, source=LifeFact.Source(source),
        evidence=_evidence(evidence), recorded_by=actor.name, **said,
    )  # fmt: skip
    _audit("tags.record_life", fact, actor)
    return fact


@transaction.atomic
def change_life(
    *, fact_id: int, customer: Customer, values: LifeValues, source: str = LifeFact.Source.STAFF, evidence: str = "",
    actor: Actor,
) -> LifeFact:  # fmt: skip
    """What is known better now stands in place of the fact; its earlier rows stay as history."""
    actor.require(EDIT)
    merging.settle(customer)
    before = _standing(fact_id, customer, actor)
    said = _checked(before.kind, values, customer, actor)
    _reverse(before, evidence="", by=actor.name)
    fact = LifeFact.objects.create(
        merchant_id=actor.merchant_id, customer_id=before.customer_id, home_customer_id=before.home_customer_id,
        thread=before.thread or before.pk, source=LifeFact.Source(source), evidence=_evidence(evidence),
        recorded_by=actor.name, **said,
    )  # fmt: skip
    _audit("tags.change_life", fact, actor)
    return fact


@transaction.atomic
def retire_life(*, fact_id: int, customer: Customer, evidence: str = "", actor: Actor) -> LifeFact:
    """The fact holds no more, or never did; `evidence` says why."""
    actor.require(EDIT)
    before = _standing(fact_id, customer, actor)
    back = _reverse(before, evidence=_evidence(evidence), by=actor.name)
    _audit("tags.retire_life", before, actor)
    return back


@transaction.atomic
def end_life() -> int:
    """Takes back what holds no longer for the merchant in scope; how many."""
    zone = ZoneInfo(merchants.current_merchant(tenancy.require_merchant_id()).timezone)
    over = LifeFact.objects.filter(
        valid_until__lt=clock.now().astimezone(zone).date(), reverses__isnull=True, reversed_by__isnull=True
    )
    for ended in (facts := list(over.select_for_update(of=("self",)))):
        _reverse(ended, evidence=gettext("It was valid until then."), by="system")
    return len(facts)


def _standing(fact_id: int, customer: Customer, actor: Actor) -> LifeFact:
    """Locked, so that of two who change it at once the second finds that it stands no more."""
    LifeFact.objects.select_for_update().filter(pk=fact_id).first()
    return queries.life_fact(fact_id, person=customer, actor=actor)


def _reverse(fact: LifeFact, *, evidence: str, by: str) -> LifeFact:
    said = {name: getattr(fact, name) for name in _SAID}
    return LifeFact.objects.create(
        merchant_id=fact.merchant_id, reverses=fact, thread=fact.thread or fact.pk, source=fact.source,
        evidence=evidence, recorded_by=by, **said,
    )  # fmt: skip


def _checked(kind: str, values: LifeValues, customer: Customer, actor: Actor) -> dict[str, Any]:
    """The columns of a fact; refuses what its kind cannot say."""
    known = KINDS.get(kind)
    if known is None:
        raise Invalid(field="kind", field_label=gettext("Kind"), reason=gettext("Choose one of the list."))
    if known.is_sensitive:
        nodes = actor.nodes(queries.SENSITIVE)
        if nodes is not None and customer.home_node_id not in nodes:
            raise NotAllowed(permission=queries.SENSITIVE)
        if not values.has_consent:
            raise ConsentMissing(field="has_consent")
    name = " ".join(values.name.split()) if known.name else ""
    if len(name) > 200:
        reason = gettext("Write at most %(limit)s characters.") % {"limit": 200}
        raise Invalid(field="name", field_label=gettext(known.name), reason=reason)
    if values.detail and values.detail not in dict(known.choices):
        raise Invalid(field="detail", field_label=gettext("Detail"), reason=gettext("Choose one of the list."))
    on = values.on if known.date else None
    if not (name or values.detail or on):
        raise Invalid(field="name", field_label=gettext(known.label), reason=gettext("Say something about it."))
    if on is not None and (code := lunar.problem(on)):
        raise Invalid(field=code if code != "leap" else "is_leap", field_label=gettext(known.date), reason=_why(code))
    return {
        "kind": kind, "name": name, "detail": values.detail, "is_sensitive": known.is_sensitive,
        "has_consent": values.has_consent, "valid_until": values.valid_until,
        **(
            {
                "calendar": on.calendar, "year": on.year, "month": on.month, "day": on.day, "is_leap": on.is_leap,
                "born_on": lunar.solar(on),
            }
            if on is not None
            else {}
        ),
    }  # fmt: skip


def _why(code: str) -> str:
    return {
        "year": gettext("Years from 1900 to 2099 are known."), "month": gettext("A year has twelve months."),
        "day": gettext("This month has no such day."), "leap": gettext("That year has no such leap month."),
    }[code]  # fmt: skip


def _audit(action: str, fact: LifeFact, actor: Actor) -> None:
    """Which fact, not what it says."""
    detail = {"fact": fact.pk, "kind": fact.kind}
    audit.record(action, actor=actor, object_type="customer", object_id=fact.customer_id, detail=detail)
