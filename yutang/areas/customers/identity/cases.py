"""Questions for people: contradicting keys, phones that many buyers share, likely pairs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db.models import Exists, OuterRef

from yutang.areas.customers import merging, rules
from yutang.areas.customers.models import Identity, Merge, ReviewCase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yutang.areas.customers.identity import bulk
    from yutang.areas.customers.identity.resolve import Keys, Resolution
    from yutang.core.access import Actor


def contradictions(
    found: Keys,
    cut: rules.Edges,
    identity_ids: rules.Ints,
    owners: rules.Ints,
    resolution: Resolution,
    source: str,
    actor: Actor,
) -> int:
    """A case for every two people whom a cut sighting would have united; returns how many are new."""
    evidence: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for record, key in zip(cut.record.tolist(), cut.key.tolist(), strict=True):
        one, other = int(resolution.customer[record]), int(owners[key])
        if one == other or one < 0:
            continue
        shown = evidence.setdefault((min(one, other), max(one, other)), [])
        item = {"kind": found.kind[key], "identity": int(identity_ids[key]), "source": source}
        if item not in shown and len(shown) < 10:
            shown.append(item)
    return ask(
        ReviewCase.Kind.CONTRADICTION, [Question(list(people), shown) for people, shown in evidence.items()], actor
    )


def share_phone(identity_id: int, actor: Actor) -> None:
    """Marks a phone as a household's and takes apart whom it alone held together.

    Merges that were made because of it are undone first; whoever is really one person can be merged again by hand.
    """
    evidence = [{"identity": identity_id}]
    for merge_id in Merge.objects.filter(unmerged_at__isnull=True, evidence__contains=evidence).values_list("pk"):
        merging.undo(merge_id=merge_id[0], actor=actor)
    phone = Identity.objects.get(pk=identity_id)
    tree = dict(Identity.objects.filter(home_customer=phone.home_customer_id).values_list("id", "via_id"))
    groups = rules.subtrees(tree, removed=identity_id)
    Identity.objects.filter(pk=identity_id).update(is_shared=True)
    # The oldest account keeps the person.
    reason = f"shared phone {identity_id}"
    made = [merging.take_off(identity_ids=group, reason=reason, actor=actor).pk for group in groups[1:]]
    if merging.has_rows(identity_id, phone.customer_id) and groups:
        # What happened under the phone alone is nobody's but the household's.
        made.append(merging.take_off(identity_ids=[identity_id], reason=reason, actor=actor).pk)
    question = Question([phone.customer_id, *made][:20], [{"kind": "phone", "identity": identity_id}])
    ask(ReviewCase.Kind.SHARED_PHONE, [question], actor)


def households(known: bulk.Known, identity_ids: rules.Ints, filed: rules.Ints, actor: Actor) -> list[int]:
    """Shared phones under which a record of this batch is filed become people of their own; returns these.

    Until such a record comes, a shared phone stays with the first who showed it: nobody is made up without need.
    """
    filed = np.unique(filed)
    shared = identity_ids[filed[known.shared[filed]]]
    if not len(shared):
        return []
    crowded = Identity.objects.filter(
        Exists(Identity.objects.filter(customer=OuterRef("customer")).exclude(pk=OuterRef("pk"))),
        pk__in=shared.tolist(),
    )
    ids = list(crowded.order_by("pk").values_list("pk", flat=True))
    return [
        merging.take_off(identity_ids=[identity_id], reason=f"shared phone {identity_id}", actor=actor).pk
        for identity_id in ids
    ]


@dataclass(frozen=True)
class Question:
    """The people it is about, the oldest first, and why they come into question."""

    customers: list[int]
    evidence: list[dict[str, Any]]
    score: float = 0.0

    def fingerprint(self, kind: str) -> str:
        return hashlib.sha256(f"{kind}:{self.customers}".encode()).hexdigest()


def ask(kind: str, questions: Sequence[Question], actor: Actor) -> int:
    """Asks what was not asked before; returns how many cases that makes. Two statements for any number."""
    asked = {question.fingerprint(kind): question for question in questions}
    if not asked:
        return 0
    before = set(
        ReviewCase.objects.filter(merchant_id=actor.merchant_id, fingerprint__in=list(asked)).values_list(
            "fingerprint", flat=True
        )
    )
    cases = [
        ReviewCase(
            merchant_id=actor.merchant_id, kind=kind, fingerprint=fingerprint, customers=question.customers,
            evidence=question.evidence, score=question.score,
        )
        for fingerprint, question in asked.items()
        if fingerprint not in before
    ]  # fmt: skip
    return len(ReviewCase.objects.bulk_create(cases))
