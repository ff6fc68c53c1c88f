"""Reads about merchants, their tree and their staff."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from yutang.areas.merchants import rules
from yutang.areas.merchants.errors import UnknownMerchant
from yutang.areas.merchants.models import Grant, Member, Merchant, OpeningHours, OrgNode, Role, User
from yutang.areas.merchants.permissions import PRESETS, PRIVILEGED
from yutang.areas.merchants.rules import Hours, Slot, Span
from yutang.core import clock, tenancy
from yutang.core.access import Actor
from yutang.core.errors import NotFound
from yutang.core.questions import instance

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import QuerySet

LEAD = timedelta(minutes=30)  # to have goods ready


def merchant(slug: str) -> Merchant:
    found = Merchant.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Merchant.objects.order_by("slug").values_list("slug", flat=True)[:20]) or "–"
        raise UnknownMerchant(field="merchant", slug=slug, known=known)
    return found


@contextmanager
def shop(slug: str) -> Iterator[Merchant | None]:
    """The scope of the merchant whose shop it is; None where there is none. Strangers ask, so nothing is said about
    others."""
    with tenancy.shop_scope(slug) as row:
        yield None if row is None else instance(Merchant, row)


def current_merchant(merchant_id: int) -> Merchant:
    return Merchant.objects.get(pk=merchant_id)


def root_node() -> OrgNode:
    """The HQ of the merchant in scope."""
    return OrgNode.objects.get(parent__isnull=True)


def tree() -> list[OrgNode]:
    """All nodes, parents before children, siblings by code."""
    nodes = list(OrgNode.objects.order_by("code"))
    children: dict[int | None, list[OrgNode]] = {}
    for node in nodes:
        children.setdefault(node.parent_id, []).append(node)
    ordered: list[OrgNode] = []
    stack = list(reversed(children.get(None, [])))
    while stack:
        node = stack.pop()
        ordered.append(node)
        stack.extend(reversed(children.get(node.pk, [])))
    return ordered


def descendants(node_ids: frozenset[int]) -> frozenset[int]:
    """The nodes and everything below them."""
    parents = dict(OrgNode.objects.values_list("id", "parent_id"))
    reached: set[int] = set()
    for node_id in parents:
        path, current = [], node_id
        while current is not None and current not in reached and current not in node_ids:
            path.append(current)
            current = parents[current]
        if current is not None:
            reached.update([*path, current])
    return frozenset(reached)


def nodes_by_code() -> dict[str, int]:
    return dict(OrgNode.objects.values_list("code", "id"))


def active_user(user_id: int) -> User | None:
    return User.objects.filter(pk=user_id, is_active=True).first()


def memberships(user: User) -> list[Member]:
    """The merchants a person works for; call inside `tenancy.account_scope`."""
    return list(Member.objects.filter(user=user, is_active=True).select_related("merchant").order_by("merchant__name"))


def permissions_of(role: Role) -> list[str]:
    """Presets follow the product: a new version may add a permission to them."""
    return PRESETS[role.key][1] if role.is_preset and role.key in PRESETS else role.permissions


def actor_for(user: User, merchant_id: int, ip: str | None = None) -> Actor | None:
    """The actor a logged-in person is for a merchant, or None without an active membership. Call in its scope."""
    found = actor_and_merchant(user, merchant_id, ip)
    return found[0] if found else None


def actor_and_merchant(user: User, merchant_id: int, ip: str | None = None) -> tuple[Actor, Merchant] | None:
    """The same with the merchant, in one query: every request needs both."""
    grants = list(
        Grant.objects.filter(member__user=user, member__is_active=True, merchant_id=merchant_id).select_related(
            "role", "node", "merchant"
        )
    )
    if grants:
        merchant = grants[0].merchant
    else:
        members = Member.objects.filter(user=user, is_active=True, merchant_id=merchant_id)
        if (found := members.select_related("merchant").first()) is None:
            return None
        merchant = found.merchant
    held: dict[str, set[int]] = {}
    for grant in grants:
        for permission in permissions_of(grant.role):
            held.setdefault(permission, set()).add(grant.node_id)
    whole = {grant.node_id for grant in grants if grant.node.parent_id is None}
    reach: dict[str, frozenset[int] | None] = {}
    expanded: dict[frozenset[int], frozenset[int]] = {}
    for permission, nodes in held.items():
        if nodes & whole:
            reach[permission] = None
            continue
        key = frozenset(nodes)
        if key not in expanded:
            expanded[key] = descendants(key)
        reach[permission] = expanded[key]
    return Actor(kind="user", id=user.pk, name=str(user), merchant_id=merchant_id, grants=reach, ip=ip), merchant


# -- staff -----------------------------------------------------------------------------------------------------------


def staff(*, actor: Actor) -> QuerySet[Member]:
    """Members this actor may see: all, or those with a role inside the own nodes."""
    return _within(Member.objects.select_related("user"), actor.nodes("staff.view"))


def colleagues(*, actor: Actor, permission: str) -> QuerySet[Member]:
    """Whom the actor may choose for something: who works here today, by name, with a role in the part of the tree that
    the permission reaches."""
    everybody = Member.objects.select_related("user").filter(is_active=True).order_by("user__name", "pk")
    return _within(everybody, actor.nodes(permission))


def every_colleague() -> list[tuple[int, str, int]]:
    """(member, name, node) of everybody, those who left too, by name. The node is that of their first role, the HQ for
    who has none."""
    first = Grant.objects.filter(member=OuterRef("pk")).order_by("pk").values("node_id")[:1]
    root = OrgNode.objects.filter(parent__isnull=True).values("pk")[:1]
    node = Coalesce(Subquery(first), Subquery(root), output_field=BigIntegerField())
    found = Member.objects.order_by("user__name", "pk").annotate(first_node=node)
    return list(found.values_list("pk", "user__name", "first_node"))


def member(member_id: int, *, actor: Actor, permission: str = "staff.view") -> Member:
    """One member, fetched and authorised."""
    found = _within(Member.objects.select_related("user"), actor.nodes(permission)).filter(pk=member_id).first()
    if found is None:
        raise NotFound
    return found


def _within(members: QuerySet[Member], nodes: frozenset[int] | None) -> QuerySet[Member]:
    if nodes is None:
        return members
    return members.filter(Exists(Grant.objects.filter(member=OuterRef("pk"), node_id__in=nodes)))


def with_role(members: QuerySet[Member], role_id: int) -> QuerySet[Member]:
    return members.filter(Exists(Grant.objects.filter(member=OuterRef("pk"), role_id=role_id)))


def grants_of(member: Member) -> list[Grant]:
    return list(Grant.objects.filter(member=member).select_related("role", "node").order_by("role__key", "node__code"))


def grants_by_member(members: list[Member]) -> dict[int, list[Grant]]:
    found: dict[int, list[Grant]] = {member.pk: [] for member in members}
    for grant in Grant.objects.filter(member__in=members).select_related("role", "node").order_by("id"):
        found[grant.member_id].append(grant)
    return found


def user_ids_within(nodes: frozenset[int]) -> QuerySet[Member, int]:
    """Accounts of the people with a role inside these nodes."""
    return _within(Member.objects.all(), nodes).values_list("user_id", flat=True)


def may_hand_out(actor: Actor, role: Role, node_id: int) -> bool:
    """Whether the actor manages staff at the node and holds there everything the role gives."""
    if actor.kind == "system":
        return True
    return all(_holds(actor, permission, node_id) for permission in {*permissions_of(role), "staff.edit"})


def may_hand_out_somewhere(actor: Actor, role: Role) -> bool:
    """Whether there is any node where the actor may give this role; forms offer no other."""
    needed = {*permissions_of(role), "staff.edit"}
    if actor.kind == "system":
        return True
    if not needed <= set(actor.grants):
        return False
    reaches = [nodes for permission in needed if (nodes := actor.grants[permission]) is not None]
    return not reaches or bool(frozenset.intersection(*reaches))


def may_manage(actor: Actor, member: Member) -> bool:
    """Whether everything the member holds is the actor's to give; somebody without roles belongs to the HQ."""
    if actor.kind == "system":
        return True
    grants = grants_of(member)
    if not grants:
        return holds_everywhere(actor, {"staff.edit"})
    return all(may_hand_out(actor, grant.role, grant.node_id) for grant in grants)


