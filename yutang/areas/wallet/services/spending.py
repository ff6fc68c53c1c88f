"""A balance pays: the provider "wallet". One tender is one `Spend`: an entry for the principal in it, one for the gift.

What a refund of the tender brings back goes to the very lots it was taken from."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_noop

from yutang.areas.merchants import queries as merchants
from yutang.areas.payments.models import Refund, Tender
from yutang.areas.payments.payables import Due
from yutang.areas.payments.providers import Paid, Payer, Refunded, Started
from yutang.areas.wallet import accounts, queries, rules
from yutang.areas.wallet.errors import BalanceTooLow, NobodysBalance, NotFromBalance
from yutang.areas.wallet.models import Spend
from yutang.areas.wallet.services.recharging import PAYABLE as RECHARGE
from yutang.core import access, clock, money, prepared
from yutang.core.ledger import services as ledger
from yutang.core.ledger.errors import Insufficient
from yutang.core.ledger.lines import Draft, Line

PROVIDER = "wallet"
_KINDS = ((accounts.PRINCIPAL, accounts.SERVED), (accounts.GIFT, accounts.GIFT_USED))


class Balance:
    """Whose balance pays is whoever owes what is paid (payables.Due.customer_id), nobody whom a request names."""

    key = PROVIDER
    label = gettext_noop("Balance")
    is_local = True

    def offers(self, method: str) -> bool:
        return not method

    def start(self, tender: Tender, *, due: Due, return_url: str, payer: Payer) -> Started:
        """BalanceTooLow, NotFromBalance, NobodysBalance: then no tender is made."""
        del return_url, payer
        if tender.payable_type == RECHARGE:
            raise NotFromBalance
        if due.customer_id is None:
            raise NobodysBalance
        _spend(tender, due.customer_id, due.node_id or merchants.root_node().pk)
        return Started(paid=Paid(tender.no, f"wallet-{tender.no}", tender.amount, tender.currency, clock.now()))

    def ask(self, tender: Tender) -> Paid | None:
        del tender  # paid when it started, or never
        return None

    def close(self, tender: Tender) -> None:
        """Nothing waits anywhere."""

    def refund(self, refund: Refund) -> Refunded | None:
        _give_back(refund)
        return Refunded(refund.no, f"wallet-{refund.no}", refund.amount, has_succeeded=True, at=clock.now())

    def ask_refund(self, refund: Refund) -> Refunded | None:
        return self.refund(refund)


def lock_ahead(*, customer_id: int, node_id: int, currency: str, actor: access.Actor) -> None:
    """What paying from this balance will lock, for who holds stock before that in the same transaction."""
    accounts.lock(customer_id)
    own, store = accounts.customer(customer_id), accounts.node(node_id)
    wanted = [(kind, currency, own) for kind, _ in _KINDS] + [(kind, currency, store) for _, kind in _KINDS]
    ledger.lock_accounts(accounts=wanted, actor=actor)


def _spend(tender: Tender, customer_id: int, node_id: int) -> None:
    accounts.lock(customer_id)
    has = queries.balance(customer_id, tender.currency)
    if has.total < tender.amount:
        raise BalanceTooLow(field="amount", available=money.formatted(has.total, tender.currency))
    spending = queries.terms().spending
    parts = rules.split(tender.amount, principal=has.principal, gift=has.gift, spending=spending)
    holder, source, now = accounts.customer(customer_id), (tender.payable_type, tender.payable_id), clock.now()
    drafts = [
        Draft(
            f"wallet:{tender.no}:{own}", "wallet.spend",
            (
                Line(own, holder, -amount, tender.currency),
                Line(against, accounts.node(node_id), amount, tender.currency),
            ),
            source, "", now, {"tender": tender.no},
        )
        for (own, against), amount in zip(_KINDS, parts, strict=True) if amount
    ]  # fmt: skip
    try:
        booked = ledger.post_many(drafts=drafts, actor=_actor(tender))
    except Insufficient as error:  # an hourly expiry came between
        has = queries.balance(customer_id, tender.currency)
        raise BalanceTooLow(field="amount", available=money.formatted(has.total, tender.currency)) from error
    entries = {entry.idempotency_key.rpartition(":")[2]: entry.pk for entry in booked}
    spend = Spend(
        merchant_id=tender.merchant_id, tender_no=tender.no, node_id=node_id, spending=spending, principal=parts[0],
        gift=parts[1], principal_entry=entries.get(accounts.PRINCIPAL), gift_entry=entries.get(accounts.GIFT),
    )  # fmt: skip
    prepared.insert([spend])


def _give_back(refund: Refund) -> None:
    """The same refund again: nothing."""
    tender = refund.tender
    spend = Spend.objects.select_for_update(no_key=True).get(tender_no=tender.no)
    keys = [f"wallet:{tender.no}:{refund.no}:{own}" for own, _ in _KINDS]
    if queries.is_booked(keys):
        return
    parts = rules.give_back(
        refund.amount, principal=spend.principal, gift=spend.gift, principal_back=spend.principal_back,
        gift_back=spend.gift_back, spending=spend.spending,
    )  # fmt: skip
    grace = queries.terms().grace_days
    until = refund.created_at + timedelta(days=grace) if grace else None
    entries = (spend.principal_entry, spend.gift_entry)
    for key, entry_id, amount in zip(keys, entries, parts, strict=True):
        if amount and entry_id is not None:
            ledger.reverse(
                entry_id=entry_id, key=key, amount=amount, expired_until=until, reason=refund.reason,
                actor=_actor(tender),
            )  # fmt: skip
    spend.principal_back += parts[0]
    spend.gift_back += parts[1]
    spend.save(update_fields=["principal_back", "gift_back"])


def _actor(tender: Tender) -> access.Actor:
    """Who asked for it stands with what was paid; providers are not told."""
    return access.system(tender.merchant_id, "payments")
