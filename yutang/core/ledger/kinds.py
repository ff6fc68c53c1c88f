"""Account kinds: areas register theirs in `apps.ready()`; the engine knows no business word beyond them."""

from __future__ import annotations

from dataclasses import dataclass

from yutang.core.ledger.errors import UnknownAccount


@dataclass(frozen=True, slots=True)
class AccountKind:
    """`holder`: whose accounts these are ("customer", "node", "merchant", …). `unit` None: every line names its own,
    for instance the currency. `expires_to`: the merchant's account kind that receives what expires from lots. `stripes`
    splits a busy account of the merchant into so many rows that entries seldom wait for each other; its balance is
    the sum of the rows."""

    key: str
    holder: str
    unit: str | None = None
    may_be_negative: bool = False
    has_lots: bool = False
    expires_to: str | None = None
    stripes: int = 1

    def __post_init__(self) -> None:
        if self.has_lots and self.may_be_negative:
            raise ValueError(f"{self.key}: an account made of lots cannot be negative")
        if self.has_lots and self.expires_to is None:
            raise ValueError(f"{self.key}: lots expire into a kind: set expires_to")
        if self.stripes > 1 and (self.has_lots or not self.may_be_negative):
            # One row of several may run dry while the account as a whole does not.
            raise ValueError(f"{self.key}: only an account that may be negative can be striped")


KINDS: dict[str, AccountKind] = {}


def register_kind(
    key: str,
    *,
    holder: str,
    unit: str | None = None,
    may_be_negative: bool = False,
    has_lots: bool = False,
    expires_to: str | None = None,
    stripes: int = 1,
) -> AccountKind:
    """Makes an account kind known; ValueError when the key is taken by a different one."""
    kind = AccountKind(key, holder, unit, may_be_negative, has_lots, expires_to, stripes)
    if KINDS.setdefault(key, kind) != kind:
        raise ValueError(f"ledger account kind {key} is registered twice, differently")
    return kind


def kind_of(key: str) -> AccountKind:
    """UnknownAccount (`ledger.unknown_account`) when nobody registered it."""
    try:
        return KINDS[key]
    except KeyError:
        raise UnknownAccount(field="kind", kind=key) from None
