"""Principal goes back by law: a calculation first, that shows every figure; then exactly that."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_noop

from yutang.areas.merchants import queries as merchants
from yutang.areas.payments import queries as payments_of
from yutang.areas.payments import services as payments
from yutang.areas.payments.errors import RefundTooLarge
from yutang.areas.wallet import accounts, queries, rules
from yutang.areas.wallet.errors import FiguresChanged, NothingToRefund
from yutang.areas.wallet.models import PrincipalRefund, Recharge
from yutang.areas.wallet.rules import Trial
from yutang.areas.wallet.services.recharging import PAYABLE
from yutang.core import audit, clock
from yutang.core.ledger import services as ledger
from yutang.core.ledger.lines import Line
from yutang.lake import writer

if TYPE_CHECKING:
    from yutang.core.access import Actor

HANDLE = "wallet.handle"
REASON = gettext_noop("Refund of principal")


@transaction.atomic
def refund(
    *, recharge_id: int, key: str, confirmed: Trial, is_cash: bool = False, reason: str = "", actor: Actor
) -> PrincipalRefund:  # fmt: skip
    """All that is left of a recharge goes back, as `confirmed` says; the same key again is the same refund.

    The money goes the way it came, the last tender first; `is_cash`: out of the actor's drawer instead.
    NothingToRefund, FiguresChanged, RefundTooLarge (then only cash is left), NoShift, DrawerTooEmpty."""
    actor.require(HANDLE)
    recharge = queries.recharge(actor, recharge_id, HANDLE, is_for_update=True)
    if earlier := PrincipalRefund.objects.filter(key=key).first():
        return earlier
    accounts.lock(recharge.customer_id)
    now_due = queries.trial(recharge)
    if not now_due.principal_left:
        raise NothingToRefund
    if now_due != confirmed:
        raise FiguresChanged
    made = PrincipalRefund.objects.create(
        merchant_id=actor.merchant_id, recharge=recharge, key=key, amount=now_due.refund, deducted=now_due.deducted,
        withdrawn=now_due.withdrawn, figures=now_due.as_json, is_cash=is_cash, reason=reason[:80],
        by=actor.name[:120], at=clock.now(),
    )  # fmt: skip
    _book(recharge, made, now_due, actor)
    recharge.refunded += now_due.refund
    recharge.deducted += now_due.deducted
    recharge.withdrawn += now_due.withdrawn
    recharge.save(update_fields=["refunded", "deducted", "withdrawn"])
    if now_due.refund:
        _pay_out(recharge, made, actor)
    audit.record(
        "wallet.refund", actor=actor, object_type="wallet_recharge", object_id=recharge.pk,
        detail={**now_due.as_json, "is_cash": is_cash, "reason": made.reason},
    )  # fmt: skip
    writer.mark_people_changed(actor.merchant_id)
    return made


def _book(recharge: Recharge, made: PrincipalRefund, due: Trial, actor: Actor) -> None:
    """The lots of this recharge are emptied; what is kept for gift counts as spent where the money came in."""
    prefix = f"recharge:{recharge.pk}:refund:{made.pk}"
    assert recharge.principal_entry is not None  # it was paid
    ledger.reverse(
        entry_id=recharge.principal_entry, key=f"{prefix}:principal", amount=due.principal_left, reason=REASON,
        actor=actor,
    )  # fmt: skip
    if due.withdrawn and recharge.gift_entry is not None:
        ledger.reverse(
            entry_id=recharge.gift_entry, key=f"{prefix}:gift", amount=due.withdrawn, reason=REASON, actor=actor
        )
    if due.deducted:
        store = accounts.node(recharge.node_id)
        lines = (
            Line(accounts.HELD, store, -due.deducted, recharge.currency),
            Line(accounts.SERVED, store, due.deducted, recharge.currency),
        )  # fmt: skip
        ledger.post(
            key=f"{prefix}:kept", kind="wallet.gift_price", lines=lines, source=(PAYABLE, recharge.pk),
            reason=REASON, actor=actor,
        )  # fmt: skip


def _pay_out(recharge: Recharge, made: PrincipalRefund, actor: Actor) -> None:
    if made.is_cash:
        node = merchants.node(recharge.node_id, actor=actor, permission=HANDLE)
        payments.drawer.require_shift(node_id=node.pk, actor=actor)
        payments.drawer.move_cash(
            kind="out", amount=made.amount, reason=recharge.no, key=f"recharge:{made.pk}", actor=actor
        )  # fmt: skip
        return
    paid = payments_of.paid_amount((PAYABLE, recharge.pk))
    if paid < made.amount:
        raise RefundTooLarge(field="amount", paid=paid, wanted=made.amount)
    payments.refund_payable(
        payable=(PAYABLE, recharge.pk), amount=made.amount, key=f"principal:{made.pk}", reason=made.reason or REASON,
        actor=actor,
    )  # fmt: skip


def read(figures: str) -> Trial:
    """What a page carried along (`Trial.as_json`); FiguresChanged for anything else."""
    try:
        told = json.loads(figures)
        return rules.Trial(**{name: int(told[name]) for name in rules.Trial.__dataclass_fields__})
    except (ValueError, TypeError, KeyError):
        raise FiguresChanged from None
