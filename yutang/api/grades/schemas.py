"""What value grades look like from outside. Money is in minor units of the merchant's currency."""

from __future__ import annotations

from datetime import date

from ninja import Schema
from pydantic import Field

from yutang.api.shapes import Day, Id


class GradeFilters(Schema):
    at: Day | None = Field(None, description="As it stood at the end of this day; today when it is left out.")
    node: Id | None = Field(None, description="People at home in this store or region, everything below included.")


class ParetoFilters(GradeFilters):
    percent: int = Field(80, ge=1, le=100, description="Which part of the net amount is asked about.")


class RfmGroupOut(Schema):
    key: str
    name: str
    people: int
    net_amount: int


class CellOut(Schema):
    r: int
    f: int
    m: int
    group: str
    people: int
    net_amount: int


class RfmOut(Schema):
    as_of: date
    currency: str
    people: int
    recency: list[int] = Field(description="Ends of four fifths: days from the last purchase to the next day.")
    frequency: list[int] = Field(description="The same in purchases.")
    monetary: list[int] = Field(description="The same in net amount.")
    groups: list[RfmGroupOut]
    cells: list[CellOut] = Field(description="Those that hold somebody.")


class PointOut(Schema):
    people: float = Field(description="Share of people, the best first.")
    net: float = Field(description="Their share of the net amount.")


class ParetoOut(Schema):
    as_of: date
    currency: str
    people: int
    net_amount: int
    percent: int
    needed: int | None = Field(description="The fewest people who make this part. null: there is nothing to share.")
    least: int | None = Field(description="Each of them is worth this or more.")
    top20_share: float | None
    curve: list[PointOut]


class LadderOut(Schema):
    measure: str = Field(description="net or purchases")
    window_days: int | None = Field(description="The last so many days; null: everything so far.")
    middle_from: int
    big_from: int


class TierOut(Schema):
    key: str
    name: str
    people: int
    net_amount: int


class TiersOut(Schema):
    as_of: date
    currency: str
    ladder: LadderOut
    tiers: list[TierOut]
