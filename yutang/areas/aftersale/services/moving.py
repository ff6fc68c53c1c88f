"""How a case moves: locked, by a row of the table, with its deadline and a line of its log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yutang.areas.aftersale import queries, rules
from yutang.areas.aftersale.errors import NotNow, TextTooLong
from yutang.areas.aftersale.events import CaseMoved
from yutang.areas.aftersale.models import Case, CaseStep, Dispute
from yutang.areas.aftersale.rules import Side
from yutang.areas.orders import services as orders
from yutang.core import audit, clock, events
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from yutang.core.access import Actor

LONGEST = 500
WITH_ORDERS = ("order__shop__replaces", "replacement")


def lock(case_id: int) -> Case:
    """The case, its orders locked first: everything that changes an order or one of its cases begins there. Orders by
    number, the one that was paid before those sent for it."""
    found = Case.objects.select_related(*WITH_ORDERS).filter(pk=case_id).first()
    if found is None:
        raise NotFound
    paid_for = found.order.shop.replaces
    for order_id in sorted({found.order_id, paid_for.order_id if paid_for else found.order_id}):
        orders.lock(order_id)
    locked = Case.objects.select_for_update(of=("self",), no_key=True)
    return locked.select_related(*WITH_ORDERS).get(pk=case_id)


def allowed(case: Case, action: str, side: Side) -> rules.Step:
    """The row of the table by which this may be done now, or NotNow."""
    step = rules.step(case.state, action, side, kind=case.kind, is_sent=case.is_sent)
    # After a ruling the goods are taken as they come.
    if step is None or (case.is_ruled and action in ("reject", "refuse")):
        raise NotNow(number=case.number, state=case.get_state_display())
    return step


def move(case: Case, step: rules.Step, side: Side, actor: Actor, *, because: str = "", **detail: Any) -> None:
    """Puts the case into the state of the row and saves all of it. `because`: why it ends, where it does."""
    now = clock.now()
    case.state = step.to
    case.deadline_at = now + queries.terms().span(step.term, is_unshipped=case.is_unshipped) if step.term else None
    if not case.is_open:
        case.ended_at, case.closed_because = now, because
        release(case, actor)
        if step.state == "disputed" and step.action == "withdraw":
            Dispute.objects.filter(case=case).update(state=Dispute.State.DROPPED)
    if because:
        detail["because"] = because
    log(case, step.action, side, actor, **detail)


def log(case: Case, what: str, side: Side, actor: Actor, **detail: Any) -> None:
    """Writes the log, and that the case has changed."""
    case.version += 1
    case.save()
    CaseStep.objects.create(
        merchant_id=case.merchant_id, case=case, what=what, side=side, state=case.state, by=actor.name,
        by_id=actor.id if actor.kind == "user" else None,
        detail={name: value for name, value in detail.items() if value not in ("", None)},
    )  # fmt: skip
    if actor.kind == "user":  # what buyers and time do stands in the log of the case
        audit.record(f"aftersale.{what}", actor=actor, object_type="aftersale_case", object_id=case.pk)
    events.publish(
        CaseMoved(
            merchant_id=case.merchant_id, case_id=case.pk, order_id=case.order_id, customer_id=case.order.customer_id,
            action=what, state=case.state,
        )
    )  # fmt: skip


def answered(case: Case) -> None:
    """The shop has said something for the first time, or let the time pass."""
    case.answered_at = case.answered_at or clock.now()


def release(case: Case, actor: Actor) -> None:
    """What an exchange holds is for others again."""
    if case.hold_key:
        orders.release_replacement(key=case.hold_key, actor=actor)
        case.hold_key, case.hold_node_id = "", None


def checked(text: str, field: str = "text") -> str:
    """What somebody wrote; TextTooLong."""
    text = text.strip()
    if len(text) > LONGEST:
        raise TextTooLong(field=field, most=LONGEST)
    return text
