"""The merchant's account with a provider, for the provider's own use."""

from __future__ import annotations

from functools import cache

import httpx
from django.conf import settings
from django.urls import reverse

from yutang.areas.payments.errors import UnknownProvider
from yutang.areas.payments.models import ProviderAccount
from yutang.core import crypto, tenancy


@cache
def http() -> httpx.Client:
    """One pool of connections a process; threads may share it."""
    return httpx.Client()


def credentials(provider: str, merchant_id: int) -> str:
    """JSON of the fields that were entered, of an inactive account too: what it began is brought to its end.
    UnknownProvider where the merchant has no account."""
    with tenancy.scope(merchant_id):
        account = ProviderAccount.objects.filter(provider=provider).first()
    if account is None:
        raise UnknownProvider(field="provider", provider=provider)
    return crypto.decrypt(account.sealed, merchant_id)


def offers(provider: str, method: str) -> bool:
    """Of the merchant in scope."""
    account = ProviderAccount.objects.filter(provider=provider, is_active=True).first()
    return account is not None and method in account.methods


def notify_url(provider: str, merchant_id: int) -> str:
    return settings.PUBLIC_URL + reverse("payments:notify", args=[provider, merchant_id])
