"""What people look like from outside."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from yutang.api.shapes import Id, Input, Instant, Money, Paging, Ref


class StatisticsOut(Schema):
    purchases: int
    purchase_days: int
    net: Money
    first_purchase_at: datetime | None
    last_purchase_at: datetime | None


class CustomerOut(Schema):
    id: Ref
    name: str
    gender: str = Field(description="f, m or empty")
    birthday: date | None
    country: str
    province: str
    city: str
    district: str
    home_node_id: Ref
    source: str
    accepts_marketing: bool | None
    first_seen_at: datetime
    created_at: datetime
    statistics: StatisticsOut | None = Field(description="Of the orders the key sees; needs orders.view.")


class CustomerDetailOut(CustomerOut):
    merged_from: Ref | None = Field(description="The id that was asked for, when it has become part of this person.")


class CustomersOut(Schema):
    items: list[CustomerOut]
    next_cursor: str | None


class CustomerFilters(Paging):
    q: str | None = Field(
        None, min_length=1, max_length=200, description="Exactly this phone, e-mail, member card, UnionID or buyer id."
    )
    source: str | None = Field(None, max_length=40, description="First source: taobao, pos, …")
    first_seen_since: Instant | None = None
    created_since: Instant | None = None


class IdentityOut(Schema):
    id: Ref
    kind: str
    namespace: str
    value: str
    is_masked: bool
    is_shared: bool = Field(description="A household's phone: it belongs to several people.")
    source: str
    first_seen_at: datetime


class IdentitiesOut(Schema):
    customer_id: Ref
    items: list[IdentityOut]
    next_cursor: str | None = None


class NoteIn(Input):
    text: str = Field(min_length=1, max_length=4000)


class NoteOut(Schema):
    id: Ref
    customer_id: Ref
    text: str
    author: str
    created_at: datetime


RoleName = Literal["staff", "guide", "distributor", "supplier", "expert"]


class StatementOut(Schema):
    since: datetime
    set_by: str
    source: str = Field(description="manual, code, import or api")
    reason: str
    ended_at: datetime | None
    ended_by: str
    end_reason: str


class RoleOut(StatementOut):
    role: RoleName


class BringerOut(StatementOut):
    customer_id: Ref = Field(description="Who brought them.")


class GuideOut(StatementOut):
    member_id: Ref
    name: str


class RelationsOut(Schema):
    customer_id: Ref
    roles: list[RoleOut] = Field(description="What the person is today besides a customer.")
    brought_by: BringerOut | None
    guide: GuideOut | None
    brought: int = Field(description="How many people they brought.")
    history: list[RoleOut | BringerOut | GuideOut] = Field(description="Every statement that has ended, newest first.")


class RoleIn(Input):
    role: RoleName
    reason: str = Field("", max_length=300)


class BringerIn(Input):
    customer_id: Id
    reason: str = Field("", max_length=300, description="Needed where somebody else is known to have brought them.")


class GuideIn(Input):
    member_id: Id
    reason: str = Field("", max_length=300)


class ReasonIn(Input):
    reason: str = Field("", max_length=300)


class MergeIn(Input):
    survivor_id: Id
    absorbed_id: Id
    reason: str = Field("", max_length=400)


class MergeOut(Schema):
    id: Ref
    survivor_id: Ref
    absorbed_id: Ref
    evidence: list[dict[str, Any]]
    merged_at: datetime
    merged_by: str
    unmerged_at: datetime | None
    unmerged_by: str
