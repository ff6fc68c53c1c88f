"""Questions for people: contradicting keys and phones that many buyers share."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from yutang.areas.customers import merging, rules
from yutang.areas.customers.models import Identity, ReviewCase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from yutang.areas.customers.identity.resolve import Resolution
    from yutang.core.access import Actor


def contradicting_pairs(pairs: Sequence[merging.Pair]) -> list[merging.Pair]:
    """Those whose two people have different keys of a kind that a person has once."""
    people = {person for pair in pairs for person in (pair.survivor_id, pair.absorbed_id)}
    held: dict[int, set[bytes]] = {}
    for owner, key in Identity.objects.filter(customer_id__in=people, kind__in=Identity.EXCLUSIVE).values_list(
        "customer_id", "key"
    ):
        held.setdefault(owner, set()).add(bytes(key))
    return [
        pair
        for pair in pairs
        if pair.survivor_id in held and pair.absorbed_id in held and held[pair.survivor_id] != held[pair.absorbed_id]
    ]


def open_contradiction(pair: merging.Pair, actor: Actor) -> bool:
    return _open(ReviewCase.Kind.CONTRADICTION, sorted([pair.survivor_id, pair.absorbed_id]), pair.evidence, actor)


def contradictions(doubtful: NDArray[np.bool_], resolution: Resolution, source: str, actor: Actor) -> int:
    """A case for the people that contradictory clusters of the batch were taken apart into."""
    people = np.unique(resolution.customer[doubtful & (resolution.customer >= 0)])
    if len(people) < 2:
        return 0
    return int(
        _open(ReviewCase.Kind.CONTRADICTION, people.tolist()[:20], [{"kind": "unionid", "source": source}], actor)
    )


def share_phone(identity_id: int, actor: Actor) -> None:
    """Marks a phone as a household's and takes apart whom it alone held together."""
    phone = Identity.objects.get(pk=identity_id)
    person = phone.customer_id
    tree = dict(Identity.objects.filter(customer_id=person).values_list("id", "via_id"))
    groups = rules.subtrees(tree, removed=identity_id)
    Identity.objects.filter(pk=identity_id).update(is_shared=True)
    # The oldest account keeps the person; the household itself keeps the phone.
    apart = [*groups[1:], {identity_id}] if groups else []
    reason = f"shared phone {identity_id}"
    made = [merging.split(identity_ids=group, reason=reason, actor=actor).pk for group in apart]
    _open(ReviewCase.Kind.SHARED_PHONE, [person, *made][:20], [{"kind": "phone", "identity": identity_id}], actor)


def _open(kind: str, customers: list[int], evidence: list[dict[str, Any]], actor: Actor) -> bool:
    fingerprint = hashlib.sha256(f"{kind}:{customers}".encode()).hexdigest()
    _, made = ReviewCase.objects.get_or_create(
        merchant_id=actor.merchant_id,
        fingerprint=fingerprint,
        defaults={"kind": kind, "customers": customers, "evidence": evidence},
    )
    return made
