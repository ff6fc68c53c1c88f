"""Somebody wants to pay."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection, transaction

from yutang.areas.payments import payables, providers, rules
from yutang.areas.payments.errors import (
    AlreadyPaid,
    Declined,
    NoLongerPayable,
    TenderTooLarge,
    UnknownProvider,
    Unreachable,
)
from yutang.areas.payments.models import Notice, Tender
from yutang.areas.payments.providers import Payer
from yutang.areas.payments.queries import paid_amount
from yutang.areas.payments.services import drawer
from yutang.areas.payments.services.asking import ask
from yutang.areas.payments.services.taking import apply, take
from yutang.core import clock, jobs, prepared, tenancy

if TYPE_CHECKING:
    from yutang.core.access import Actor

# A tender that is asked for again within this time is the same one: a second tap on "Pay".
_SAME = timedelta(minutes=30)
_STARTED = "UPDATE payments_tender SET client = %s::jsonb WHERE id = %s RETURNING id"
_WAITING = """
payable_type = %s AND payable_id = %s AND provider = %s AND method = %s AND amount = %s AND state = 'started'
AND created_at > %s ORDER BY id DESC LIMIT 1 FOR UPDATE
"""


@transaction.atomic
def open_tender(
    *, payable: tuple[str, int], provider: str, method: str = "", amount: int | None = None,
    expires_at: datetime | None = None, return_url: str = "", actor: Actor,
) -> Tender:  # fmt: skip
    """One way of paying a payable: all that is still due, or `amount` of it.

    With a local provider (the sandbox) it is started at once, and may be paid already; with any other the caller
    commits and calls `launch`. AlreadyPaid, NoLongerPayable, TenderTooLarge, UnknownProvider."""
    if not providers.get(provider).offers(method):
        raise UnknownProvider(field="provider", provider=f"{provider} {method}".strip())
    return _open(payable, provider, method, amount, expires_at, return_url, actor)


@transaction.atomic
def take_cash(*, payable: tuple[str, int], amount: int, actor: Actor) -> Tender:
    """The money is in the hand of whoever says so: for staff at a till only. AlreadyPaid, NoLongerPayable,
    TenderTooLarge."""
    return _open(payable, drawer.CASH, "", amount, None, "", actor)


def _open(
    payable: tuple[str, int], provider: str, method: str, amount: int | None, expires_at: datetime | None,
    return_url: str, actor: Actor,
) -> Tender:  # fmt: skip
    chosen = providers.get(provider)
    due = payables.get(payable[0]).lock(payable[1])
    if due.is_settled:
        raise AlreadyPaid
    if not due.is_open:
        raise NoLongerPayable
    left = due.amount - paid_amount(payable)
    amount = left if amount is None else amount
    if not 0 < amount <= left:
        raise TenderTooLarge(field="amount", due=left, wanted=amount)
    waiting = prepared.instances(
        Tender, _WAITING, [*payable, provider, method, amount, clock.now() - _SAME]
    )  # fmt: skip
    if waiting:
        tender = waiting[0]
    else:
        tender = Tender(
            merchant_id=actor.merchant_id, no=rules.new_no(clock.now()), payable_type=payable[0], payable_id=payable[1],
            provider=provider, method=method, amount=amount, currency=due.currency, expires_at=expires_at,
        )  # fmt: skip
        prepared.insert([tender])
    if chosen.is_local:
        started = chosen.start(tender, due=due, return_url=return_url, payer=Payer())
        _remember(tender, started)
        if started.paid is not None:
            outcome = apply(tender=tender, paid=started.paid, due=due, actor=actor)
            if outcome != Notice.Outcome.APPLIED:
                raise RuntimeError(f"{provider} paid something else than {tender.no} asked for: {outcome}")
            drawer.note_sale(tender, actor)
    return tender


def launch(*, tender_id: int, return_url: str, payer: Payer = Payer(), actor: Actor) -> Tender:  # noqa: B008 – frozen
    """Asks the provider to let the buyer pay. Call outside any transaction: nobody waits for a network with rows
    locked. Unreachable and Declined leave the tender as it was; calling again is harmless. Where it declines because
    the money of an earlier try is there, the tender comes back paid."""
    if connection.in_atomic_block:
        raise RuntimeError("a provider is asked outside any transaction")
    with tenancy.scope(actor.merchant_id):
        tender = Tender.objects.get(pk=tender_id)
        due = payables.get(tender.payable_type).lock(tender.payable_id)
    started = None
    try:
        started = providers.get(tender.provider).start(tender, due=due, return_url=return_url, payer=payer)
    except Declined:
        if not ask(tender, actor=actor):
            raise
    with tenancy.scope(actor.merchant_id):
        if started is not None:
            _remember(tender, started)
            if started.paid is not None:
                take(provider=tender.provider, paid=started.paid, actor=actor)
        tender.refresh_from_db()
    return tender


def launch_soon(*, tender_id: int, actor: Actor) -> None:
    """For faces whose requests are transactions: a job asks the provider after the commit, and the page that waits for
    the money finds in `Tender.client` what to show ("declined" or "unreachable" among its kinds)."""
    jobs.defer("payments.launch", merchant_id=actor.merchant_id, tender_id=tender_id)


def launch_and_say(*, tender_id: int, actor: Actor) -> None:
    """The job. Unreachable is said and raised: the job tries again."""
    try:
        launch(tender_id=tender_id, return_url="", actor=actor)
    except Declined as error:
        _say(tender_id, {"kind": "declined", "reason": str(error.params["reason"])}, actor)
    except Unreachable:
        _say(tender_id, {"kind": "unreachable"}, actor)
        raise


def _say(tender_id: int, client: dict[str, str], actor: Actor) -> None:
    with tenancy.scope(actor.merchant_id):
        Tender.objects.filter(pk=tender_id, state=Tender.State.STARTED).update(client=client)


def _remember(tender: Tender, started: providers.Started) -> None:
    if started.client != tender.client:
        tender.client = started.client
        prepared.rows(_STARTED, [json.dumps(started.client), tender.pk])
