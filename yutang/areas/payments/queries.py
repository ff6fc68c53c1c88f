"""Reads of tenders, refunds and notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Sum

from yutang.areas.payments.models import Refund, Tender

if TYPE_CHECKING:
    from collections.abc import Iterable


def paid_amount(payable: tuple[str, int]) -> int:
    """What came for it, less what was sent back."""
    paid = Tender.objects.filter(payable_type=payable[0], payable_id=payable[1], state=Tender.State.PAID)
    sums = paid.aggregate(paid=Sum("amount"), back=Sum("refunded_amount"))
    return (sums["paid"] or 0) - (sums["back"] or 0)


def tenders_of(payable: tuple[str, int], *, lock: bool = False) -> list[Tender]:
    """The paid tenders of something, in the order they were paid."""
    rows = Tender.objects.filter(payable_type=payable[0], payable_id=payable[1], state=Tender.State.PAID)
    return list((rows.select_for_update() if lock else rows).order_by("paid_at", "pk"))


def tender_by_no(no: str) -> Tender | None:
    return Tender.objects.filter(no=no[:32]).first()


def refunds_of(tender_ids: Iterable[int]) -> dict[int, list[Refund]]:
    """Tender → its refunds, oldest first."""
    found: dict[int, list[Refund]] = {}
    for row in Refund.objects.filter(tender__in=list(tender_ids)).order_by("pk"):
        found.setdefault(row.tender_id, []).append(row)
    return found
