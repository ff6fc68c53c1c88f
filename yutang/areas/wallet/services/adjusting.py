"""Balances are corrected by entries with a reason; nothing is ever changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.customers import queries as customers
from yutang.areas.merchants import queries as merchants
from yutang.areas.wallet import accounts, queries
from yutang.areas.wallet.services.recharging import refuse_too_much
from yutang.core import audit
from yutang.core.errors import Invalid
from yutang.core.ledger import services as ledger
from yutang.lake import writer

if TYPE_CHECKING:
    from yutang.core.access import Actor
    from yutang.core.ledger.models import Entry

ADJUST = "ledger.adjust"


@transaction.atomic
def adjust(
    *, customer_id: int, kind: str, amount: int, node_id: int, reason: str, key: str, actor: Actor
) -> Entry:  # fmt: skip
    """`amount` > 0 adds to a person's principal or gift, < 0 takes away, against the store's money or the gift given.
    The same key again: nothing. Insufficient below zero, BalanceTooHigh."""
    actor.require(ADJUST)
    person = customers.customer(actor, customer_id, ADJUST)
    store = merchants.node(node_id, actor=actor, permission=ADJUST)
    if kind not in (accounts.PRINCIPAL, accounts.GIFT) or amount == 0:
        raise Invalid(field="amount", field_label=gettext("Amount"), reason=gettext("This is not an amount."))
    if not reason.strip():
        raise Invalid(field="reason", field_label=gettext("Reason"), reason=gettext("Say why."))
    currency = merchants.current_merchant(actor.merchant_id).currency
    accounts.lock(person.pk)
    is_new = not queries.is_booked([f"wallet.adjust:{key}"])
    if amount > 0 and is_new:
        refuse_too_much(person.pk, amount, currency)
    make = accounts.given if amount > 0 else accounts.taken
    lines = make(
        kind, accounts.customer(person.pk), abs(amount), currency, node_id=store.pk, is_paid=kind == accounts.PRINCIPAL
    )
    entry = ledger.post(
        key=f"wallet.adjust:{key}", kind="wallet.adjust", lines=lines, source=("customer", person.pk),
        reason=reason.strip()[:500], actor=actor,
    )  # fmt: skip
    if is_new:
        audit.record(
            "wallet.adjust", actor=actor, object_type="customer", object_id=person.pk,
            detail={"kind": kind, "amount": amount, "store": store.pk, "reason": reason.strip()[:200]},
        )  # fmt: skip
    writer.mark_people_changed(actor.merchant_id)
    return entry
