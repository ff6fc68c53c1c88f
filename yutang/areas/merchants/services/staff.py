"""Who works for the merchant and what they may do.

The rule of all of it: nobody hands out, takes away or breaks into more than they hold themselves, where they hold it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.merchants import queries
from yutang.areas.merchants.errors import (
    AlreadyMember,
    BadSetting,
    BeyondOwnRights,
    LastOwner,
    NoGrant,
    NotYourself,
    WorksElsewhere,
)
from yutang.areas.merchants.models import Grant, Member, Merchant, OrgNode, Role, User
from yutang.areas.merchants.services import account
from yutang.core import audit, tenancy
from yutang.core.access import Actor
from yutang.core.errors import NotFound


@dataclass(frozen=True)
class Invitation:
    """`token` makes the one-time link; None where the account has a password already."""

    member: Member
    token: str | None


@transaction.atomic
def invite(*, email: str, name: str, role: Role, node: OrgNode, actor: Actor) -> Invitation:
    """A new colleague with a first role. There is no mail yet: whoever invites hands the link over."""
    email = email.strip().lower()
    _lock(actor)
    if Member.objects.filter(user__email=email).exists():
        raise AlreadyMember(field="email", email=email)
    member = add_member(email=email, name=name, password=None, actor=actor)
    grant_role(member=member, role_key=role.key, node=node, actor=actor)
    fresh = not member.user.has_usable_password() and not _works_elsewhere(member)
    return Invitation(member, account.password_link_token(member.user) if fresh else None)


@transaction.atomic
def add_member(*, email: str, name: str, password: str | None, actor: Actor) -> Member:
    """A person who works for the merchant; an account with that e-mail is reused, its password stays."""
    actor.require("staff.edit")
    email = email.strip().lower()
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email) or len(email) > 254:
        raise BadSetting(field="email", field_label=gettext("E-mail"), value=email)
    unusable = make_password(None)
    user, is_new = User.objects.get_or_create(email=email, defaults={"name": name.strip(), "password": unusable})
    if is_new and password is not None:
        account.set_password(user=user, password=password)
    member, made = Member.objects.get_or_create(merchant_id=actor.merchant_id, user=user)
    if made:
        audit.record("staff.add", actor=actor, object_type="member", object_id=member.pk)
    return member


@transaction.atomic
def grant_role(*, member: Member, role_key: str, node: OrgNode, actor: Actor) -> Grant:
    actor.require("staff.edit")
    role = Role.objects.get(key=role_key)
    _must_hold(actor, role, node.pk)
    grant, made = Grant.objects.get_or_create(merchant_id=actor.merchant_id, member=member, role=role, node=node)
    if made:
        audit.record(
            "staff.grant", actor=actor, object_type="member", object_id=member.pk,
            detail={"role": role_key, "node": node.code},
        )  # fmt: skip
    return grant


@transaction.atomic
def change_grants(*, member: Member, wanted: set[tuple[int, int]], actor: Actor) -> None:
    """Makes the member's grants exactly `wanted`, pairs of (role id, node id)."""
    _lock(actor)
    _must_not_be_self(actor, member)
    _must_manage(actor, member)
    if not wanted:
        raise NoGrant(field="grants")
    held = {(grant.role_id, grant.node_id): grant for grant in queries.grants_of(member)}
    roles = Role.objects.in_bulk({role_id for role_id, _ in wanted})
    nodes = OrgNode.objects.in_bulk({node_id for _, node_id in wanted})
    for role_id, node_id in sorted(wanted - set(held)):
        if role_id not in roles or node_id not in nodes:
            raise NotFound(field="grants")
        grant_role(member=member, role_key=roles[role_id].key, node=nodes[node_id], actor=actor)
    for pair in sorted(set(held) - wanted):
        grant = held[pair]
        grant.delete()
        audit.record(
            "staff.revoke", actor=actor, object_type="member", object_id=member.pk,
            detail={"role": grant.role.key, "node": grant.node.code},
        )  # fmt: skip
    _an_owner_must_stay()


@transaction.atomic
def deactivate(*, member: Member, actor: Actor) -> None:
    """Ends the person's work here at once: the next request of an open session is refused."""
    _lock(actor)
    _must_not_be_self(actor, member)
    _must_manage(actor, member)
    _set_active(member, False, "staff.deactivate", actor)
    _an_owner_must_stay()


@transaction.atomic
def activate(*, member: Member, actor: Actor) -> None:
    _must_manage(actor, member)
    _set_active(member, True, "staff.activate", actor)


@transaction.atomic
def reset_factor(*, member: Member, actor: Actor) -> None:
    """For a lost phone: the person logs in with the password and sets up a new second factor."""
    _must_not_be_self(actor, member)
    _must_manage(actor, member)
    if _works_elsewhere(member):
        raise WorksElsewhere
    account.clear_factor(user=member.user)
    audit.record("staff.reset_factor", actor=actor, object_type="member", object_id=member.pk)


@transaction.atomic
def password_link(*, member: Member, actor: Actor) -> str:
    """A token for a one-time link by which the person chooses a new password."""
    _must_not_be_self(actor, member)
    _must_manage(actor, member)
    if _works_elsewhere(member):
        raise WorksElsewhere  # one merchant's manager must not get into another merchant through a shared account
    audit.record("staff.password_link", actor=actor, object_type="member", object_id=member.pk)
    return account.password_link_token(member.user)


def _set_active(member: Member, active: bool, action: str, actor: Actor) -> None:
    if member.is_active != active:
        member.is_active = active
        member.save(update_fields=["is_active"])
        audit.record(action, actor=actor, object_type="member", object_id=member.pk)


def _lock(actor: Actor) -> None:
    """Two managers must not remove the two last owners, or add the same colleague, at the same moment."""
    Merchant.objects.select_for_update(no_key=True).get(pk=actor.merchant_id)


def _must_hold(actor: Actor, role: Role, node_id: int) -> None:
    if not queries.may_hand_out(actor, role, node_id):
        raise BeyondOwnRights


def _must_manage(actor: Actor, member: Member) -> None:
    actor.require("staff.edit")
    if not queries.may_manage(actor, member):
        raise BeyondOwnRights


def _must_not_be_self(actor: Actor, member: Member) -> None:
    if actor.kind == "user" and actor.id == member.user_id:
        raise NotYourself


def _an_owner_must_stay() -> None:
    owners = Grant.objects.filter(role__key="owner", node__parent__isnull=True, member__is_active=True)
    if not owners.exists():
        raise LastOwner


def _works_elsewhere(member: Member) -> bool:
    with tenancy.account_scope(member.user_id):
        return Member.objects.filter(user_id=member.user_id).exclude(merchant_id=member.merchant_id).exists()
