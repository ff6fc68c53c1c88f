"""Who moves the money. A provider translates; it decides nothing about orders."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from yutang.areas.payments.errors import UnknownProvider
from yutang.areas.payments.models import Refund, Tender


@dataclass(frozen=True)
class Started:
    """`client`: what the buyer's browser needs to pay (an address, a QR code's text, parameters of a script).
    `paid`: the money is here already, as at the till."""

    client: dict[str, Any] = field(default_factory=dict)
    paid: Paid | None = None


@dataclass(frozen=True)
class Paid:
    """The provider says that the money came. Amount in minor units."""

    no: str  # our number of the tender
    provider_no: str
    amount: int
    currency: str
    at: datetime


@dataclass(frozen=True)
class Refunded:
    """The provider says how a refund ended."""

    no: str  # our number of the refund
    provider_no: str
    amount: int
    has_succeeded: bool
    at: datetime
    error: str = ""


@dataclass(frozen=True)
class Told:
    """A notice, its signature checked: what it says, and the provider's number of it."""

    key: str
    said: Paid | Refunded
    body: dict[str, Any]


class Provider(Protocol):
    """Every call may raise `errors.Unreachable`: then the outcome is unknown, and the provider is asked later.

    None of them runs while a row is locked, except for those that need no network (`is_local`)."""

    key: str
    label: str  # English msgid
    is_local: bool

    def start(self, tender: Tender, *, subject: str, return_url: str) -> Started: ...

    def ask(self, tender: Tender) -> Paid | None:
        """None: not paid (yet)."""

    def close(self, tender: Tender) -> None:
        """Nobody can pay it from here on. Paid meanwhile: nothing happens, `ask` will say so."""

    def refund(self, refund: Refund) -> Refunded | None:
        """None: accepted, ends later. The same number again is the same refund."""

    def ask_refund(self, refund: Refund) -> Refunded | None: ...


_providers: dict[str, Provider] = {}


def register(provider: Provider) -> None:
    """Called in `apps.ready()`."""
    _providers[provider.key] = provider


def get(key: str) -> Provider:
    """UnknownProvider."""
    if key not in _providers:
        raise UnknownProvider(field="provider", provider=key)
    return _providers[key]


def keys() -> list[str]:
    return list(_providers)
