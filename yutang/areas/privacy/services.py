"""Writes: consent, requests, holds."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.customers import erasing as traces
from yutang.areas.customers import merging
from yutang.areas.customers import queries as customers
from yutang.areas.customers.models import Customer
from yutang.areas.privacy import erasing
from yutang.areas.privacy.errors import ErasureBlocked, ErasureRunning, NotConfirmed, OrdersOpen
from yutang.areas.privacy.models import Hold, Request
from yutang.core import audit, clock, jobs
from yutang.core.access import Actor
from yutang.core.errors import Invalid, NotFound

ERASE, MANAGE, EXPORT = "privacy.erase", "privacy.manage", "privacy.export"


@transaction.atomic
def request_erasure(
    *, customer_id: int, reason: str = "", typed: str | None, despite_orders: bool = False, actor: Actor
) -> Request:
    """Starts erasing a person of today; there is no way back. `typed` must be the customer's number; None from
    machines, which name the customer themselves.

    Refused while a legal hold stands or an import runs (ErasureBlocked), and while orders are open unless
    `despite_orders` (OrdersOpen).
    """
    customer = _today(customer_id, ERASE, actor)
    merging.refuse_erased(customer)
    if typed is not None and typed.strip().lstrip("#") != str(customer.pk):
        raise NotConfirmed(field="typed", word=str(customer.pk))
    _serialise(actor)
    if Request.objects.filter(customer=customer, kind=Request.Kind.ERASURE).exclude(state=Request.State.DONE).exists():
        raise ErasureRunning
    someone = traces.person(customer)
    if reasons := erasing.obstacles(someone):
        raise ErasureBlocked(reasons=" ".join(reasons))
    if not despite_orders and (reasons := erasing.objections(someone)):
        raise OrdersOpen(field="despite_orders", reasons=" ".join(reasons))
    request = Request.objects.create(
        merchant_id=actor.merchant_id, customer=customer, home_customer=customer, kind=Request.Kind.ERASURE,
        reason=_short(reason, "reason", gettext("Reason")), despite_orders=despite_orders, created_by=actor.name,
    )  # fmt: skip
    audit.record(
        "privacy.request_erasure", actor=actor, object_type="customer", object_id=customer.pk,
        detail={"request": request.pk, "despite_orders": despite_orders},
    )  # fmt: skip
    jobs.defer("privacy.erase", merchant_id=actor.merchant_id, request_id=request.pk)
    return request


@transaction.atomic
def retry_erasure(*, request_id: int, actor: Actor) -> Request:
    """Starts an erasure whose proof found something once more."""
    actor.require(ERASE)
    request = Request.objects.select_for_update().filter(pk=request_id, state=Request.State.FAILED).first()
    if request is None:
        raise NotFound
    _today(request.customer_id, ERASE, actor)
    request.state = Request.State.QUEUED
    request.save(update_fields=["state"])
    jobs.defer("privacy.erase", merchant_id=actor.merchant_id, request_id=request.pk)
    return request


@transaction.atomic
def request_copy(*, customer_id: int, actor: Actor) -> Request:
    """Starts putting together everything known of a person."""
    customer = _today(customer_id, EXPORT, actor)
    merging.refuse_erased(customer)
    request = Request.objects.create(
        merchant_id=actor.merchant_id, customer=customer, home_customer=customer, kind=Request.Kind.EXPORT,
        created_by=actor.name,
    )  # fmt: skip
    detail = {"request": request.pk}
    audit.record("privacy.request_copy", actor=actor, object_type="customer", object_id=customer.pk, detail=detail)
    jobs.defer("privacy.copy", merchant_id=actor.merchant_id, request_id=request.pk)
    return request


@transaction.atomic
def place_hold(*, customer_id: int, reason: str, actor: Actor) -> Hold:
    """Forbids erasing a person for now."""
    customer = _today(customer_id, ERASE, actor)
    merging.refuse_erased(customer)
    if not (reason := _short(reason, "reason", gettext("Reason"))):
        raise Invalid(field="reason", field_label=gettext("Reason"), reason=gettext("Say why."))
    hold = Hold.objects.create(
        merchant_id=actor.merchant_id, customer=customer, home_customer=customer, reason=reason, placed_by=actor.name
    )
    detail = {"hold": hold.pk}
    audit.record("privacy.place_hold", actor=actor, object_type="customer", object_id=customer.pk, detail=detail)
    return hold


@transaction.atomic
def release_hold(*, hold_id: int, actor: Actor) -> Hold:
    hold = Hold.objects.select_for_update().filter(pk=hold_id, released_at__isnull=True).first()
    if hold is None:
        raise NotFound
    _today(hold.customer_id, ERASE, actor)
    hold.released_at, hold.released_by = clock.now(), actor.name
    hold.save(update_fields=["released_at", "released_by"])
    detail = {"hold": hold.pk}
    audit.record("privacy.release_hold", actor=actor, object_type="customer", object_id=hold.customer_id, detail=detail)
    return hold


def _today(customer_id: int, permission: str, actor: Actor) -> Customer:
    return customers.customer(actor, customer_id, permission)


def _serialise(actor: Actor) -> None:
    """Merges and erasures of one merchant do not cross."""
    merging.lock_identities(actor.merchant_id)


def _short(text: str, field: str, label: str) -> str:
    text = " ".join(text.split())
    if len(text) > 500:
        raise Invalid(field=field, field_label=label, reason=gettext("Write at most 500 characters."))
    return text
