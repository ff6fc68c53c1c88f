"""A statement as it stands: read from orders, drawers and the ledger, a few set-based statements for all parties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from yutang.areas.catalog import queries as catalog
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import queries_settlement as orders
from yutang.areas.payments import queries as payments
from yutang.areas.settlement import rules
from yutang.areas.settlement.models import Statement, StatementLine, StoreTerms, Supplier
from yutang.core import clock
from yutang.core.ledger import browsing, kinds

HELD, GIFT = "wallet.held", "wallet.gift_used"
MOST_CORRECTED = 400  # closed periods that are looked at again: a year, even of single days


@dataclass(frozen=True)
class Party:
    """A store or a supplier; `key` is ("node", id) or ("supplier", id)."""

    kind: str
    id: int

    @property
    def fields(self) -> dict[str, int | None]:
        return {
            "node_id": self.id if self.kind == "node" else None,
            "supplier_id": self.id if self.kind == "supplier" else None,
        }


def party_of(statement: Statement) -> Party:
    if statement.node_id is not None:
        return Party("node", statement.node_id)
    assert statement.supplier_id is not None  # the table asks for one of the two
    return Party("supplier", statement.supplier_id)


def bounds(merchant_id: int, since: date, until: date) -> tuple[datetime, datetime]:
    zone = merchants.current_merchant(merchant_id).timezone
    return clock.start_of_day(since, zone), clock.end_of_day(until, zone)


def current_terms() -> dict[str, Any]:
    """Everybody's terms as JSON: store → [share, serve_share, gift_share], category → [supplier, share]."""
    return {
        "stores": {str(row.node_id): [row.share, row.serve_share, row.gift_share] for row in StoreTerms.objects.all()},
        "suppliers": {str(row.category_id): [row.pk, row.share] for row in Supplier.objects.all()},
    }


def lines(
    merchant_id: int, party: Party, since: date, until: date, terms: dict[str, Any] | None = None
) -> list[rules.Line]:
    """What the period is now by those terms, without corrections of others. No terms: nothing."""
    by = terms or current_terms()
    if party.kind == "supplier":
        return _of_supplier(merchant_id, party.id, since, until, by["suppliers"])
    return _of_store(merchant_id, party.id, since, until, by["stores"])


def _of_store(
    merchant_id: int, node_id: int, since: date, until: date, saved: dict[str, list[int]]
) -> list[rules.Line]:
    start, end = bounds(merchant_id, since, until)
    terms = {int(key): rules.Terms(*shares) for key, shares in saved.items()}
    if node_id not in terms:
        return []
    served = orders.served(merchant_id, start, end)
    unit = merchants.current_merchant(merchant_id).currency
    mine = orders.sold(merchant_id, start, end).get(node_id)
    held, gift = (_of_ledger(kind, unit, start, end) for kind in (HELD, GIFT))
    return rules.store_lines(
        terms[node_id],
        sold=(mine.amount, mine.count) if mine else (0, 0),
        served_for=[(one.amount, one.count) for one in served if one.served_at == node_id],
        served_by=[
            (one.amount, one.count, terms[one.served_at].serve_share if one.served_at in terms else 0)
            for one in served
            if one.sold_at == node_id
        ],
        cash=payments.cash_moved(start, end).get(node_id, (0, 0)), held=held.get(node_id, (0, 0)),
        gift=gift.get(node_id, (0, 0)),
    )  # fmt: skip


def corrections(merchant_id: int, party: Party) -> list[tuple[Statement, rules.Line]]:
    """What closed periods of a party have become since, beyond what was booked about them."""
    closed = list(
        Statement.objects.filter(node=party.fields["node_id"], supplier=party.fields["supplier_id"])
        .order_by("-until", "-id")[:MOST_CORRECTED]
    )  # fmt: skip
    found = []
    for statement in reversed(closed):
        rows = StatementLine.objects.filter(statement=statement, about=None) | StatementLine.objects.filter(
            about=statement
        )
        booked = [rules.Line(row.what, row.base, row.due, row.count) for row in rows]
        now = lines(merchant_id, party, statement.since, statement.until, statement.terms)
        found += [(statement, line) for line in rules.difference(now, booked)]
    return found


def _of_ledger(kind: str, unit: str, start: datetime, end: datetime) -> dict[int, tuple[int, int]]:
    """Nothing where nobody registered the kind: a merchant without stored value."""
    if kind not in kinds.KINDS:
        return {}
    return browsing.moved_by_holder(kind=kind, unit=unit, holder_type="node", since=start, before=end)


def _of_supplier(
    merchant_id: int, supplier_id: int, since: date, until: date, saved: dict[str, list[int]]
) -> list[rules.Line]:
    """A category belongs to the supplier who stands nearest above it."""
    start, end = bounds(merchant_id, since, until)
    by_category = {int(key): (of, share) for key, (of, share) in saved.items()}
    above = {branch.pk: branch.category.parent_id for branch in catalog.categories()}
    sold = orders.sold_products(merchant_id, start, end)
    base = due = count = 0
    for code, product in catalog.products_by_code(sold).items():
        nearest = product.category_id
        while nearest is not None and nearest not in by_category:
            nearest = above.get(nearest)
        if nearest is None or by_category[nearest][0] != supplier_id:
            continue
        base += sold[code].amount
        due += rules.of_share(sold[code].amount, by_category[nearest][1])
        count += sold[code].count
    return [rules.Line("supplied", base, due, count)] if count else []
