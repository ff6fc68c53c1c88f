"""What people did, as rows of one shape: interactions, and purchases among them. Every report stands on these rows.

A row: `customer_id` (the person of today; a visitor not yet known is a person of their own), `at` (microseconds),
`id`, `day` (the merchant's), `kind` (PURCHASE for a purchase), `page`, `item`, `source`, `channel`. Within a person the
rows have one order, ORDER: by time, at the same instant interactions before purchases, then by number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from sqlglot import parse_one

from yutang.areas.analytics import views
from yutang.areas.analytics.queries.scope import Period, visible_nodes
from yutang.core.errors import Invalid
from yutang.lake import engine

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pyarrow as pa

    from yutang.core.access import Actor

PERMISSION = "interactions.view"
PURCHASE = "PURCHASE"  # kinds of interactions begin with a small letter
ORDER = f"at, kind = '{PURCHASE}', id"
TECHNICAL = "identify"  # nobody did anything
DAY = 86_400_000_000  # microseconds

_REACH = """ AND {alias}.customer_id IN (
        SELECT COALESCE(m.customer_id, p.customer_id) FROM customers.person AS p
        LEFT JOIN redirect_people AS m ON m.source = p.customer_id
        WHERE LIST_CONTAINS($nodes, p.home_node_id)
    )"""
_EVENTS = f"""
    SELECT e.customer_id, EPOCH_US(e.occurred_at) AS at, e.id, e.occurred_on AS day, e.kind, e.page, e.item, e.source,
           e.channel
    FROM interactions.event AS e
    WHERE e.customer_id IS NOT NULL AND e.kind <> '{TECHNICAL}' AND e.occurred_on BETWEEN $first AND $last
          AND ($channel = '' OR e.channel = $channel) AND ($source = '' OR e.source = $source)
"""  # noqa: S608  only constants
# The purchase of views.py, with its instant and whatever the store: a person's purchases count wherever they were made.
_PURCHASES = f"""
    SELECT o.customer_id, EPOCH_US(o.at) AS at, o.order_id AS id, o.day, '{PURCHASE}' AS kind, '' AS page, '' AS item,
           '' AS source, '' AS channel
    FROM (
        SELECT order_id, MIN(occurred_on) FILTER (WHERE sold > 0) AS day,
               ARG_MIN(at, occurred_on) FILTER (WHERE sold > 0) AS at,
               ARG_MAX(customer_id, sold) FILTER (WHERE sold > 0) AS customer_id
        FROM (
            SELECT order_id, customer_id, occurred_on,
                   MIN(occurred_at) FILTER (WHERE kind <> 'refund' AND amount > 0) AS at,
                   COALESCE(SUM(amount) FILTER (WHERE kind <> 'refund'), 0)::BIGINT AS sold
            FROM orders.line WHERE occurred_on <= $last
            GROUP BY order_id, customer_id, occurred_on
        ) AS part
        GROUP BY order_id
        HAVING SUM(sold) > 0
    ) AS o
    WHERE o.customer_id IS NOT NULL AND o.day BETWEEN $first AND $last
"""  # noqa: S608  only constants


@dataclass(frozen=True)
class Asked:
    """The merchant's days, both included; what interactions must have been done on (`channel`) and come by (`source`),
    empty for any; the home stores of the people (None: everybody, visitors too)."""

    since: date
    until: date
    channel: str = ""
    source: str = ""
    nodes: tuple[int, ...] | None = None

    @property
    def period(self) -> Period:
        return Period(self.since, self.until)


@dataclass(frozen=True)
class Step:
    """Something that can be done: a kind of interaction, narrowed by a piece of the page's address and by the item; or
    a purchase. An empty kind is any interaction."""

    kind: str = ""
    page: str = ""
    item: str = ""

    def __post_init__(self) -> None:
        if self.kind == PURCHASE and (self.page or self.item):
            reason = gettext("A purchase has no page and no item.")
            raise Invalid(field="kind", field_label=gettext("Did"), reason=reason)

    def condition(self, place: int) -> str:
        """SQL over a row; `values` of the same place are bound to it."""
        kind = f"kind = $kind_{place}" if self.kind else f"kind <> '{PURCHASE}'"
        page = f" AND CONTAINS(page, $page_{place})" if self.page else ""
        item = f" AND item = $item_{place}" if self.item else ""
        return f"({kind}{page}{item})"

    def values(self, place: int) -> dict[str, str]:
        given = {"kind": self.kind, "page": self.page, "item": self.item}
        return {f"{name}_{place}": value for name, value in given.items() if value}


def asked(
    *, period: Period, channel: str = "", source: str = "", nodes: frozenset[int] | None = None, actor: Actor
) -> Asked:
    """A question within the actor's reach. The period must have a first day."""
    if period.since is None:
        reason = gettext("Choose the first day.")
        raise Invalid(field="since", field_label=gettext("From"), reason=reason)
    reach = visible_nodes(nodes, actor, PERMISSION)
    return Asked(period.since, period.until, channel, source, None if reach is None else tuple(sorted(reach)))


def done(question: Asked, *, events: bool = True, purchases: bool = True) -> str:
    """SELECT of the rows from `$first` to `$last`."""
    parts = [(_EVENTS, "e")] * events + [(_PURCHASES, "o")] * purchases
    reach = "" if question.nodes is None else _REACH
    return " UNION ALL ".join(sql + reach.format(alias=alias) for sql, alias in parts)


def ask(select: str, question: Asked, values: Mapping[str, Any] | None = None) -> pa.Table:
    """Rows of a SELECT over `done`; `values` bind its own names, `first` and `last` where they are not the period's."""
    tree = parse_one(select, dialect=views.DIALECT)
    known = {
        "first": question.since, "last": question.until, "since": question.since, "until": question.until,
        "channel": question.channel, "source": question.source,
        "nodes": None if question.nodes is None else list(question.nodes), **(values or {}),
    }  # fmt: skip
    used = views.parameters(tree)
    return engine.query(tree, **{name: value for name, value in known.items() if name in used})
