"""The tabs of stored value."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext

VIEW, EDIT, HANDLE, ADJUST = "wallet.view", "wallet.edit", "wallet.handle", "ledger.adjust"


def tabs() -> list[tuple[str, str]]:
    return [
        (reverse("console:wallet"), gettext("Liability")),
        (reverse("console:wallet_people"), gettext("People with balances")),
        (reverse("console:wallet_recharges"), gettext("Recharges")),
        (reverse("console:wallet_plans"), gettext("Recharge plans")),
        (reverse("console:wallet_terms"), gettext("Limits")),
    ]
