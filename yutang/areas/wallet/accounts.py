"""The accounts of stored value, and what an entry between them looks like (docs/decisions/0046)."""

from __future__ import annotations

from datetime import datetime

from yutang.core.ledger import kinds
from yutang.core.ledger.lines import MERCHANT, Holder, Line
from yutang.core.locks import Lock, until_commit

PRINCIPAL, GIFT = "wallet.principal", "wallet.gift"  # what a person holds
HELD = "wallet.held"  # of a store: − is money that people paid in there and that it still holds
SERVED, GIFT_USED = "wallet.served", "wallet.gift_used"  # of a store: principal and gift that was spent there
GIFT_GIVEN = "wallet.gift_given"  # of the merchant, negative: all gift that was ever given
EXPIRED = "wallet.expired"
CARD = "wallet.gift_card"  # what lies on a gift card that nobody has redeemed
OWED = (PRINCIPAL, GIFT, CARD)


def register() -> None:
    kinds.register_kind(PRINCIPAL, holder="customer", has_lots=True, expires_to=EXPIRED)
    kinds.register_kind(GIFT, holder="customer", has_lots=True, expires_to=EXPIRED)
    kinds.register_kind(CARD, holder="gift_card", has_lots=True, expires_to=EXPIRED)
    kinds.register_kind(HELD, holder="node", may_be_negative=True)
    kinds.register_kind(SERVED, holder="node")
    kinds.register_kind(GIFT_USED, holder="node")
    kinds.register_kind(GIFT_GIVEN, holder="merchant", may_be_negative=True, stripes=4)
    kinds.register_kind(EXPIRED, holder="merchant")


def customer(customer_id: int) -> Holder:
    return Holder("customer", customer_id)


def node(node_id: int) -> Holder:
    return Holder("node", node_id)


def card(card_id: int) -> Holder:
    return Holder("gift_card", card_id)


def origin(node_id: int) -> str:
    """Of a lot: the store that took the money for it, or gave it."""
    return f"node:{node_id}"


def given(
    kind: str, holder: Holder, amount: int, currency: str, *, node_id: int, is_paid: bool,
    expires_at: datetime | None = None,
) -> tuple[Line, Line]:  # fmt: skip
    """Value that comes to somebody: for money that a store holds from now on (`is_paid`), or as a gift."""
    against = Line(HELD, node(node_id), -amount, currency) if is_paid else Line(GIFT_GIVEN, MERCHANT, -amount, currency)
    return Line(kind, holder, amount, currency, expires_at=expires_at, origin=origin(node_id)), against


def taken(kind: str, holder: Holder, amount: int, currency: str, *, node_id: int, is_paid: bool) -> tuple[Line, Line]:
    """The opposite."""
    against = Line(HELD, node(node_id), amount, currency) if is_paid else Line(GIFT_GIVEN, MERCHANT, amount, currency)
    return Line(kind, holder, -amount, currency), against


def lock(customer_id: int) -> None:
    """One at a time decides about a person's balance, until the transaction ends: limits and the parts that a payment
    is made of are read before they are booked. Taken after the row of what is paid, before the ledger's accounts."""
    until_commit(Lock.WALLET, customer_id)
