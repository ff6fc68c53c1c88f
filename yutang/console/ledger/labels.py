"""What accounts, entries and sources of the ledger are called. The one place: an area that books a new kind adds its
words here. A kind without words is shown by its code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, gettext, gettext_noop, pgettext

from yutang.areas.points import queries as points
from yutang.areas.wallet import queries as wallet
from yutang.core import money

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yutang.core.ledger.models import Entry

ACCOUNTS: dict[str, str] = {
    "points": gettext_noop("Points of customers"),
    "points.issued": gettext_noop("Points given out"),
    "points.redeemed": gettext_noop("Points used"),
    "points.expired": gettext_noop("Points expired"),
    "wallet.principal": gettext_noop("Stored value: principal"),
    "wallet.gift": gettext_noop("Stored value: gift"),
    "wallet.held": gettext_noop("Recharge money at stores"),
    "wallet.served": gettext_noop("Principal spent at stores"),
    "wallet.gift_used": gettext_noop("Gift balance spent at stores"),
    "wallet.gift_given": gettext_noop("Gift balance given out"),
    "wallet.gift_card": gettext_noop("Gift cards"),
    "wallet.expired": gettext_noop("Stored value expired"),
    "settlement.party": gettext_noop("Settlement: owed to parties"),
    "settlement.supplier": gettext_noop("Settlement: owed to suppliers"),
    "settlement.clearing": gettext_noop("Settlement: counter-account"),
    "settlement.paid": gettext_noop("Settlement: payments"),
}

# Of points and stored value as their own pages call them.
ENTRIES: dict[str, str] = {
    **{kind: name for kind, name in (points.LABELS | wallet.LABELS).items() if not kind.startswith("ledger.")},
    "ledger.move": gettext_noop("Balances moved by a merge"),
    "ledger.move_back": gettext_noop("Balances moved back"),
    "ledger.expire": gettext_noop("Expired"),
    "settlement.close": gettext_noop("Settlement closed"),
    "settlement.payment": gettext_noop("Settlement payment"),
}

UNITS: dict[str, str] = {
    "CNY": gettext_noop("Yuan (CNY)"),
    "point": gettext_noop("Loyalty points"),
    "points": gettext_noop("Loyalty points"),
}

# type of a source → (its name, the page about it)
SOURCES: dict[str, tuple[str, str]] = {
    "order": (gettext_noop("Order"), "console:order"),
    "customer": (gettext_noop("Customer"), "console:customer"),
    "booking": (gettext_noop("Booking"), "console:booking"),
    "settlement_statement": (gettext_noop("Clearing statement"), "console:settlement_statement"),
    "card": (gettext_noop("Membership card"), ""),
    "tender": (gettext_noop("Payment"), ""),
    "recharge": (gettext_noop("Recharge"), "console:wallet_recharge"),
    "gift_card": (gettext_noop("Gift card"), ""),
    "points_change": (gettext_noop("Change of points"), ""),
    "points_exchange": (gettext_noop("Exchange of points"), ""),
    "deed": (gettext_noop("What earned points"), ""),
    "check_in": (gettext_noop("Check-in"), ""),
    "task": (gettext_noop("Task"), "console:mission"),
    "member_gift": (gettext_noop("Gift of a level or card"), ""),
    "aftersale_case": (gettext_noop("After-sale case"), "console:aftersale_case"),
}

HOLDERS: dict[str, str] = {
    "customer": gettext_noop("Customer"),
    "node": gettext_noop("Region or store"),
    "merchant": gettext_noop("Merchant"),
    "gift_card": gettext_noop("Gift card"),
    "supplier": gettext_noop("Supplier"),
}

WRONGS: dict[str, str] = {
    "balance": gettext_noop("A balance differs from the sum of its postings"),
    "lots": gettext_noop("A balance differs from what its lots hold"),
    "lot": gettext_noop("A lot differs from the sum of its postings"),
    "entry": gettext_noop("An entry does not sum to zero"),
}


def account(kind: str) -> str:
    return gettext(ACCOUNTS[kind]) if kind in ACCOUNTS else kind


def booked(of: Entry) -> str:
    """What one entry was; of stored value also what was paid with it."""
    found = wallet.OF_SOURCE.get((of.kind, of.source_type))
    return gettext(found) if found else entry(of.kind)


def why(of: Entry) -> str:
    """Its reason: our own words in the reader's language. A merge's is a code that nobody reads."""
    return (points if of.kind.startswith("points.") else wallet).why(of)


def entry(kind: str) -> str:
    """A reversal is named after what it takes back."""
    if kind not in ENTRIES and kind.endswith(".reverse"):
        return gettext("Taken back: %s") % entry(kind.removesuffix(".reverse"))
    return gettext(ENTRIES[kind]) if kind in ENTRIES else kind


def unit(key: str) -> str:
    return gettext(UNITS[key]) if key in UNITS else key


def amount(value: int, of: str) -> str:
    """`¥1,234.50` for a currency, `1,234` with its unit else."""
    if re.fullmatch("[A-Z]{3}", of):
        return money.formatted(value, of, get_language() or "zh-hans")
    return f"{value:,} {unit(of)}"


def source(type_: str, id_: int | None) -> tuple[str, str]:
    """(name, address or "")."""
    if not type_:
        return "", ""
    name, page = SOURCES.get(type_, (type_, ""))
    text = f"{gettext(name)} #{id_}" if id_ is not None else gettext(name)
    return text, _address(page, id_)


def holder(
    type_: str, id_: int, nodes: Mapping[int, str], people: Mapping[int, str] | None = None
) -> tuple[str, str]:  # fmt: skip
    """(name, address or ""); `people` and `nodes`: id → name."""
    if type_ == "merchant":
        return pgettext("whose account", "The brand"), ""
    if type_ == "node" and id_ in nodes:
        return nodes[id_], ""
    page = "console:customer" if type_ == "customer" else ""
    known = (people or {}).get(id_) if type_ == "customer" else None
    return known or f"{gettext(HOLDERS[type_]) if type_ in HOLDERS else type_} #{id_}", _address(page, id_)


def wrong(what: str) -> str:
    return gettext(WRONGS[what]) if what in WRONGS else what


def _address(page: str, id_: int | None) -> str:
    try:
        return reverse(page, args=[id_]) if page and id_ is not None else ""
    except NoReverseMatch:
        return ""
