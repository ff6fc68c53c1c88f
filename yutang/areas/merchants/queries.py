"""Reads about merchants, their tree and their staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.areas.merchants.errors import UnknownMerchant
from yutang.areas.merchants.models import Grant, Member, Merchant, OrgNode
from yutang.core.access import Actor

if TYPE_CHECKING:
    from yutang.areas.merchants.models import User


def merchant(slug: str) -> Merchant:
    found = Merchant.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Merchant.objects.order_by("slug").values_list("slug", flat=True)[:20]) or "–"
        raise UnknownMerchant(field="merchant", slug=slug, known=known)
    return found


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


def memberships(user: User) -> list[Member]:
    """The merchants a person works for; call inside `tenancy.account_scope`."""
    return list(Member.objects.filter(user=user, is_active=True).select_related("merchant").order_by("merchant__name"))


def actor_for(user: User, merchant_id: int, ip: str | None = None) -> Actor | None:
    """The actor a logged-in person is for a merchant, or None without an active membership. Call in its scope."""
    member = Member.objects.filter(user=user, is_active=True, merchant_id=merchant_id).first()
    if member is None:
        return None
    root = root_node().pk
    reach: dict[str, set[int] | None] = {}
    for grant in Grant.objects.filter(member=member).select_related("role"):
        for permission in grant.role.permissions:
            if grant.node_id == root:
                reach[permission] = None
            else:
                held = reach.setdefault(permission, set())
                if held is not None:
                    held.add(grant.node_id)
    expanded: dict[frozenset[int], frozenset[int]] = {}
    grants: dict[str, frozenset[int] | None] = {}
    for permission, nodes in reach.items():
        if nodes is None:
            grants[permission] = None
        else:
            key = frozenset(nodes)
            grants[permission] = expanded.setdefault(key, descendants(key) if key not in expanded else expanded[key])
    return Actor(kind="user", id=user.pk, name=str(user), merchant_id=merchant_id, grants=grants, ip=ip)
