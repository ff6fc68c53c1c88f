"""Who moves the money. A provider translates; it decides nothing about orders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol, runtime_checkable

from yutang.areas.payments.errors import UnknownProvider
from yutang.areas.payments.models import Refund, Tender
from yutang.areas.payments.payables import Due
from yutang.core.credentials import Field
from yutang.core.register import Register


@dataclass(frozen=True)
class Started:
    """`client`: what the buyer's browser needs to pay (an address, a QR code's text, parameters of a script).
    `paid`: the money is here already, as at the till."""

    client: dict[str, Any] = field(default_factory=dict)
    paid: Paid | None = None


@dataclass(frozen=True)
class Payer:
    """What some ways of paying must know of the buyer: the OpenID (WeChat's JSAPI), the address (its H5)."""

    openid: str = field(default="", repr=False)
    ip: str = ""


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

    def offers(self, method: str) -> bool:
        """Whether the merchant in scope takes money this way now."""

    def start(self, tender: Tender, *, due: Due, return_url: str, payer: Payer) -> Started:
        """Declined."""

    def ask(self, tender: Tender) -> Paid | None:
        """None: not paid (yet)."""

    def close(self, tender: Tender) -> None:
        """Nobody can pay it from here on. Paid meanwhile: nothing happens, `ask` will say so."""

    def refund(self, refund: Refund) -> Refunded | None:
        """None: accepted, ends later. The same number again is the same refund. NotEnoughFunds."""

    def ask_refund(self, refund: Refund) -> Refunded | None: ...


@dataclass(frozen=True)
class Answer:
    """What the provider reads in answer to a notice."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Line:
    """A line of a bill. Amounts in minor units, positive for refunds too; `fee` negative where it is given back."""

    about: str  # models.About
    no: str  # our number of the tender or the refund
    provider_no: str
    amount: int
    currency: str
    fee: int
    at: datetime


@runtime_checkable
class Remote(Provider, Protocol):
    """A provider with which the merchant has an account, which sends notices and writes bills."""

    methods: tuple[str, ...]
    fields: tuple[Field, ...]

    def account_no(self, credentials: Mapping[str, str]) -> str:
        """What the provider calls the merchant. `ValueError` where the credentials cannot be right."""

    def read_notice(self, merchant_id: int, headers: Mapping[str, str], body: bytes) -> Told | None:
        """None: authentic, and nothing follows. ForgedNotice, UnreadableNotice, UnknownProvider."""

    def answer(self, error: str = "", status: int = 200) -> Answer:
        """Taken, or refused with an error and a status of 4xx or 5xx, after which it comes again."""

    def bill(self, merchant_id: int, day: date) -> Iterator[Line]:
        """Every line of a day of Shanghai. The network is done when the first line comes; `ValueError` for a file
        that breaks off. BillNotReady."""


_providers: Register[Provider] = Register(UnknownProvider)
register, get, keys = _providers.register, _providers.get, _providers.keys


def remotes() -> list[Remote]:
    return [provider for provider in _providers.all() if isinstance(provider, Remote)]


def remote(key: str) -> Remote:
    """One that has accounts and sends notices. UnknownProvider."""
    found = get(key)
    if not isinstance(found, Remote):
        raise _providers.unknown(key)
    return found
