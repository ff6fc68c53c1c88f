"""Reads of balances, recharges, plans and gift cards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext, gettext_noop

from yutang.areas.customers import queries as customers
from yutang.areas.payments import queries as payments
from yutang.areas.wallet import accounts, rules
from yutang.areas.wallet.models import CardBatch, GiftCard, Plan, PrincipalRefund, RealName, Recharge, Spend, Terms
from yutang.core import clock, prepared
from yutang.core.errors import NotAllowed, NotFound
from yutang.core.ledger import queries as ledger
from yutang.core.ledger import usage
from yutang.core.ledger.models import Account, Entry, Posting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from yutang.core.access import Actor

NEWEST = ("-id",)
# What an entry did to somebody's balance, by its kind; goods that came back reverse a payment.
LABELS = {
    "wallet.recharge": gettext_noop("Recharge"),
    "wallet.gift": gettext_noop("Given as a gift"),
    "wallet.spend": gettext_noop("Paid from the balance"),
    "wallet.spend.reverse": gettext_noop("Refund of a purchase"),
    "wallet.recharge.reverse": gettext_noop("Principal refunded"),
    "wallet.gift.reverse": gettext_noop("Gift withdrawn"),
    "wallet.gift_price": gettext_noop("Kept for gift used"),
    "wallet.redeem": gettext_noop("Gift card redeemed"),
    "wallet.card": gettext_noop("Gift card activated"),
    "wallet.card_void": gettext_noop("Gift card made void"),
    "wallet.adjust": gettext_noop("Correction"),
    "ledger.expire": gettext_noop("Expired"),
    "ledger.move": gettext_noop("Accounts became one"),
    "ledger.move_back": gettext_noop("Accounts were separated"),
}


# Of what was paid that is no order, by the kind of the entry and the type of its source.
OF_SOURCE = {
    ("wallet.spend", "card"): gettext_noop("Membership card, paid from the balance"),
    ("wallet.spend.reverse", "card"): gettext_noop("Refund of a membership card"),
    ("wallet.spend", "booking"): gettext_noop("Booking, paid from the balance"),
    ("wallet.spend.reverse", "booking"): gettext_noop("Refund of a booking"),
}


@dataclass(frozen=True)
class Balance:
    """What a person can spend now, in minor units."""

    principal: int
    gift: int

    @property
    def total(self) -> int:
        return self.principal + self.gift


def terms(*, is_for_update: bool = False) -> Terms:
    """The merchant's row, or one with the defaults that is not saved."""
    found = prepared.instances(Terms, f"TRUE ORDER BY id LIMIT 1{' FOR UPDATE' if is_for_update else ''}")
    return found[0] if found else Terms()


def require_everywhere(actor: Actor, permission: str) -> None:
    """It belongs to the whole merchant."""
    if actor.nodes(permission) is not None:
        raise NotAllowed(permission=permission)


def plans(*, is_offered: bool = False) -> list[Plan]:
    rows = Plan.objects.order_by("amount", "id")
    return list(rows.filter(is_active=True) if is_offered else rows)


def plan(plan_id: int) -> Plan:
    """NotFound."""
    found = Plan.objects.filter(pk=plan_id).first()
    if found is None:
        raise NotFound
    return found


def label(entry: Entry) -> str:
    """What an entry was, in the active language."""
    found = OF_SOURCE.get((entry.kind, entry.source_type)) or LABELS.get(entry.kind)
    return gettext(found) if found else entry.kind


def why(entry: Entry) -> str:
    """Its reason: our own words in the active language, others as they were written."""
    if not entry.reason or entry.kind.startswith("ledger."):
        return ""
    ours = payments.reason(entry.reason)
    return ours if ours != entry.reason else gettext(entry.reason)


def balance(customer_id: int, currency: str) -> Balance:
    """One statement."""
    kinds = (accounts.PRINCIPAL, accounts.GIFT)
    found = ledger.spendable_by_kind(
        kinds=kinds, unit=currency, holder=accounts.customer(customer_id), at=clock.now()
    )  # fmt: skip
    return Balance(*(found[kind] for kind in kinds))


def next_expiry(customer_id: int, currency: str) -> tuple[datetime, int] | None:
    """When the next gift of a person expires, and how much."""
    lots = ledger.lots(kind=accounts.GIFT, unit=currency, holder=accounts.customer(customer_id))
    for lot in lots.filter(expires_at__gt=clock.now())[:1]:
        if lot.expires_at is not None:
            return lot.expires_at, lot.remaining
    return None


def statement(customer_id: int, currency: str) -> QuerySet[Posting]:
    """What moved a person's two balances; to be paged by `NEWEST`."""
    return (
        Posting.objects.filter(
            account__in=list(_accounts_of(customer_id, currency)), account__kind__in=(accounts.PRINCIPAL, accounts.GIFT)
        )
        .select_related("entry", "account")
        .order_by("-id")
    )


def _accounts_of(customer_id: int, currency: str) -> QuerySet[Account]:
    return Account.objects.filter(
        holder_type="customer", holder_id=customer_id, kind__in=(accounts.PRINCIPAL, accounts.GIFT), unit=currency
    )


