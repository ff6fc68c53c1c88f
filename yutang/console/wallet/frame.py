"""The tabs of stored value, and how its movements are called."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

VIEW, EDIT, HANDLE, ADJUST = "wallet.view", "wallet.edit", "wallet.handle", "ledger.adjust"
# By the kind of a ledger entry.
WHAT = {
    "wallet.recharge": gettext_noop("Recharge"),
    "wallet.gift": gettext_noop("Gift balance"),
    "wallet.spend": gettext_noop("Payment"),
    "wallet.spend.reverse": gettext_noop("Refund of a purchase"),
    "wallet.recharge.reverse": gettext_noop("Principal refunded"),
    "wallet.gift.reverse": gettext_noop("Gift withdrawn"),
    "wallet.redeem": gettext_noop("Gift card"),
    "wallet.adjust": gettext_noop("Correction"),
    "ledger.expire": gettext_noop("Expired"),
    "ledger.move": gettext_noop("Merged"),
    "ledger.move_back": gettext_noop("Separated"),
}


def tabs() -> list[tuple[str, str]]:
    return [
        (reverse("console:wallet"), gettext("Liability")),
        (reverse("console:wallet_people"), gettext("People with balances")),
        (reverse("console:wallet_recharges"), gettext("Recharges")),
        (reverse("console:wallet_plans"), gettext("Recharge plans")),
        (reverse("console:wallet_terms"), gettext("Limits")),
    ]


def what(kind: str) -> str:
    return gettext(WHAT.get(kind, "Balance"))
