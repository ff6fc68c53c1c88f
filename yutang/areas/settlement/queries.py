"""Reads of terms, statements and what is owed. Statements of stores belong to who reaches the store, those of suppliers
to the whole company."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Sum

from yutang.areas.merchants import queries as merchants
from yutang.areas.settlement import computing
from yutang.areas.settlement.computing import Party, bounds
from yutang.areas.settlement.models import Payment, Statement, StatementLine, StoreTerms, Supplier
from yutang.core.errors import NotAllowed, NotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from yutang.areas.merchants.models import OrgNode
    from yutang.areas.settlement.rules import Line
    from yutang.core.access import Actor

VIEW, CLOSE = "settlement.view", "settlement.close"
NEWEST = ("-id",)


def require_everything(actor: Actor, permission: str = CLOSE) -> None:
    if actor.nodes(permission) is not None:
        raise NotAllowed(permission=permission)


def stores(actor: Actor) -> list[tuple[OrgNode, StoreTerms | None]]:
    """Stores in reach with their terms."""
    terms = {row.node_id: row for row in StoreTerms.objects.all()}
    return [(node, terms.get(node.pk)) for node in merchants.nodes_for(VIEW, actor=actor) if node.kind == "store"]


def suppliers(actor: Actor) -> list[Supplier]:
    """For those who see the whole company."""
    return [] if actor.nodes(VIEW) is not None else list(Supplier.objects.select_related("category").order_by("name"))


def supplier(supplier_id: int, *, actor: Actor) -> Supplier:
    found = next((row for row in suppliers(actor) if row.pk == supplier_id), None)
    if found is None:
        raise NotFound
    return found


def terms_of(node_id: int) -> StoreTerms | None:
    return StoreTerms.objects.filter(node=node_id).first()


def statements(actor: Actor) -> QuerySet[Statement]:
    """To be paged by `NEWEST`."""
    nodes = actor.nodes(VIEW)
    rows = Statement.objects.select_related("node", "supplier")
    return rows if nodes is None else rows.filter(node__in=nodes)


def statement(statement_id: int, *, actor: Actor) -> Statement:
    """The checked door."""
    found = statements(actor).filter(pk=statement_id).first()
    if found is None:
        raise NotFound
    return found


def lines(statement: Statement) -> list[StatementLine]:
    return list(StatementLine.objects.filter(statement=statement).select_related("about").order_by("id"))


def payments(statement: Statement) -> list[Payment]:
    return list(Payment.objects.filter(statement=statement).order_by("id")[:500])


def paid(statement: Statement) -> int:
    return Payment.objects.filter(statement=statement).aggregate(sum=Sum("amount"))["sum"] or 0


def next_since(party: Party) -> date | None:
    """The day after the last closed period; None before the first."""
    fields = party.fields
    last = Statement.objects.filter(node=fields["node_id"], supplier=fields["supplier_id"]).order_by("-until").first()
    return last.until + timedelta(days=1) if last else None


def open_lines(
    merchant_id: int, party: Party, since: date, until: date
) -> tuple[list[Line], list[tuple[Statement, Line]]]:
    """A period as it would be closed now: its own lines, and corrections of closed ones."""
    return computing.lines(merchant_id, party, since, until), computing.corrections(merchant_id, party)


__all__ = [
    "CLOSE", "NEWEST", "VIEW", "Party", "bounds", "lines", "next_since", "open_lines", "paid", "payments",
    "require_everything", "statement", "statements", "stores", "supplier", "suppliers", "terms_of",
]  # fmt: skip
