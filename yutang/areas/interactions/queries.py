"""Reads of interactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.areas.interactions import kinds as known
from yutang.areas.interactions.models import Claim, Interaction, Visitor
from yutang.core import tenancy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet


def of_customer(customer_id: int, *, kind: str = "") -> QuerySet[Interaction]:
    """What a person of today did in the hot days, the time before we knew them included. The caller has fetched the
    person through the checked door."""
    numbers = list(Visitor.objects.filter(customer_id=customer_id).order_by("-id").values_list("pk", flat=True)[:1000])
    found = Interaction.objects.filter(visitor_id__in=numbers)
    return found.filter(kind=kind) if kind else found


def kinds() -> list[tuple[str, str]]:
    """The kinds everybody knows, with their labels."""
    return [(kind, known.label(kind)) for kind in known.KINDS]


def label(kind: str) -> str:
    """A kind as screens show it."""
    return known.label(kind)


def merchants_with_claims() -> Iterator[int]:
    for merchant_id in tenancy.each_merchant(reason="interactions.link_waiting"):
        with tenancy.scope(merchant_id):
            waiting = Claim.objects.exists()
        if waiting:
            yield merchant_id
