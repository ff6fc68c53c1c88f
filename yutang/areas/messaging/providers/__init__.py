"""Who sends text messages. A provider translates; it decides nothing about codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from yutang.areas.messaging.errors import UnknownProvider
from yutang.core.credentials import Field
from yutang.core.register import Register


class Provider(Protocol):
    key: str
    label: str  # English msgid
    shows_code: bool  # nothing is sent: the page shows the code

    def send(self, *, phone: str, code: str, purpose: str, language: str, merchant_id: int) -> None:
        """To a phone in E.164; the network may be asked, so call outside any transaction. BadPhone, Declined,
        Unreachable: nothing was sent. Unanswered: perhaps it was."""


@runtime_checkable
class Remote(Provider, Protocol):
    """A provider with which the merchant has an account."""

    fields: tuple[Field, ...]

    def account_no(self, credentials: Mapping[str, str]) -> str:
        """What the provider calls the account. `ValueError` where the credentials cannot be right."""


_providers: Register[Provider] = Register(UnknownProvider)
register, get = _providers.register, _providers.get


def remote(key: str) -> Remote:
    """One with which merchants have accounts. UnknownProvider."""
    found = get(key)
    if not isinstance(found, Remote):
        raise _providers.unknown(key)
    return found


def remotes() -> list[Remote]:
    return [provider for provider in _providers.all() if isinstance(provider, Remote)]
