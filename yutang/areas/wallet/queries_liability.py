"""What is owed for stored value, by the store that took the money and by age; and what stands against it.

Every figure is the ledger's: the sum by store and age equals the accounts' balances to the cent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from yutang.areas.merchants import queries as merchants
from yutang.areas.wallet import accounts
from yutang.core.ledger import usage

if TYPE_CHECKING:
    from yutang.core.access import Actor

EDGES = (30, 90, 180, 365)  # days; five ages
_STORES = (accounts.HELD, accounts.SERVED, accounts.GIFT_USED)
_ALL = (*accounts.OWED, *_STORES, accounts.GIFT_GIVEN, accounts.EXPIRED)


@dataclass
class StoreLine:
    """Of one store, in minor units. `ages`: what is owed, the youngest first; `held`: money it still holds."""

    node_id: int | None
    name: str
    principal: int = 0
    gift: int = 0
    cards: int = 0
    ages: list[int] = field(default_factory=lambda: [0] * (len(EDGES) + 1))
    held: int = 0
    served: int = 0
    gift_used: int = 0

    @property
    def owed(self) -> int:
        return self.principal + self.gift + self.cards


@dataclass(frozen=True)
class Liability:
    """`lines` by store; `total` their sum; `balances`: the ledger's accounts by kind, which all sum to zero.
    `difference`: what all lots hold less what all accounts say is owed: 0."""

    lines: list[StoreLine]
    total: StoreLine
    balances: dict[str, int]
    owed_by_lots: int  # of all stores

    @property
    def owed(self) -> int:
        return sum(self.balances[kind] for kind in accounts.OWED)

    @property
    def difference(self) -> int:
        return self.owed_by_lots - self.owed

    @property
    def sum(self) -> int:
        return sum(self.balances.values())


def liability(actor: Actor, currency: str, *, at: datetime) -> Liability:
    """Of the stores that "wallet.view" reaches; balances of the merchant only for who sees all of it."""
    nodes = actor.nodes("wallet.view")
    names = {node.pk: node.name for node in merchants.tree()}
    lines: dict[int | None, StoreLine] = {}

    def line(node_id: int | None) -> StoreLine:
        key = node_id if node_id in names else None
        return lines.setdefault(key, StoreLine(key, names.get(key, "") if key else ""))

    for part in usage.aged(merchant_id=actor.merchant_id, kinds=accounts.OWED, unit=currency, at=at, edges=EDGES):
        row = line(_node_of(part.origin))
        row.ages[min(part.bucket, len(EDGES))] += part.amount
        if part.kind == accounts.PRINCIPAL:
            row.principal += part.amount
        elif part.kind == accounts.GIFT:
            row.gift += part.amount
        else:
            row.cards += part.amount
    for node_id, kind, amount in usage.by_holder(merchant_id=actor.merchant_id, kinds=_STORES, unit=currency):
        row = line(node_id)
        if kind == accounts.HELD:
            row.held -= amount
        elif kind == accounts.SERVED:
            row.served += amount
        else:
            row.gift_used += amount
    order = {node_id: place for place, node_id in enumerate(names)}
    shown = sorted(
        (row for row in lines.values() if nodes is None or row.node_id in nodes),
        key=lambda row: order.get(row.node_id, -1) if row.node_id else len(order),
    )
    total = StoreLine(None, "")
    for row in shown:
        total.principal += row.principal
        total.gift += row.gift
        total.cards += row.cards
        total.held += row.held
        total.served += row.served
        total.gift_used += row.gift_used
        total.ages = [a + b for a, b in zip(total.ages, row.ages, strict=True)]
    balances = usage.totals(merchant_id=actor.merchant_id, kinds=_ALL, unit=currency)
    return Liability(shown, total, balances, sum(row.owed for row in lines.values()))


def _node_of(origin: str) -> int | None:
    kind, _, number = origin.partition(":")
    return int(number) if kind == "node" and number.isdecimal() else None