def holds_everywhere(actor: Actor, permissions: set[str]) -> bool:
    return actor.kind == "system" or all(
        permission in actor.grants and actor.grants[permission] is None for permission in permissions
    )


def _holds(actor: Actor, permission: str, node_id: int) -> bool:
    if permission not in actor.grants:
        return False
    nodes = actor.grants[permission]
    return nodes is None or node_id in nodes


def nodes_for(permission: str, *, actor: Actor) -> list[OrgNode]:
    """The part of the tree a permission reaches, parents before children."""
    reach = actor.nodes(permission)
    return [node for node in tree() if reach is None or node.pk in reach]


def node(node_id: int, *, actor: Actor, permission: str) -> OrgNode:
    reach = actor.nodes(permission)
    found = OrgNode.objects.filter(pk=node_id).select_related("parent").first()
    if found is None or (reach is not None and found.pk not in reach):
        raise NotFound
    return found


# -- opening hours ---------------------------------------------------------------------------------------------------


def hours(node_id: int) -> Hours:
    """What was said of a node; one statement."""
    return hours_of([node_id])[node_id]


def hours_of(node_ids: Iterable[int]) -> dict[int, Hours]:
    """The same of several nodes."""
    weeks: dict[int, dict[int, list[Span]]] = {node_id: {} for node_id in node_ids}
    days: dict[int, dict[date, list[Span]]] = {node_id: {} for node_id in weeks}
    for row in OpeningHours.objects.filter(node__in=weeks).order_by("opens"):
        if row.day is not None:
            spans = days[row.node_id].setdefault(row.day, [])
        else:
            assert row.weekday is not None  # the table asks for one of the two
            spans = weeks[row.node_id].setdefault(row.weekday, [])
        if row.opens is not None and row.closes is not None:
            spans.append(Span(row.opens, row.closes))
    return {node_id: Hours(weeks[node_id], days[node_id]) for node_id in weeks}


