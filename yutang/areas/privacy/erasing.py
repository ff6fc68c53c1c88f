"""Erasing a person: a job of steps, each committed by itself, each harmless when repeated.

people → areas → texts → files → snapshot → lake → proof. What is looked for is kept, encrypted, from the first step to
the last and is then gone itself. Killed at any moment, the job goes on with the step it was in
(docs/algorithms/erasure.md).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from yutang.areas.customers import queries
from yutang.areas.customers import services as customers
from yutang.areas.customers.erasing import Person, Trace, person, traces
from yutang.areas.privacy import journal, proving, registry, search, sweeping
from yutang.areas.privacy.errors import StillErasing
from yutang.areas.privacy.models import Request
from yutang.core import access, audit, clock, crypto, locks, tenancy
from yutang.core.errors import NotFound
from yutang.core.locks import Lock
from yutang.lake import expiry, writer

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class Dossier:
    """Whom to erase, and what to look for."""

    person: Person
    traces: list[Trace]

    @property
    def needles(self) -> list[search.Needle]:
        return search.needles(self.traces, self.person.keys)

    def sealed(self) -> bytes:
        plain = {
            "customer": self.person.customer_id, "homes": self.person.homes, "identities": self.person.identities,
            "traces": [[trace.kind, trace.value] for trace in self.traces],
            "keys": [key.hex() for key in self.person.keys],
        }  # fmt: skip
        return crypto.encrypt(json.dumps(plain), self.person.merchant_id)


def opened(request: Request) -> Dossier:
    assert request.dossier is not None
    plain = json.loads(crypto.decrypt(bytes(request.dossier), request.merchant_id))
    someone = Person(
        request.merchant_id, plain["customer"], tuple(plain["homes"]), tuple(plain["identities"]),
        tuple(bytes.fromhex(key) for key in plain["keys"]),
    )  # fmt: skip
    return Dossier(someone, [Trace(*pair) for pair in plain["traces"]])


def run(*, request_id: int, merchant_id: int, grace: timedelta = expiry.GRACE) -> Request:
    """Does what is left to do; call outside any transaction. `grace`: how long files of the lake's earlier states
    are left to readers. Raises StillErasing while something has to end first: call again later."""
    # One job per request; a second one (its worker was taken for dead) waits and finds nothing left to do.
    with locks.held(Lock.ERASURE, request_id):
        steps: dict[str, Callable[[Request], None]] = {
            "people": _people, "areas": _areas, "texts": _texts, "files": _files,
            "snapshot": _snapshot, "lake": lambda request: _lake(request, grace),
        }  # fmt: skip
        for step, act in steps.items():
            request = _request(request_id, merchant_id)
            if request.state == Request.State.DONE or step in request.steps_done:
                continue
            act(request)
            with tenancy.scope(merchant_id):
                current = Request.objects.select_for_update().get(pk=request_id)
                current.state = Request.State.RUNNING
                current.steps_done = [*current.steps_done, step]
                current.save(update_fields=["state", "steps_done"])
        request = _request(request_id, merchant_id)
        return request if request.state == Request.State.DONE else _prove(request)


def _people(request: Request) -> None:
    """The person's own rows, and in the same transaction what the other steps look for."""
    with tenancy.scope(request.merchant_id):
        current = Request.objects.select_for_update().get(pk=request.pk)
        someone = person(current.customer)
        if reasons := obstacles(someone):
            raise StillErasing(reasons=" ".join(reasons))
        if current.dossier is None:
            dossier = Dossier(someone, traces(someone))
            current.dossier = dossier.sealed()
            current.save(update_fields=["dossier"])
        customers.erase(someone=someone, actor=_actor(current))
    # A crash before this line repeats the step.
    journal.write(opened(current).person, clock.now().isoformat(timespec="seconds"))


def _areas(request: Request) -> None:
    someone = opened(request).person
    for holder in registry.holders():
        with tenancy.scope(request.merchant_id):
            holder.erase(someone, _actor(request))


def _texts(request: Request) -> None:
    with tenancy.scope(request.merchant_id):
        sweeping.sweep(opened(request).traces, request.merchant_id)


def _files(request: Request) -> None:
    dossier = opened(request)
    for holder in registry.holders():
        holder.erase_files(dossier.person, dossier.needles)


def _snapshot(request: Request) -> None:
    """The lake's rows of people are written anew; the time says which of its files may still hold the old ones."""
    with tenancy.scope(request.merchant_id):
        due = writer.mark_people_changed(request.merchant_id)
    writer.run()
    with tenancy.scope(request.merchant_id):
        if expiry.is_due(due):
            raise StillErasing(reasons=gettext("The lake is being written."))
        Request.objects.filter(pk=request.pk).update(snapshot_at=clock.now())


def _lake(request: Request, grace: timedelta) -> None:
    assert request.snapshot_at is not None
    if clock.now() < request.snapshot_at + grace:
        raise StillErasing(reasons=gettext("Questions to the lake that have begun may end first."))
    expiry.expire(request.snapshot_at)
    expiry.forget_index(request.merchant_id)


def _prove(request: Request) -> Request:
    dossier = opened(request)
    proof = proving.prove(person=dossier.person, traces=dossier.traces, keys=dossier.person.keys)
    with tenancy.scope(request.merchant_id):
        current = Request.objects.select_for_update().get(pk=request.pk)
        current.proof = proof.as_dict()
        current.state = Request.State.DONE if proof.is_clean else Request.State.FAILED
        if proof.is_clean:
            current.dossier, current.done_at = None, clock.now()
        else:
            current.steps_done = ["people"]  # somebody mends the cause and starts it again; everything is done anew
        current.save(update_fields=["proof", "state", "dossier", "done_at", "steps_done"])
        audit.record(
            "privacy.erased" if proof.is_clean else "privacy.erasure_failed", actor=_actor(current),
            object_type="customer", object_id=current.customer_id, detail={"request": current.pk},
        )  # fmt: skip
    return current


def obstacles(someone: Person) -> list[str]:
    """Why nobody can erase this person now."""
    return [reason for holder in registry.holders() for reason in holder.obstacles(someone)]


def objections(someone: Person) -> list[str]:
    """Why one might better wait."""
    return [reason for holder in registry.holders() for reason in holder.objections(someone)]


def again(line: journal.Line) -> int:
    """Erases somebody whom a restored backup brought back; returns how many people of the backup that were."""
    actor = access.system(line["merchant"], name="restore")
    with tenancy.scope(line["merchant"]):
        here = queries.by_id(line["homes"])
        # Whoever was tied to others in the backup was not any more when the erasure came.
        for merge_id in queries.merges_leaving(list(here)):
            customers.unmerge(merge_id=merge_id, actor=actor)
        roots = {queries.customer(actor, pk).pk for pk, row in here.items() if row.erased_at is None}
        made = [
            Request.objects.get_or_create(
                merchant_id=line["merchant"], customer_id=root, home_customer_id=root, kind=Request.Kind.ERASURE,
                done_at=None, defaults={"despite_orders": True, "created_by": actor.name},
            )[0].pk
            for root in sorted(roots)
        ]  # fmt: skip
    for request_id in made:
        run(request_id=request_id, merchant_id=line["merchant"], grace=timedelta(0))
    return len(made)


def _request(request_id: int, merchant_id: int) -> Request:
    with tenancy.scope(merchant_id):
        found = Request.objects.filter(pk=request_id, kind=Request.Kind.ERASURE).first()
    if found is None:
        raise NotFound
    return found


def _actor(request: Request) -> access.Actor:
    return access.system(request.merchant_id, name=f"erasure {request.pk}")
