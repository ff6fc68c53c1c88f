"""What stored value knows of a person. Amounts and times stay: the law wants accounts kept, and they name nobody."""

from __future__ import annotations

import json

from django.utils.translation import gettext, gettext_noop, ngettext

from yutang.areas.customers.erasing import Person
from yutang.areas.merchants import queries as merchants
from yutang.areas.privacy import registry
from yutang.areas.wallet import queries
from yutang.areas.wallet.models import GiftCard, PayCode, PrincipalRefund, RealName, Recharge
from yutang.core import crypto, money
from yutang.core.access import Actor


def register() -> None:
    registry.register(
        registry.Holder(
            area="wallet",
            tables=("wallet_recharge", "wallet_realname", "wallet_giftcard"),
            copy=copy,
            erase=erase,
            objections=open_balance,
        )
    )


def copy(person: Person) -> registry.Section:
    currency = merchants.current_merchant(person.merchant_id).currency
    names = [
        json.loads(crypto.decrypt(row.sealed, person.merchant_id)) | {"at": row.at}
        for row in RealName.objects.filter(customer=person.customer_id).order_by("pk")
    ]
    cards = GiftCard.objects.filter(customer=person.customer_id).select_related("batch").order_by("redeemed_at", "pk")
    return {
        gettext_noop("Recharges"): [
            {
                "no": row.no, "at": row.paid_at or row.created_at, "state": row.get_state_display(), "plan": row.name,
                "amount": str(money.to_decimal(row.amount, currency)), "currency": currency,
                "gift": str(money.to_decimal(row.gift, currency)),
                "refunded": str(money.to_decimal(row.refunded, currency)),
            }
            for row in Recharge.objects.filter(customer=person.customer_id).order_by("pk")
        ],
        gettext_noop("Balance"): [
            {
                "at": posting.entry.at, "account": posting.account.kind, "reason": posting.entry.reason,
                "amount": str(money.to_decimal(posting.amount, currency)), "currency": currency,
            }
            for posting in queries.statement(person.customer_id, currency).order_by("id")
        ],
        gettext_noop("Gift cards"): [
            {
                "serial": card.serial, "at": card.redeemed_at,
                "amount": str(money.to_decimal(card.batch.face, currency)), "currency": currency,
            }
            for card in cards
        ],
        gettext_noop("Real name"): names,
    }  # fmt: skip


def erase(person: Person, actor: Actor) -> None:
    """The real name goes, codes that could still be shown, and what staff wrote beside a refund."""
    del actor
    RealName.objects.filter(customer=person.customer_id).delete()
    PayCode.objects.filter(identity__in=person.identities).delete()
    PrincipalRefund.objects.filter(recharge__customer=person.customer_id).exclude(reason="").update(reason="")


def open_balance(person: Person) -> list[str]:
    """Money that is owed to somebody must be paid out before nobody knows whose it is."""
    currency = merchants.current_merchant(person.merchant_id).currency
    has = queries.balance(person.customer_id, currency)
    found = []
    if has.principal:
        found.append(
            gettext("A balance of %(amount)s is still owed.") % {"amount": money.formatted(has.principal, currency)}
        )
    waiting = Recharge.objects.filter(customer=person.customer_id, state=Recharge.State.UNPAID).count()
    if waiting:
        found.append(
            ngettext("%(count)s recharge is being paid.", "%(count)s recharges are being paid.", waiting)
            % {"count": waiting}
        )
    return found
