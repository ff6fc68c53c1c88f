"""Terms, closing a period, payments between parties."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.catalog import queries as catalog
from yutang.areas.merchants import queries as merchants
from yutang.areas.settlement import computing, queries
from yutang.areas.settlement.computing import Party
from yutang.areas.settlement.errors import NoTerms, NotOver, TooMuch, WrongPeriod
from yutang.areas.settlement.models import Payment, Statement, StatementLine, StoreTerms, Supplier
from yutang.core import audit, clock, locks
from yutang.core.ledger import services as ledger
from yutang.core.ledger.lines import MERCHANT, Holder, Line

if TYPE_CHECKING:
    from yutang.core.access import Actor

KINDS = {"node": "settlement.party", "supplier": "settlement.supplier"}


@transaction.atomic
def save_terms(*, node_id: int, share: int, serve_share: int, gift_share: int, actor: Actor) -> StoreTerms:
    """In hundredths of a percent. Closed periods keep the terms they were closed with."""
    queries.require_everything(actor)
    merchants.node(node_id, actor=actor, permission=queries.CLOSE)
    values = {"share": share, "serve_share": serve_share, "gift_share": gift_share}
    saved, _ = StoreTerms.objects.update_or_create(merchant_id=actor.merchant_id, node_id=node_id, defaults=values)
    audit.record("settlement.terms", actor=actor, object_type="node", object_id=node_id, detail=values)
    return saved


@transaction.atomic
def save_supplier(*, supplier_id: int | None = None, name: str, category_id: int, share: int, actor: Actor) -> Supplier:
    queries.require_everything(actor)
    catalog.category(category_id)
    values = {"name": name, "category_id": category_id, "share": share}
    if supplier_id is None:
        saved = Supplier.objects.create(merchant_id=actor.merchant_id, **values)
    else:
        saved = queries.supplier(supplier_id, actor=actor)
        saved.name, saved.category_id, saved.share = name, category_id, share
        saved.save()
    audit.record("settlement.supplier", actor=actor, object_type="supplier", object_id=saved.pk, detail=values)
    return saved


@transaction.atomic
def close(*, party: Party, since: date, until: date, actor: Actor) -> Statement:
    """Freezes a period and what earlier ones have become since, and books what follows. The same period again is the
    same statement. NotOver, WrongPeriod where it does not begin after the last one, NoTerms."""
    queries.require_everything(actor)
    locks.until_commit(locks.Lock.SETTLEMENT, f"{actor.merchant_id}:{party.kind}:{party.id}")
    earlier = Statement.objects.filter(
        node=party.fields["node_id"], supplier=party.fields["supplier_id"], since=since, until=until
    ).first()
    if earlier is not None:
        return earlier
    merchant = merchants.current_merchant(actor.merchant_id)
    if party.kind == "node" and queries.terms_of(party.id) is None:
        raise NoTerms
    if party.kind == "supplier":
        queries.supplier(party.id, actor=actor)
    if until >= clock.today(merchant.timezone):
        raise NotOver(field="until")
    expected = queries.next_since(party)
    if (expected is not None and since != expected) or until < since:
        raise WrongPeriod(field="since", since=(expected or until).isoformat())
    late = computing.corrections(actor.merchant_id, party)
    terms = computing.current_terms()
    own = computing.lines(actor.merchant_id, party, since, until, terms)
    due = sum(line.due for line in own) + sum(line.due for _, line in late)
    made = Statement.objects.create(
        merchant_id=actor.merchant_id, **party.fields, since=since, until=until, currency=merchant.currency, due=due,
        terms=terms,
        closed_by=actor.name,
    )  # fmt: skip
    StatementLine.objects.bulk_create(
        StatementLine(
            merchant_id=actor.merchant_id, statement=made, about=about, what=line.what, base=line.base, due=line.due,
            count=line.count,
        )
        for about, line in [*((None, line) for line in own), *late]
    )  # fmt: skip
    _book(f"settlement:{made.pk}", "settlement.close", party, due, "settlement.clearing", made, actor)
    audit.record("settlement.close", actor=actor, object_type="settlement_statement", object_id=made.pk)
    return made


@transaction.atomic
def pay(*, statement_id: int, amount: int, key: str, note: str = "", actor: Actor) -> Payment:
    """`amount` to the party (+) or from it (−): towards what the statement says, never beyond it. The same key again is
    the same payment. TooMuch."""
    queries.require_everything(actor)
    queries.statement(statement_id, actor=actor)
    found = Statement.objects.select_for_update(no_key=True).get(pk=statement_id)
    if (earlier := Payment.objects.filter(key=key).first()) is not None:
        return earlier
    owed = found.due - queries.paid(found)
    if amount == 0 or amount * owed <= 0 or abs(amount) > abs(owed):
        raise TooMuch(field="amount", owed=owed)
    made = Payment.objects.create(
        merchant_id=actor.merchant_id, statement=found, key=key, amount=amount, note=note, by=actor.name
    )
    party = computing.party_of(found)
    _book(f"settlement:payment:{made.pk}", "settlement.payment", party, -amount, "settlement.paid", found, actor)
    audit.record(
        "settlement.pay", actor=actor, object_type="settlement_statement", object_id=found.pk, detail={"amount": amount}
    )
    return made


def _book(key: str, kind: str, party: Party, amount: int, against: str, statement: Statement, actor: Actor) -> None:
    if amount:
        holder, unit = Holder(party.kind, party.id), statement.currency
        lines = [Line(KINDS[party.kind], holder, amount, unit), Line(against, MERCHANT, -amount, unit)]
        ledger.post(key=key, kind=kind, lines=lines, source=("settlement_statement", statement.pk), actor=actor)
