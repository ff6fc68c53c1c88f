"""Reads of tenders, refunds, notices, accounts and bills."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Sum

from yutang.areas.payments.models import BillDay, Difference, Notice, ProviderAccount, Refund, Tender

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet


def paid_amount(payable: tuple[str, int]) -> int:
    """What came for it, less what was sent back."""
    paid = Tender.objects.filter(payable_type=payable[0], payable_id=payable[1], state=Tender.State.PAID)
    sums = paid.aggregate(paid=Sum("amount"), back=Sum("refunded_amount"))
    return (sums["paid"] or 0) - (sums["back"] or 0)


def tenders_of(payable: tuple[str, int], *, lock: bool = False) -> list[Tender]:
    """The paid tenders of something, in the order they were paid."""
    rows = Tender.objects.filter(payable_type=payable[0], payable_id=payable[1], state=Tender.State.PAID)
    return list((rows.select_for_update() if lock else rows).order_by("paid_at", "pk"))


def last_tender(payable: tuple[str, int]) -> int | None:
    """The newest of its tenders, whatever became of it. Who has the payable locked knows that no other comes."""
    rows = Tender.objects.filter(payable_type=payable[0], payable_id=payable[1])
    return rows.order_by("-pk").values_list("pk", flat=True).first()


def tender_by_no(no: str) -> Tender | None:
    return Tender.objects.filter(no=no[:32]).first()


def refunds_of(tender_ids: Iterable[int]) -> dict[int, list[Refund]]:
    """Tender → its refunds, oldest first."""
    found: dict[int, list[Refund]] = {}
    for row in Refund.objects.filter(tender__in=list(tender_ids)).order_by("pk"):
        found.setdefault(row.tender_id, []).append(row)
    return found


def accounts() -> list[ProviderAccount]:
    return list(ProviderAccount.objects.order_by("provider"))


def ways() -> list[tuple[str, str]]:
    """(provider, method) that buyers are offered now through accounts of the merchant."""
    active = ProviderAccount.objects.filter(is_active=True).order_by("-provider")
    return [(account.provider, method) for account in active for method in account.methods]


def bills() -> QuerySet[BillDay]:
    """Newest day first."""
    return BillDay.objects.select_related("account").order_by("-day", "-id")


def bill(bill_id: int) -> BillDay | None:
    return BillDay.objects.select_related("account").filter(pk=bill_id).first()


def differences(bill_id: int | None = None) -> QuerySet[Difference]:
    """Of one bill in its order, or of all, the newest first."""
    rows = Difference.objects.select_related("tender", "refund", "bill")
    return rows.order_by("-id") if bill_id is None else rows.filter(bill=bill_id).order_by("id")


def notices() -> QuerySet[Notice]:
    """Newest first."""
    return Notice.objects.order_by("-id")