def slots(node: OrgNode, days: Iterable[date], *, minutes: int = 60, lead: timedelta = LEAD) -> list[Slot]:
    """When goods can be fetched at a node on these days of the merchant's time zone, in pieces of so many minutes. The
    first begins `lead` from now. Two statements."""
    timezone, known = current_merchant(node.merchant_id).timezone, hours(node.pk)
    earliest = clock.now() + lead
    return [
        slot
        for day in days
        for whole in rules.open_on(known, day, timezone)
        for slot in rules.cut(whole, minutes)
        if slot.starts >= earliest
    ]


def is_open(node_id: int, starts: datetime, ends: datetime) -> bool:
    """Whether the node is open all the time between."""
    found = OrgNode.objects.select_related("merchant").filter(pk=node_id, is_active=True).first()
    if found is None:
        return False
    timezone = found.merchant.timezone
    day = starts.astimezone(ZoneInfo(timezone)).date()
    times = rules.open_on(hours(node_id), day, timezone)
    return any(whole.starts <= starts < ends <= whole.ends for whole in times)


# -- roles -----------------------------------------------------------------------------------------------------------


def roles() -> list[Role]:
    """Presets in their order, then own roles by name."""
    order = {key: number for number, key in enumerate(PRESETS)}
    return sorted(Role.objects.all(), key=lambda role: (order.get(role.key, len(order)), role.name, role.pk))


def role(role_id: int, *, actor: Actor) -> Role:
    actor.require("staff.view")
    found = Role.objects.filter(pk=role_id).first()
    if found is None:
        raise NotFound
    return found


def role_name(role: Role) -> str:
    return gettext(PRESETS[role.key][0]) if role.is_preset and role.key in PRESETS else role.name


def people_per_role() -> dict[int, int]:
    counted = Grant.objects.filter(member__is_active=True).values_list("role_id")
    return dict(counted.annotate(Count("member", distinct=True)))


# -- second factor ---------------------------------------------------------------------------------------------------


def must_have_factor(user: User) -> bool:
    """Whether any merchant the person works for asks for a second factor."""
    with tenancy.account_scope(user.pk):
        members = memberships(user)
    for member in members:
        rule = member.merchant.second_factor
        if rule == Merchant.SecondFactor.EVERYONE:
            return True
        if rule == Merchant.SecondFactor.PRIVILEGED:
            with tenancy.scope(member.merchant_id):
                actor = actor_for(user, member.merchant_id)
            if actor is not None and PRIVILEGED & set(actor.grants):
                return True
    return False
