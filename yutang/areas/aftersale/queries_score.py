"""How well stores serve after the sale: docs/algorithms/service-score.md."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, FloatField, Q

from yutang.areas.aftersale.queries import cases
from yutang.areas.aftersale.rules import Record
from yutang.areas.orders import queries_shop

if TYPE_CHECKING:
    from yutang.core.access import Actor

DAYS = 90


class _Median(Aggregate):
    """percentile_cont(0.5); PostgreSQL leaves empty values out."""

    template = "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass(frozen=True)
class Score:
    node_id: int
    record: Record

    @property
    def value(self) -> float:
        return self.record.score


def scores(actor: Actor, *, until: datetime) -> list[Score]:
    """Of each store within reach with an order or a case in the last `DAYS` days, the lowest score first. Two
    statements, however many stores."""
    since = until - timedelta(days=DAYS)
    orders = queries_shop.paid_by_store(since=since, until=until, nodes=actor.nodes("aftersale.view"))
    hours = _Median(
        ExpressionWrapper(F("answered_at") - F("opened_at"), output_field=DurationField()),
        output_field=DurationField(),
    )
    rows = (
        cases(actor)
        .filter(opened_at__gte=since, opened_at__lt=until)
        .order_by()
        .values("node_id")
        .annotate(
            n=Count("pk"), wait=hours, refused=Count("pk", filter=Q(refused_at__isnull=False)),
            overturned=Count("pk", filter=Q(is_overturned=True)),
            receipts=Count("pk", filter=Q(received_at__isnull=False)),
            late=Count("pk", filter=Q(is_received_late=True)),
        )
    )  # fmt: skip
    records = {node_id: Record(orders=count) for node_id, count in orders.items()}
    for row in rows:
        records[row["node_id"]] = Record(
            orders=orders.get(row["node_id"], 0), cases=row["n"],
            hours=None if row["wait"] is None else row["wait"].total_seconds() / 3600, refused=row["refused"],
            overturned=row["overturned"], receipts=row["receipts"], late_receipts=row["late"],
        )  # fmt: skip
    found = [Score(node_id, record) for node_id, record in records.items()]
    return sorted(found, key=lambda one: (one.value, one.node_id))
