"""A statement as it stands: read from orders, drawers and the ledger, a few set-based statements for all parties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from yutang.areas.catalog import queries as catalog
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import queries_settlement as orders
from yutang.areas.payments import queries as payments
from yutang.areas.settlement import rules
from yutang.areas.settlement.models import Statement, StatementLine, StoreTerms, Supplier
from yutang.core import clock
from yutang.core.ledger import browsing, kinds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


@dataclass(frozen=True)
class Period:
    """Days `since` to `until` inclusive, and everybody's terms that hold for them (`current_terms`)."""

    since: date
    until: date
    terms: dict[str, Any]


def lines(
    merchant_id: int, party: Party, since: date, until: date, terms: dict[str, Any] | None = None
) -> list[rules.Line]:
    """What the period is now by those terms, without corrections of others. No terms: nothing."""
    return _of_each(merchant_id, party, [Period(since, until, terms or current_terms())])[0]


def _of_each(merchant_id: int, party: Party, asked: Sequence[Period]) -> list[list[rules.Line]]:
    """Of periods that do not overlap, the earliest first; the same number of statements for any number of them."""
    zone = merchants.current_merchant(merchant_id).timezone
    spans = [(clock.start_of_day(one.since, zone), clock.end_of_day(one.until, zone)) for one in asked]
    edges = sorted({edge for span in spans for edge in span})
    places = [edges.index(start) for start, _ in spans]  # between two of them may lie days that nobody asked for
    of_party = _of_supplier if party.kind == "supplier" else _of_store
    return of_party(
        merchant_id, party.id, edges, [(place, one.terms) for place, one in zip(places, asked, strict=True)]
    )


def _of_store(
    merchant_id: int, node_id: int, edges: Sequence[datetime], asked: Sequence[tuple[int, dict[str, Any]]]
) -> list[list[rules.Line]]:
    """`asked`: (place of the period between the edges, terms)."""
    unit = merchants.current_merchant(merchant_id).currency
    sold, served, cash = orders.sold(merchant_id, edges), orders.served(merchant_id, edges), payments.cash_moved(edges)
    held, gift = (_of_ledger(kind, unit, edges) for kind in (HELD, GIFT))
    found: list[list[rules.Line]] = []
    for place, saved in asked:
        terms = {int(key): rules.Terms(*shares) for key, shares in saved["stores"].items()}
        if node_id not in terms:
            found.append([])
            continue
        mine = sold[place].get(node_id)
        found.append(
            rules.store_lines(
                terms[node_id],
                sold=(mine.amount, mine.count) if mine else (0, 0),
                served_for=[(one.amount, one.count) for one in served[place] if one.served_at == node_id],
                served_by=[
                    (one.amount, one.count, terms[one.served_at].serve_share if one.served_at in terms else 0)
                    for one in served[place]
                    if one.sold_at == node_id
                ],
                cash=cash[place].get(node_id, (0, 0)), held=held[place].get(node_id, (0, 0)),
                gift=gift[place].get(node_id, (0, 0)),
            )
        )  # fmt: skip
    return found


def corrections(merchant_id: int, party: Party) -> list[tuple[Statement, rules.Line]]:
    """What closed periods of a party have become since, beyond what was booked about them. A dozen statements, however
    many periods there are."""
    mine = Statement.objects.filter(node=party.fields["node_id"], supplier=party.fields["supplier_id"])
    closed = list(mine.order_by("-until", "-id")[:MOST_CORRECTED])[::-1]
    if not closed:
        return []
    booked = _booked([statement.pk for statement in closed])
    asked = [Period(statement.since, statement.until, statement.terms) for statement in closed]
    return [
        (statement, line)
        for statement, now in zip(closed, _of_each(merchant_id, party, asked), strict=True)
        for line in rules.difference(now, booked.get(statement.pk, []))
    ]


def _booked(statement_ids: Sequence[int]) -> dict[int, list[rules.Line]]:
    """Statement → its own lines, and what later ones booked about it."""
    found: dict[int, list[rules.Line]] = {}
    own = StatementLine.objects.filter(statement__in=statement_ids, about=None)
    later = StatementLine.objects.filter(about__in=statement_ids)
    for row in (*own, *later):
        line = rules.Line(row.what, row.base, row.due, row.count)
        found.setdefault(row.about_id or row.statement_id, []).append(line)
    return found


def _of_ledger(kind: str, unit: str, edges: Sequence[datetime]) -> list[dict[int, tuple[int, int]]]:
    """Nothing where nobody registered the kind: a merchant without stored value."""
    if kind not in kinds.KINDS:
        return [{} for _ in edges[1:]]
    return browsing.moved_by_holder(kind=kind, unit=unit, holder_type="node", edges=edges)


def _of_supplier(
    merchant_id: int, supplier_id: int, edges: Sequence[datetime], asked: Sequence[tuple[int, dict[str, Any]]]
) -> list[list[rules.Line]]:
    above = {branch.pk: branch.category.parent_id for branch in catalog.categories()}
    sold = orders.sold_products(merchant_id, edges)
    products = catalog.products_by_code({code for codes in sold for code in codes})
    of_code = {code: product.category_id for code, product in products.items()}
    return [_supplied(supplier_id, sold[place], of_code, above, saved["suppliers"]) for place, saved in asked]


def _supplied(
    supplier_id: int, sold: Mapping[str, orders.Sold], of_code: Mapping[str, int | None],
    above: Mapping[int, int | None], saved: Mapping[str, list[int]],
) -> list[rules.Line]:  # fmt: skip
    """A category belongs to the supplier who stands nearest above it. What the catalogue lacks is nobody's."""
    by_category = {int(key): (of, share) for key, (of, share) in saved.items()}
    base = due = count = 0
    for code in sold.keys() & of_code.keys():
        nearest = of_code[code]
        while nearest is not None and nearest not in by_category:
            nearest = above.get(nearest)
        if nearest is None or by_category[nearest][0] != supplier_id:
            continue
        base += sold[code].amount
        due += rules.of_share(sold[code].amount, by_category[nearest][1])
        count += sold[code].count
    return [rules.Line("supplied", base, due, count)] if count else []
