"""What figures look like from outside."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from yutang.api.shapes import Day, Id, Paging
from yutang.areas.analytics.registry import Unit


class MetricFilters(Schema):
    """`at`, or `from` and `to`; neither: everything known."""

    at: Day | None = Field(None, description="Everything up to the end of this day of the merchant's time zone.")
    since: Day | None = Field(None, alias="from", description="First day of the period, included.")
    until: Day | None = Field(None, alias="to", description="Last day, included; today when it is left out.")
    node: Id | None = Field(None, description="A store or region of the key's reach, everything below included.")


class RowFilters(MetricFilters, Paging):
    pass


class MetricOut(Schema):
    key: str
    name: str
    value: int | float | None = Field(
        description="Money in minor units; a ratio of 0.25 is 25 %. null: there is nothing to compute it from."
    )
    unit: Unit
    currency: str | None = Field(description="Of money.")
    as_of: date = Field(description="The last day it is about.")


class MetricsOut(Schema):
    items: list[MetricOut]
    next_cursor: str | None = None
    complete_until: datetime | None = Field(description="Up to when the figures hold everything.")


class ColumnOut(Schema):
    name: str
    label: str
    kind: str = Field(description="customer, order, channel and node are ids; day, count, days, money, kind, text")


class DefinitionOut(Schema):
    key: str
    name: str
    definition: str
    unit: Unit
    over: str = Field(description="period: counted from `from` to `to`; history: stands at the end of the last day")
    higher_is_better: bool | None
    sql: str = Field(description="As it runs; $since, $until and $nodes are bound values.")
    columns: list[ColumnOut] = Field(description="Of the rows behind it.")


class RowsOut(Schema):
    items: list[dict[str, Any]] = Field(description="Values by the names of the definition's columns.")
    next_cursor: str | None
    total: int
