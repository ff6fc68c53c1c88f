"""Consent, and requests of people about their data."""

# Types are not postponed here: ninja reads them when it registers a view.

from django.http import HttpRequest
from ninja import Path, Query, Router
from ninja.responses import Status

from yutang.api import paging
from yutang.api.door import scoped
from yutang.api.privacy.schemas import (
    ConsentIn,
    ConsentOut,
    ConsentsOut,
    RequestFilters,
    RequestIn,
    RequestOut,
    RequestsOut,
)
from yutang.api.shapes import Id
from yutang.areas.customers import queries as people
from yutang.areas.privacy import consents, queries, services

router = Router(tags=["Personal data"])


@router.get("/customers/{customer_id}/consents", response=ConsentsOut)
@scoped("privacy.view")
def customer_consents(request: HttpRequest, customer_id: Path[Id]) -> object:
    """What holds now for each purpose; of merged people the stricter statement."""
    found = people.customer(request.actor, customer_id, "privacy.view")
    return {"customer_id": found.pk, "states": consents.states(found)}


@router.post("/customers/{customer_id}/consents", response={201: ConsentOut})
@scoped("privacy.manage")
def record_consent(request: HttpRequest, customer_id: Path[Id], said: ConsentIn) -> object:
    """Writes down that a person agreed, refused or withdrew. Nothing is ever overwritten."""
    made = consents.record(
        customer_id=customer_id, purpose=said.purpose, channel=said.channel, is_given=said.given,
        version=said.version, at=said.at, evidence=said.evidence, actor=request.actor,
    )  # fmt: skip
    return Status(201, made)


@router.get("/privacy/requests", response=RequestsOut)
@scoped("privacy.view")
def list_requests(request: HttpRequest, filters: Query[RequestFilters]) -> object:
    """Requests for copies and erasures, newest first."""
    found = queries.requests(request.actor)
    if filters.state is not None:
        found = found.filter(state=filters.state)
    rows, next_cursor = paging.page(found, filters)
    return {"items": rows, "next_cursor": next_cursor}


@router.get("/privacy/requests/{request_id}", response=RequestOut)
@scoped("privacy.view")
def one_request(request: HttpRequest, request_id: Path[Id]) -> object:
    """One request; of a finished erasure its proof."""
    return queries.request(request.actor, request_id)


@router.post("/privacy/requests", response={201: RequestOut})
@scoped("privacy.view")
def make_request(request: HttpRequest, asked: RequestIn) -> object:
    """Starts a copy (needs `privacy.export`) or an erasure (needs `privacy.erase`), which cannot be taken back."""
    if asked.kind == "export":
        return Status(201, services.request_copy(customer_id=asked.customer_id, actor=request.actor))
    made = services.request_erasure(
        customer_id=asked.customer_id, typed=None, reason=asked.reason, despite_orders=asked.despite_orders,
        actor=request.actor,
    )  # fmt: skip
    return Status(201, made)
