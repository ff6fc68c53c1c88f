"""A person's points changed by hand: small changes at once, larger ones once somebody else has approved them. Many
small ones of a day, by one colleague for one person, are one large one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from yutang.areas.customers import balances
from yutang.areas.customers import queries as customers
from yutang.areas.merchants import queries as merchants
from yutang.areas.points import accounts, queries
from yutang.areas.points.errors import AlreadyDecided, NoChange, NoReason, NotEnoughPoints, OwnChange
from yutang.areas.points.models import Change
from yutang.areas.points.services.earning import expiry
from yutang.core import audit, clock, locks
from yutang.core.errors import NotFound
from yutang.core.ledger import services as ledger
from yutang.core.ledger.errors import Insufficient
from yutang.core.ledger.lines import MERCHANT, Line
from yutang.core.locks import Lock

if TYPE_CHECKING:
    from yutang.core.access import Actor

MOST = 10**9
LONGEST = 300


@transaction.atomic
def ask(*, customer_id: int, points: int, reason: str, key: str, actor: Actor) -> Change:
    """A change by `points` (signed), needs `points.adjust` where the person is at home. It is booked at once as
    long as all that this actor has booked so for the person in 24 hours stays below the merchant's limit; else it waits
    for `decide`. The same `key` again is the same change.

    NoChange, NoReason, NotEnoughPoints."""
    person = customers.customer(actor, customer_id, queries.ADJUST)
    if (earlier := Change.objects.filter(key=key).first()) is not None:
        return earlier
    if not 0 < abs(points) <= MOST:
        raise NoChange(field="points")
    if not (reason := reason.strip()[:LONGEST]):
        raise NoReason(field="reason")
    owner = balances.owner(person.pk)
    locks.until_commit(Lock.POINTS_CHANGE, owner)  # two at once would each find the other not there
    try:
        with transaction.atomic():
            change = Change.objects.create(
                merchant_id=actor.merchant_id, customer_id=owner, home_customer_id=owner, points=points, reason=reason,
                key=key, asked_by=actor.name, asked_by_key=queries.actor_key(actor),
            )  # fmt: skip
    except IntegrityError as error:
        if "points_change_once" not in str(error):
            raise
        return Change.objects.get(key=key)
    audit.record("points.ask", actor=actor, object_type="customer", object_id=owner, detail={"points": points})
    if queries.booked_alone(owner, actor) + abs(points) < queries.terms().approve_from:
        _book(change, actor)
    return change


@transaction.atomic
def decide(*, change_id: int, is_approved: bool, note: str = "", actor: Actor) -> Change:
    """Needs `points.approve` for the whole merchant. OwnChange: not by who asked, whatever else they may do.
    AlreadyDecided, NotEnoughPoints."""
    queries.require_everywhere(actor, queries.APPROVE)
    change = Change.objects.select_for_update().filter(pk=change_id).first()
    if change is None:
        raise NotFound
    if change.state != Change.State.ASKED:
        raise AlreadyDecided(state=change.get_state_display())
    if change.asked_by_key == queries.actor_key(actor):
        raise OwnChange
    change.note = note.strip()[:LONGEST]
    if is_approved:
        _book(change, actor)
    else:
        _decided(change, Change.State.REFUSED, actor)
    return change


# -- parts -------------------------------------------------------------------------------------------------------


def _book(change: Change, actor: Actor) -> None:
    person = balances.owner(change.customer_id)
    if change.points > 0:
        merchant = merchants.current_merchant(actor.merchant_id)
        until = expiry(queries.terms(), clock.today(merchant.timezone), merchant.timezone)
        lines = accounts.given(person, change.points, expires_at=until, origin="change")
    else:
        lines = [
            Line(accounts.POINTS, accounts.of(person), change.points),
            Line(accounts.ISSUED, MERCHANT, -change.points),
        ]
    try:
        ledger.post(
            key=f"points:change:{change.pk}", kind="points.adjust", lines=lines, source=("points_change", change.pk),
            actor=actor,  # the reason stays in the change, where it can be erased
        )  # fmt: skip
    except Insufficient as error:
        raise NotEnoughPoints(
            field="points", available=error.params["available"], wanted=-change.points
        ) from error  # fmt: skip
    _decided(change, Change.State.DONE, actor)


def _decided(change: Change, state: Change.State, actor: Actor) -> None:
    change.state, change.decided_at = state, clock.now()
    change.decided_by, change.decided_by_key = actor.name, queries.actor_key(actor)
    change.save(update_fields=["state", "decided_at", "decided_by", "decided_by_key", "note"])
    audit.record(
        "points.approve" if state == Change.State.DONE else "points.refuse", actor=actor, object_type="customer",
        object_id=change.customer_id, detail={"points": change.points, "change": change.pk},
    )  # fmt: skip
