"""Reads of interactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.areas.interactions import kinds as known
from yutang.areas.interactions.models import Claim, Interaction, Visitor
from yutang.core import tenancy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import QuerySet

MOST_VISITORS = 1000
MOST_RECENT = 500


def visitors(customer_id: int) -> list[Visitor]:
    """The newest browsers and accounts of a person of today, whom the caller has fetched through the checked door,
    with the codes that brought them."""
    found = Visitor.objects.filter(customer_id=customer_id).select_related("first_code", "latest_code")
    return list(found.order_by("-id")[:MOST_VISITORS])


def of_visitors(numbers: Sequence[int], *, kind: str = "") -> QuerySet[Interaction]:
    """What was done there in the hot days, the time before we knew the person included."""
    found = Interaction.objects.filter(visitor_id__in=numbers)
    return found.filter(kind=kind) if kind else found


def newest(numbers: Sequence[int]) -> list[Interaction]:
    """The last of these, the newest first."""
    return list(of_visitors(numbers).order_by("-occurred_at", "-id")[:MOST_RECENT])


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