def recharged(customer_id: int) -> int:
    """All that a person has paid in, less what was refunded."""
    paid = Recharge.objects.filter(customer=customer_id, state=Recharge.State.PAID)
    sums = paid.aggregate(paid=Sum("amount"), back=Sum("refunded"))
    return (sums["paid"] or 0) - (sums["back"] or 0)


def real_name(customer_id: int) -> RealName | None:
    return RealName.objects.filter(customer=customer_id).order_by("-id").first()


def owed_to_people(merchant_id: int, currency: str) -> int:
    found = usage.totals(merchant_id=merchant_id, kinds=(accounts.PRINCIPAL, accounts.GIFT), unit=currency)
    return sum(found.values())


def is_booked(keys: Iterable[str]) -> bool:
    """Whether one of these entries is in the ledger."""
    return Entry.objects.filter(idempotency_key__in=list(keys)).exists()


# -- recharges ---------------------------------------------------------------------------------------------------------


def recharges(actor: Actor, permission: str = "wallet.view") -> QuerySet[Recharge]:
    """Of the stores that the permission reaches; to be paged by `NEWEST`."""
    nodes = actor.nodes(permission)
    rows = Recharge.objects.select_related("node", "customer").order_by("-id")
    return rows if nodes is None else rows.filter(node__in=nodes)


def recharge(
    actor: Actor, recharge_id: int, permission: str = "wallet.view", *, is_for_update: bool = False
) -> Recharge:  # fmt: skip
    """The checked door. NotFound."""
    rows = recharges(actor, permission).filter(pk=recharge_id)
    found = (rows.select_for_update(of=("self",), no_key=True) if is_for_update else rows).first()
    if found is None:
        raise NotFound
    return found


def recharges_of(customer_id: int) -> QuerySet[Recharge]:
    """Of a person whom the caller has through its door; to be paged by `NEWEST`."""
    return Recharge.objects.filter(customer=customer_id, state=Recharge.State.PAID).order_by("-id")


def my_recharge(customer_id: int, recharge_id: int) -> Recharge:
    """NotFound unless it is this person's."""
    found = Recharge.objects.filter(customer=customer_id, pk=recharge_id).first()
    if found is None:
        raise NotFound
    return found


def trial(recharge: Recharge) -> rules.Trial:
    """What a refund of all that is left would come to now. A recharge that was never paid has nothing."""
    nothing = usage.Use(0, 0, 0, 0)
    merchant_id = recharge.merchant_id
    principal = gift = nothing
    if recharge.principal_entry is not None:
        principal = usage.use_of(merchant_id=merchant_id, entry_id=recharge.principal_entry)
    if recharge.gift_entry is not None:
        gift = usage.use_of(merchant_id=merchant_id, entry_id=recharge.gift_entry)
    return rules.trial(
        amount=recharge.amount, gift=recharge.gift, principal_left=principal.left,
        principal_used=principal.spent + recharge.deducted, gift_left=gift.left, gift_used=gift.spent,
        gift_expired=gift.expired,
    )  # fmt: skip


def refunds_of(recharge: Recharge) -> list[PrincipalRefund]:
    return list(PrincipalRefund.objects.filter(recharge=recharge).order_by("-id"))


def spends(tender_nos: Iterable[str]) -> dict[str, Spend]:
    """Tender number → what its balance paid."""
    return {spend.tender_no: spend for spend in Spend.objects.filter(tender_no__in=list(tender_nos))}


# -- people with balances --------------------------------------------------------------------------------------------


def people(actor: Actor, currency: str, *, quiet_since: datetime | None = None) -> QuerySet[Account]:
    """Principal accounts of people the actor may see that hold principal or gift, newest first; `quiet_since`: those
    whose balance has not moved since then. Annotated with `gift` and `moved_at`; to be paged by `NEWEST`."""
    gift = Account.objects.filter(
        merchant_id=actor.merchant_id, holder_type="customer", holder_id=OuterRef("holder_id"), kind=accounts.GIFT,
        unit=currency,
    )  # fmt: skip
    last = Posting.objects.filter(account=OuterRef("pk")).order_by("-id").values("entry__at")[:1]
    rows = (
        Account.objects.filter(kind=accounts.PRINCIPAL, unit=currency, moved_to=None)
        .annotate(gift=Coalesce(Subquery(gift.values("balance")[:1]), 0), moved_at=Subquery(last))
        .filter(Q(balance__gt=0) | Q(gift__gt=0))
        .order_by("-id")
    )
    if actor.nodes("wallet.view") is not None:
        seen = customers.people(actor, permission="wallet.view")
        rows = rows.filter(holder_id__in=seen.values("pk"))
    return rows if quiet_since is None else rows.filter(moved_at__lt=quiet_since)


# -- gift cards --------------------------------------------------------------------------------------------------------


def batches() -> QuerySet[CardBatch]:
    """To be paged by `NEWEST`."""
    return CardBatch.objects.select_related("node").order_by("-id")


def batch(batch_id: int) -> CardBatch:
    """NotFound."""
    found = batches().filter(pk=batch_id).first()
    if found is None:
        raise NotFound
    return found


def cards(batch: CardBatch) -> QuerySet[GiftCard]:
    """To be paged by ("id",)."""
    return GiftCard.objects.filter(batch=batch).order_by("id")


def redeemed_count(batch: CardBatch) -> int:
    return GiftCard.objects.filter(batch=batch, state=GiftCard.State.REDEEMED).count()
