"""Values that stand in the lake, offered while a rule is written."""

from __future__ import annotations

import hashlib

from django.core.cache import cache
from sqlglot import exp

from yutang.areas.segments.queries import VIEW
from yutang.areas.segments.registry import REGISTRY, Attribute, Choice, Kind
from yutang.core.access import Actor
from yutang.core.errors import NotFound
from yutang.lake import engine
from yutang.lake.tables import PERSON
from yutang.lake.tables import REGISTRY as TABLES

LIMIT = 30
KEPT_SECONDS = 300


def suggest(key: str, *, fact: str = "", term: str = "", actor: Actor) -> list[Choice]:
    """The most frequent values of an attribute (or of a fact's column) that contain `term`."""
    nodes = actor.nodes(VIEW)
    attribute = REGISTRY.attributes.get(key)
    if fact:
        attribute = REGISTRY.facts[fact].column(key) if fact in REGISTRY.facts else None
    if attribute is None:
        raise NotFound
    term = term.strip()[:100]
    if (choices := attribute.offered(nodes)) is not None:
        return [c for c in choices if term.casefold() in c.label.casefold()][:500]
    if attribute.kind is not Kind.TEXT or not attribute.is_column:
        return []
    labels = attribute.labels() if attribute.labels else {}
    meant = sorted(code for code, label in labels.items() if term and term.casefold() in label.casefold())
    seen_by = sorted(nodes) if nodes is not None else ""
    place = ("segments.suggest", actor.merchant_id, fact, key, term, meant, seen_by)
    kept = cache.get(name := hashlib.sha256(repr(place).encode()).hexdigest())
    if kept is None:
        kept = _frequent(attribute, fact or PERSON, term, meant, nodes)
        cache.set(name, kept, KEPT_SECONDS)
    return [Choice(value, labels.get(value, value)) for value in kept]


def _frequent(attribute: Attribute, table: str, term: str, meant: list[str], nodes: frozenset[int] | None) -> list[str]:
    """`meant`: codes whose words contain the term."""
    column = exp.column(attribute.expression, table="t")
    query = (
        exp.Select()
        .from_(exp.alias_(exp.to_table(table), "t", table=True))
        .select(exp.alias_(column, "value"))
        .where(exp.NEQ(this=column.copy(), expression=exp.Literal.string("")))
        .group_by(column.copy())
        .order_by(exp.Ordered(this=exp.Count(this=exp.Star()), desc=True), column.copy())
        .limit(LIMIT)
    )
    if term:
        place = exp.StrPosition(this=exp.Lower(this=column.copy()), substr=exp.Literal.string(term.lower()))
        contained = exp.GT(this=place, expression=exp.convert(0))
        codes = exp.In(this=column.copy(), expressions=[exp.Literal.string(code) for code in meant])
        query = query.where(exp.or_(contained, codes) if meant else contained)
    if nodes is not None:
        place_of = "home_node_id" if table == PERSON else "node_id"  # a fact that has no place is nobody's to see
        if table != PERSON and place_of not in {column.name for column in TABLES.facts[table].columns}:
            return []
        home = exp.column(place_of, table="t")
        query = query.where(exp.In(this=home, expressions=[exp.convert(n) for n in sorted(nodes)] or [exp.convert(-1)]))
    return [str(value) for value in engine.query(query).column("value").to_pylist()]
