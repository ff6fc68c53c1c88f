"""Roles of people, who brought them, and who looks after them."""

# Types are not postponed here: ninja reads them when it registers a view.

from typing import Any

from django.http import HttpRequest
from ninja import Path, Router
from ninja.responses import Status

from yutang.api.customers.schemas import (
    BringerIn,
    BringerOut,
    GuideIn,
    GuideOut,
    ReasonIn,
    RelationsOut,
    RoleIn,
    RoleOut,
    StatementOut,
)
from yutang.api.door import scoped
from yutang.api.shapes import Id
from yutang.areas.customers import queries as people
from yutang.areas.customers.models import Customer
from yutang.areas.relations import queries, services
from yutang.areas.relations.models import PersonRole, Source
from yutang.areas.relations.queries import Said

router = Router(tags=["Relations"])
VIEW, EDIT = "customers.view", "relations.edit"


@router.get("/customers/{customer_id}/relations", response=RelationsOut)
@scoped(VIEW)
def relations(request: HttpRequest, customer_id: Path[Id]) -> object:
    """What the person is, who brought them, who looks after them, and what was before."""
    return _shown(people.customer(request.actor, customer_id), request)


@router.post("/customers/{customer_id}/roles", response={201: RelationsOut})
@scoped(EDIT)
def give_role(request: HttpRequest, customer_id: Path[Id], given: RoleIn) -> object:
    """Gives a role; who has it keeps it as it is."""
    person, role = _person(request, customer_id), PersonRole.Role[given.role.upper()]
    services.give_role(customer=person, role=role, reason=given.reason, source=Source.API, actor=request.actor)
    return Status(201, _shown(person, request))


@router.post("/customers/{customer_id}/roles/take", response=RelationsOut)
@scoped(EDIT)
def take_role(request: HttpRequest, customer_id: Path[Id], taken: RoleIn) -> object:
    """Ends a role; it stays in the history."""
    person, role = _person(request, customer_id), PersonRole.Role[taken.role.upper()]
    services.take_role(customer=person, role=role, reason=taken.reason, actor=request.actor)
    return _shown(person, request)


@router.post("/customers/{customer_id}/bringer", response={201: RelationsOut})
@scoped(EDIT)
def bring(request: HttpRequest, customer_id: Path[Id], said: BringerIn) -> object:
    """Says who brought the person. Nobody is brought by those they brought themselves, directly or by others."""
    person = _person(request, customer_id)
    bringer = people.customer(request.actor, said.customer_id)
    services.bring(customer=person, bringer=bringer, reason=said.reason, source=Source.API, actor=request.actor)
    return Status(201, _shown(person, request))


@router.post("/customers/{customer_id}/bringer/forget", response=RelationsOut)
@scoped(EDIT)
def forget_bringer(request: HttpRequest, customer_id: Path[Id], said: ReasonIn) -> object:
    """Nobody brought the person after all."""
    person = _person(request, customer_id)
    services.forget_bringer(customer=person, reason=said.reason, actor=request.actor)
    return _shown(person, request)


@router.post("/customers/{customer_id}/guide", response={201: RelationsOut})
@scoped(EDIT)
def assign(request: HttpRequest, customer_id: Path[Id], said: GuideIn) -> object:
    """Sets the colleague who looks after the person."""
    person = _person(request, customer_id)
    services.assign(
        customer=person, guide_id=said.member_id, reason=said.reason, source=Source.API, actor=request.actor
    )
    return Status(201, _shown(person, request))


@router.post("/customers/{customer_id}/guide/release", response=RelationsOut)
@scoped(EDIT)
def release(request: HttpRequest, customer_id: Path[Id], said: ReasonIn) -> object:
    """Nobody looks after the person any more."""
    person = _person(request, customer_id)
    services.release(customer=person, reason=said.reason, actor=request.actor)
    return _shown(person, request)


def _person(request: HttpRequest, customer_id: int) -> Customer:
    return people.customer(request.actor, customer_id, EDIT)


def _shown(person: Customer, request: HttpRequest) -> dict[str, Any]:
    found = queries.of_person(person, actor=request.actor)
    return {
        "customer_id": person.pk, "roles": [_said(one) for one in found.roles],
        "brought_by": found.bringer and _said(found.bringer), "guide": found.guide and _said(found.guide),
        "brought": found.brought, "history": [_said(one) for one in found.said if not one.is_open],
    }  # fmt: skip


def _said(one: Said) -> StatementOut:
    told = {name: getattr(one, name) for name in StatementOut.model_fields}
    if one.kind == "role":
        return RoleOut(role=PersonRole.Role(one.value).name.lower(), **told)
    if one.kind == "referral":
        return BringerOut(customer_id=one.value, **told)
    return GuideOut(member_id=one.value, name=one.name, **told)
