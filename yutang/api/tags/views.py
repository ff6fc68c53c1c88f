"""Tags, who has them, and life facts."""

# Types are not postponed here: ninja reads them when it registers a view.

from django.http import HttpRequest
from ninja import Path, Query, Router
from ninja.responses import Status

from yutang.api import paging
from yutang.api.door import scoped
from yutang.api.shapes import Id, Paging
from yutang.api.tags.schemas import (
    GroupIn,
    GroupOut,
    GroupsOut,
    LifeIn,
    LifeOut,
    LivesOut,
    TaggingIn,
    TaggingOut,
    TaggingsOut,
    TagIn,
    TagOut,
    TagsOut,
)
from yutang.areas.customers import queries as people
from yutang.areas.tags import queries, services
from yutang.areas.tags.lunar import YearlyDay
from yutang.areas.tags.models import LifeFact, Tag, Tagging

router = Router(tags=["Tags"])


@router.get("/tag-groups", response=GroupsOut)
@scoped("tags.view")
def list_groups(request: HttpRequest, filters: Query[Paging]) -> object:  # noqa: ARG001  the same for everybody
    """Groups of tags, newest first."""
    rows, next_cursor = paging.page(queries.groups(), filters)
    return {"items": rows, "next_cursor": next_cursor}


@router.post("/tag-groups", response={201: GroupOut})
@scoped("tags.edit")
def create_group(request: HttpRequest, group: GroupIn) -> object:
    """Makes a group. The key must reach the whole company: tags belong to it."""
    return Status(201, services.create_group(**group.model_dump(), actor=request.actor))


@router.get("/tags", response=TagsOut)
@scoped("tags.view")
def list_tags(request: HttpRequest, filters: Query[Paging]) -> object:  # noqa: ARG001  as above
    """Tags in use, newest first."""
    rows, next_cursor = paging.page(queries.tags(), filters)
    return {"items": [_tag(row) for row in rows], "next_cursor": next_cursor}


@router.post("/tags", response={201: TagOut})
@scoped("tags.edit")
def create_tag(request: HttpRequest, tag: TagIn) -> object:
    """Makes a tag; with a rule people get it within a minute. A rule needs `segments.view` too."""
    if tag.rule is not None:
        request.actor.require("segments.view")
    made = services.create(
        group_id=tag.group_id, name=tag.name, description=tag.description, keep_days=tag.keep_days, rule=tag.rule,
        actor=request.actor,
    )  # fmt: skip
    return Status(201, _tag(made))


@router.get("/customers/{customer_id}/tags", response=TaggingsOut)
@scoped("customers.view")
def customer_tags(request: HttpRequest, customer_id: Path[Id]) -> object:
    """What the person has, each with its source."""
    found = people.customer(request.actor, customer_id)
    return {"customer_id": found.pk, "items": [_tagging(row) for row in queries.of_person(found)]}


@router.post("/customers/{customer_id}/tags", response={201: TaggingOut})
@scoped("tags.give")
def give(request: HttpRequest, customer_id: Path[Id], tagging: TaggingIn) -> object:
    """Gives a tag; who has it by hand already keeps it as it is."""
    found = people.customer(request.actor, customer_id, "tags.give")
    made = services.give(
        customer=found, tag_id=tagging.tag_id, evidence=tagging.evidence, expires_at=tagging.expires_at,
        source=Tagging.Source.API, actor=request.actor,
    )  # fmt: skip
    return Status(201, _tagging(made))


@router.post("/customers/{customer_id}/tags/{tag_id}/take", response=TaggingsOut)
@scoped("tags.give")
def take(request: HttpRequest, customer_id: Path[Id], tag_id: Path[Id]) -> object:
    """Takes a tag away, wherever it came from; answers what the person still has."""
    found = people.customer(request.actor, customer_id, "tags.give")
    services.take(customer=found, tag_id=tag_id, actor=request.actor)
    return {"customer_id": found.pk, "items": [_tagging(row) for row in queries.of_person(found)]}


@router.get("/customers/{customer_id}/life", response=LivesOut)
@scoped("customers.view")
def life(request: HttpRequest, customer_id: Path[Id]) -> object:
    """Life facts that stand; health notes only with `life.sensitive`, which no key has."""
    found = people.customer(request.actor, customer_id)
    return {"customer_id": found.pk, "items": queries.life_of(found, actor=request.actor)}


@router.post("/customers/{customer_id}/life", response={201: LifeOut})
@scoped("life.edit")
def record_life(request: HttpRequest, customer_id: Path[Id], fact: LifeIn) -> object:
    """Records a life fact."""
    found = people.customer(request.actor, customer_id, "life.edit")
    on = None
    if fact.month is not None and fact.day is not None:
        on = YearlyDay(fact.calendar, fact.year, fact.month, fact.day, fact.is_leap)
    values = services.LifeValues(
        name=fact.name, detail=fact.detail, on=on, has_consent=fact.has_consent, valid_until=fact.valid_until
    )
    made = services.record_life(
        customer=found, kind=fact.kind, values=values, source=LifeFact.Source.API, evidence=fact.evidence,
        actor=request.actor,
    )  # fmt: skip
    return Status(201, made)


@router.post("/customers/{customer_id}/life/{fact_id}/retire", response=LivesOut)
@scoped("life.edit")
def retire_life(request: HttpRequest, customer_id: Path[Id], fact_id: Path[Id]) -> object:
    """Takes a life fact back; it stays in the history. Answers what still stands."""
    found = people.customer(request.actor, customer_id, "life.edit")
    services.retire_life(fact_id=fact_id, customer=found, actor=request.actor)
    return {"customer_id": found.pk, "items": queries.life_of(found, actor=request.actor)}


def _tag(row: Tag) -> dict[str, object]:
    return {name: getattr(row, name) for name in TagOut.model_fields}


def _tagging(row: Tagging) -> dict[str, object]:
    return {
        "tag_id": row.tag_id, "name": row.tag.name, "group": row.tag.group.name, "source": row.source,
        "evidence": row.evidence, "given_at": row.given_at, "given_by": row.given_by, "expires_at": row.expires_at,
    }  # fmt: skip
