"""Uniting two people, and taking it back."""

# Types are not postponed here: ninja reads them when it registers a view.

from django.http import HttpRequest
from ninja import Path, Router
from ninja.responses import Status

from yutang.api.customers.schemas import MergeIn, MergeOut
from yutang.api.door import scoped
from yutang.api.shapes import Id
from yutang.areas.customers import queries as people
from yutang.areas.customers import services as customers

router = Router(tags=["Merges"])


@router.post("/customers/merge", response={201: MergeOut})
@scoped("customers.merge")
def merge(request: HttpRequest, pair: MergeIn) -> object:
    """Two people become one; the survivor keeps its attributes and takes those it lacks."""
    evidence = [{"kind": "decision", "by": request.actor.name, "reason": pair.reason}]
    return Status(
        201,
        customers.merge(
            survivor_id=pair.survivor_id, absorbed_id=pair.absorbed_id, evidence=evidence, actor=request.actor
        ),
    )


@router.post("/merges/{merge_id}/undo", response=MergeOut)
@scoped("customers.merge")
def undo(request: HttpRequest, merge_id: Path[Id]) -> object:
    """Everything that was the absorbed person's goes back. What came since stays with the account that made it."""
    found = people.merge(request.actor, merge_id)
    return customers.unmerge(merge_id=found.pk, actor=request.actor)
