"""Reads of tenders, refunds, notices, accounts and bills."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Sum
from django.utils.translation import pgettext_lazy

from yutang.areas.payments import providers
from yutang.areas.payments.models import BillDay, CashMove, Difference, Notice, ProviderAccount, Refund, Shift, Tender
from yutang.core import credentials, periods, prepared
from yutang.core.errors import NotAllowed, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from yutang.core.access import Actor

SETUP = "payments.setup"
_PAID = """
SELECT COALESCE(sum(amount - refunded_amount), 0) FROM payments_tender
 WHERE payable_type = %s AND payable_id = %s AND state = 'paid'
"""
# Why money went back, where the product itself says so; other reasons are somebody's words.
REASONS = {
    "cancelled": pgettext_lazy("why money went back", "Cancelled"),
    "unused part": pgettext_lazy("why money went back", "The unused part of a card"),
    "closed": pgettext_lazy("why money went back", "Paid for in part only, then closed"),
    "paid too much": pgettext_lazy("why money went back", "Paid too much"),
    "paid too late": pgettext_lazy("why money went back", "Paid when it was closed already"),
}


def reason(text: str) -> str:
    """Of a refund, in the reader's language where they are our words."""
    return str(REASONS.get(text, text))


def paid_amount(payable: tuple[str, int]) -> int:
    """What came for it, less what was sent back."""
    return int(prepared.rows(_PAID, payable)[0][0])


def tenders_of(payable: tuple[str, int], *, lock: bool = False) -> list[Tender]:
    """The paid tenders of something, in the order they were paid."""
    rows = Tender.objects.filter(payable_type=payable[0], payable_id=payable[1], state=Tender.State.PAID)
    return list((rows.select_for_update() if lock else rows).order_by("paid_at", "pk"))


def waiting_of(payable: tuple[str, int]) -> list[Tender]:
    """Tenders of something that wait for their money, the newest first."""
    rows = Tender.objects.filter(payable_type=payable[0], payable_id=payable[1], state=Tender.State.STARTED)
    return list(rows.order_by("-pk"))


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


def require_everything(actor: Actor) -> None:
    """The accounts belong to the whole company."""
    if actor.nodes(SETUP) is not None:
        raise NotAllowed(permission=SETUP)


def entered(provider: str, *, actor: Actor) -> dict[str, str]:
    """What was entered for the account with this provider, without its secrets. UnknownProvider."""
    require_everything(actor)
    shown = [field.name for field in providers.remote(provider).fields if not field.is_secret]
    account = ProviderAccount.objects.filter(provider=provider).first()
    values = credentials.opened(account.sealed, account.merchant_id) if account else {}
    return {name: values.get(name, "") for name in shown}


def accounts() -> list[ProviderAccount]:
    return list(ProviderAccount.objects.order_by("provider"))


def ways() -> list[tuple[str, str]]:
    """(provider, method) that buyers are offered now through accounts of the merchant."""
    active = ProviderAccount.objects.filter(is_active=True).order_by("-provider")
    return [(account.provider, method) for account in active for method in account.methods]


def paying_app() -> str:
    """The app whose OpenIDs pay inside WeChat, of the merchant in scope; "" where nobody can."""
    account = ProviderAccount.objects.filter(provider="wechatpay", is_active=True).first()
    if account is None or "jsapi" not in account.methods:
        return ""
    return credentials.opened(account.sealed, account.merchant_id)["appid"]


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


# -- drawers -----------------------------------------------------------------------------------------------------------

SHIFTS_ORDER = MOVES_ORDER = ("-id",)


def open_shift(actor: Actor) -> Shift | None:
    """Of this person, wherever it is."""
    return Shift.objects.select_related("node").filter(user_id=actor.id or 0, closed_at=None).first()


def shifts(actor: Actor, permission: str) -> QuerySet[Shift]:
    """Of the stores that the permission reaches; to be paged by `SHIFTS_ORDER`."""
    nodes = actor.nodes(permission)
    rows = Shift.objects.select_related("node")
    return rows if nodes is None else rows.filter(node__in=nodes)


def shift(actor: Actor, shift_id: int, permission: str) -> Shift:
    """The checked door."""
    found = shifts(actor, permission).filter(pk=shift_id).first()
    if found is None:
        raise NotFound
    return found


def moves(shift: Shift) -> QuerySet[CashMove]:
    """To be paged by `MOVES_ORDER`."""
    return CashMove.objects.filter(shift=shift).select_related("tender")


def sums(shift: Shift) -> dict[str, int]:
    """Kind of move → its sum, signed; kinds without a move are missing."""
    found = CashMove.objects.filter(shift=shift).order_by().values_list("kind").annotate(Sum("amount"))
    return {kind: amount or 0 for kind, amount in found}


def given(tender_ids: Iterable[int]) -> dict[int, int]:
    """Cash tender → what the buyer put on the counter, where it was more."""
    found = CashMove.objects.filter(tender__in=list(tender_ids), kind=CashMove.Kind.SALE, given__isnull=False)
    return {move.tender_id: move.given for move in found if move.tender_id and move.given}


def cash_moved(edges: Sequence[datetime]) -> list[dict[int, tuple[int, int]]]:
    """For each period (core.periods): store → what sales put into its drawers less what refunds took out, and over how
    many moves. One statement."""
    moves = cash_moves(edges[0], edges[-1]).annotate(period=periods.number("at", edges)).order_by()
    rows = moves.values_list("period", "shift__node").annotate(Sum("amount"), Count("pk"))
    return periods.each(edges, ((n, node, (amount or 0, count)) for n, node, amount, count in rows))


def cash_moves(since: datetime, before: datetime, *, node_id: int | None = None) -> QuerySet[CashMove]:
    """Money of sales and refunds; to be paged by `MOVES_ORDER`."""
    kinds = (CashMove.Kind.SALE, CashMove.Kind.REFUND)
    rows = CashMove.objects.filter(at__gte=since, at__lt=before, kind__in=kinds).select_related("tender", "shift")
    return rows if node_id is None else rows.filter(shift__node=node_id)
