"""The cash of a cashier: a float, what sales and refunds move, what is put in or taken out, a count at the end.

Cash tenders and refunds find the open shift of whoever takes or gives the money; who has none (headquarters, a job)
moves no drawer. Locks: the payable, the tender, then the shift."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext

from yutang.areas.payments.errors import DrawerTooEmpty, NoShift, ShiftClosed, ShiftOpen
from yutang.areas.payments.models import CashMove, Refund, Shift, Tender
from yutang.core import audit, clock
from yutang.core.errors import Invalid

if TYPE_CHECKING:
    from yutang.core.access import Actor

CASH = "cash"
Kind = CashMove.Kind


@transaction.atomic
def open_shift(*, node_id: int, opening: int, currency: str, actor: Actor) -> Shift:
    """The same person at the same store again: the shift that is open. ShiftOpen at another store."""
    if actor.id is None:
        raise RuntimeError("a drawer belongs to a person")
    if opening < 0:
        raise Invalid(field="opening", field_label=gettext("Float"), reason=gettext("This is not an amount."))
    try:
        with transaction.atomic():
            shift = Shift.objects.create(
                merchant_id=actor.merchant_id, node_id=node_id, user_id=actor.id, by=actor.name[:120],
                currency=currency, opening=opening,
            )  # fmt: skip
    except IntegrityError:
        shift = Shift.objects.select_related("node").get(user_id=actor.id, closed_at=None)
        if shift.node_id != node_id:
            raise ShiftOpen(store=str(shift.node)) from None
        return shift
    audit.record(
        "payments.open_shift", actor=actor, object_type="shift", object_id=shift.pk, detail={"opening": opening}
    )
    return shift


@transaction.atomic
def move_cash(*, kind: str, amount: int, reason: str, key: str, actor: Actor) -> CashMove:
    """Puts `amount` in or takes it out. The same key again: nothing. NoShift, DrawerTooEmpty."""
    shift = _locked(actor)
    if shift is None:
        raise NoShift
    if earlier := CashMove.objects.filter(key=f"own:{key}").first():
        return earlier
    if amount <= 0 or kind not in (Kind.IN, Kind.OUT):
        raise Invalid(field="amount", field_label=gettext("Amount"), reason=gettext("This is not an amount."))
    if kind == Kind.OUT and amount > inside(shift):
        raise DrawerTooEmpty(field="amount")
    signed = amount if kind == Kind.IN else -amount
    move = _write(shift, Kind(kind), signed, f"own:{key}", actor, reason=reason[:80])
    audit.record(
        "payments.move_cash", actor=actor, object_type="shift", object_id=shift.pk,
        detail={"amount": signed, "reason": move.reason},
    )  # fmt: skip
    return move


@transaction.atomic
def close_shift(*, shift_id: int, counted: int, note: str = "", actor: Actor) -> Shift:
    """What lies in the drawer was counted. By its own cashier; ShiftClosed when it is closed already."""
    shift = Shift.objects.select_for_update(no_key=True).filter(pk=shift_id, user_id=actor.id or 0).first()
    if shift is None:
        raise NoShift
    if shift.closed_at is not None:
        raise ShiftClosed
    if counted < 0:
        raise Invalid(field="counted", field_label=gettext("Counted"), reason=gettext("This is not an amount."))
    shift.expected, shift.counted, shift.closed_at, shift.note = inside(shift), counted, clock.now(), note[:200]
    shift.save(update_fields=["expected", "counted", "closed_at", "note"])
    audit.record(
        "payments.close_shift", actor=actor, object_type="shift", object_id=shift.pk,
        detail={"expected": shift.expected, "counted": counted},
    )  # fmt: skip
    return shift


def require_shift(*, node_id: int, actor: Actor) -> None:
    """NoShift unless this person has a drawer at this store; it stays open until the transaction ends."""
    shift = _locked(actor)
    if shift is None or shift.node_id != node_id:
        raise NoShift


def note_given(*, tender_id: int, given: int) -> None:
    """What the buyer put on the counter for a cash tender: the receipt says it, with the change."""
    CashMove.objects.filter(tender=tender_id, kind=Kind.SALE).update(given=given)


def note_sale(tender: Tender, actor: Actor) -> None:
    """A tender was paid in cash to this person."""
    if tender.provider == CASH and (shift := _locked(actor)) is not None:
        _write(shift, Kind.SALE, tender.amount, f"tender:{tender.no}", actor, tender=tender)


def note_refund(refund: Refund, actor: Actor) -> None:
    """Cash went back out of this person's drawer."""
    if refund.tender.provider == CASH and (shift := _locked(actor)) is not None:
        _write(shift, Kind.REFUND, -refund.amount, f"refund:{refund.no}", actor, tender=refund.tender)


def inside(shift: Shift) -> int:
    """What must lie in the drawer."""
    moved: int = CashMove.objects.filter(shift=shift).aggregate(sum=Sum("amount"))["sum"] or 0
    return shift.opening + moved


def _locked(actor: Actor) -> Shift | None:
    if actor.kind != "user" or actor.id is None:
        return None
    return Shift.objects.select_for_update(no_key=True).filter(user_id=actor.id, closed_at=None).first()


def _write(
    shift: Shift, kind: CashMove.Kind, amount: int, key: str, actor: Actor, *, tender: Tender | None = None,
    reason: str = "",
) -> CashMove:  # fmt: skip
    return CashMove.objects.create(
        merchant_id=actor.merchant_id, shift=shift, kind=kind, amount=amount, key=key, tender=tender, reason=reason,
        by=actor.name[:120],
    )  # fmt: skip
