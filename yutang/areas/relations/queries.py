"""Reads: what is said of people, what of it counts, and people by it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import BigIntegerField, Count, DateTimeField, F, OuterRef, Value
from django.db.models.functions import Cast

from yutang.areas.merchants import queries as merchants
from yutang.areas.relations.models import GuideAssignment, PersonRole, Referral, Statement

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet

    from yutang.areas.customers.models import Customer
    from yutang.areas.merchants.models import Member
    from yutang.core.access import Actor

S = TypeVar("S", bound=Statement)
MOST_GUIDES = 1000
MOST_SHOWN = 200  # statements of each kind about one person
SELF_DEALING = frozenset({PersonRole.Role.STAFF, PersonRole.Role.GUIDE, PersonRole.Role.DISTRIBUTOR})


@dataclass(frozen=True)
class Said:
    """A statement about a person. `value`: the role, the bringer or the guide; `name` and `node_id` are theirs."""

    kind: str  # "role", "referral", "guide"
    pk: int
    value: int
    name: str
    node_id: int | None
    source: str
    reason: str
    since: datetime
    set_by: str
    ended_at: datetime | None
    ended_by: str
    end_reason: str
    home_id: int
    home_bringer_id: int | None
    is_standing: bool  # of a referral

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


@dataclass(frozen=True)
class Relations:
    """All statements about one person and what follows from them."""

    customer_id: int
    said: list[Said]  # the newest first
    brought: int  # how many people they brought, at whatever store these are at home

    @property
    def roles(self) -> list[Said]:
        """Those the person has; where two homes have the same, the older statement."""
        found: dict[int, Said] = {}
        for one in sorted(self._open("role"), key=lambda one: (one.since, one.pk)):
            found.setdefault(one.value, one)
        return [found[role] for role in sorted(found)]

    @property
    def bringer(self) -> Said | None:
        return next((one for one in self._open("referral") if one.is_standing), None)

    @property
    def guide(self) -> Said | None:
        """The newest statement of all homes."""
        return max(self._open("guide"), key=lambda one: (one.since, one.pk), default=None)

    @property
    def brought_themselves(self) -> list[Said]:
        """Statements in which the person brought themselves: made for two people who turned out to be one."""
        return [one for one in self._open("referral") if one.value == self.customer_id]

    @property
    def may_deal_with_themselves(self) -> bool:
        """Whether the person has a role that earns by what customers buy."""
        return any(one.value in SELF_DEALING for one in self.roles)

    def _open(self, kind: str) -> list[Said]:
        return [one for one in self.said if one.kind == kind and one.is_open]


def of_person(person: Customer, *, actor: Actor) -> Relations:
    """Everything that is, or was, said of the person, in one query. Bringers outside the actor's part of the tree have
    no name."""
    nodes = actor.nodes("customers.view")
    roles = _said(PersonRole.objects.filter(customer=person), "role", F("role"), Value(""))
    referrals = _said(
        Referral.objects.filter(customer=person), "referral", F("bringer_id"), F("bringer__name"),
        node=F("bringer__home_node_id"), home=F("home_bringer_id"), standing=F("is_standing"),
    )  # fmt: skip
    guides = _said(GuideAssignment.objects.filter(customer=person), "guide", F("guide_id"), F("guide__user__name"))
    said, brought = [], 0
    for row in roles.union(referrals, guides, _brought(person), all=True):
        one = Said(*row)
        if one.kind == "brought":
            brought = one.value
            continue
        if one.kind == "referral" and nodes is not None and one.node_id not in nodes:
            one = replace(one, name="")
        said.append(one)
    return Relations(person.pk, sorted(said, key=lambda one: (one.since, one.pk), reverse=True), brought)


def _brought(person: Customer) -> QuerySet[Referral, tuple[Any, ...]]:
    """One row in the shape of `Said`, whose value is the number of people the person brought."""
    theirs = Referral.objects.filter(bringer=person, is_standing=True).order_by()
    number, text = Value(None, BigIntegerField()), Value("")
    return theirs.values(kind_=Value("brought")).annotate(n=Count("pk")).values_list(
        "kind_", number, "n", text, number, text, text, Value(None, DateTimeField()), text,
        Value(None, DateTimeField()), text, text, number, number, Value(value=False),
    )  # fmt: skip


def _said(
    rows: QuerySet[S],
    kind: str,
    value: F,
    name: F | Value,
    *,
    node: F | None = None,
    home: F | None = None,
    standing: F | None = None,
) -> QuerySet[S, tuple[Any, ...]]:
    """The newest of them, with the columns of `Said`."""
    return rows.order_by("-id").values_list(
        Value(kind), "pk", Cast(value, BigIntegerField()), name,
        node or Value(None, BigIntegerField()), "source", "reason", "since", "set_by", "ended_at", "ended_by",
        "end_reason", "home_customer_id", home or Value(None, BigIntegerField()), standing or Value(value=False),
    )[:MOST_SHOWN]  # fmt: skip


def guides(customer_ids: Iterable[int]) -> dict[int, GuideAssignment]:
    """The guide of each of these people of today who has one, in one query."""
    rows = GuideAssignment.objects.filter(customer__in=list(customer_ids), ended_at__isnull=True)
    newest = rows.order_by("customer_id", "-since", "-pk").distinct("customer_id")
    return {row.customer_id: row for row in newest.select_related("guide__user")}


def possible_guides(actor: Actor, permission: str = "relations.edit") -> list[Member]:
    """Colleagues who can look after people, by name, as far as the actor may choose among them."""
    return list(merchants.colleagues(actor=actor, permission=permission)[:MOST_GUIDES])


# -- people by what is said of them --------------------------------------------------------------------------------


def people_in_role(role: int) -> QuerySet[PersonRole, int]:
    """Ids of people, as the next two: to narrow a list by."""
    return PersonRole.objects.filter(role=role, ended_at__isnull=True).values_list("customer", flat=True)


def people_of_guide(guide_id: int) -> QuerySet[GuideAssignment, int]:
    """Whom this colleague looks after today."""
    newest = GuideAssignment.objects.filter(customer=OuterRef("customer_id"), ended_at__isnull=True)
    theirs = GuideAssignment.objects.filter(
        guide=guide_id, ended_at__isnull=True, pk=newest.order_by("-since", "-pk").values("pk")[:1]
    )
    return theirs.values_list("customer", flat=True)


def people_brought_by(bringer_id: int) -> QuerySet[Referral, int]:
    return Referral.objects.filter(bringer=bringer_id, is_standing=True).values_list("customer", flat=True)
