"""Reads about requests, holds and proofs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from yutang.areas.customers import erasing as people
from yutang.areas.customers import queries as customers
from yutang.areas.customers.erasing import Trace
from yutang.areas.customers.models import Customer
from yutang.areas.privacy import erasing, proving
from yutang.areas.privacy.errors import CopyExpired
from yutang.areas.privacy.models import Hold, Request
from yutang.core import audit, clock, tenancy
from yutang.core.access import Actor
from yutang.core.errors import NotFound

VIEW, EXPORT = "privacy.view", "privacy.export"


def requests(actor: Actor) -> QuerySet[Request]:
    """Requests about people whom the actor may see."""
    nodes = actor.nodes(VIEW)
    found = Request.objects.select_related("customer")
    return found if nodes is None else found.filter(customer__home_node__in=nodes)


def request(actor: Actor, request_id: int) -> Request:
    found = requests(actor).filter(pk=request_id).first()
    if found is None:
        raise NotFound
    return found


def requests_of(customer: Customer) -> list[Request]:
    return list(Request.objects.filter(customer=customer).order_by("-id")[:20])


def holds_of(customer: Customer) -> list[Hold]:
    """Those that stand."""
    return list(Hold.objects.filter(customer=customer, released_at__isnull=True).order_by("-id"))


def reasons_to_wait(customer: Customer) -> tuple[list[str], list[str]]:
    """Why the person cannot be erased, and why one might better wait."""
    someone = people.person(customer)
    return erasing.obstacles(someone), erasing.objections(someone)


def copy_of(actor: Actor, request_id: int) -> Path:
    """The file of a finished copy; every download is audited."""
    found = request(actor, request_id)
    customers.customer(actor, found.customer_id, EXPORT)
    path = Path(settings.FILES) / found.file
    if not found.file or not path.exists() or found.expires_at is None or found.expires_at <= clock.now():
        raise CopyExpired
    audit.record(
        "privacy.download_copy", actor=actor, object_type="customer", object_id=found.customer_id,
        detail={"request": found.pk},
    )  # fmt: skip
    return path


def proof(*, request_id: int, actor: Actor) -> dict[str, Any]:
    """What the search found when the erasure ended."""
    with tenancy.scope(actor.merchant_id):
        found = requests(actor).filter(pk=request_id, proof__isnull=False).first()
    if found is None or found.proof is None:
        raise NotFound
    shown: dict[str, Any] = found.proof
    return shown


def prove_again(*, request_id: int, traces: Sequence[Trace], actor: Actor) -> dict[str, Any]:
    """Searches everything anew for values that whoever asks brings along. Call outside any transaction."""
    with tenancy.scope(actor.merchant_id):
        found = requests(actor).filter(pk=request_id, kind=Request.Kind.ERASURE).first()
        if found is None:
            raise NotFound
        someone = people.person(found.customer)
    return proving.prove(person=someone, traces=traces).as_dict()
