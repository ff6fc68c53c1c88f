"""Own roles of a merchant. They hold for the whole merchant, so only who manages all of it may shape them."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.merchants import queries
from yutang.areas.merchants.errors import (
    BadSetting,
    BeyondOwnRights,
    NoPermission,
    PresetRole,
    RoleInUse,
    RoleNameTaken,
)
from yutang.areas.merchants.models import Grant, Merchant, Role
from yutang.areas.merchants.permissions import PERMISSIONS
from yutang.core import audit
from yutang.core.access import Actor

NAME_LENGTH = 80


@transaction.atomic
def create(*, name: str, permissions: list[str], actor: Actor) -> Role:
    _must_shape(actor, permissions)
    Merchant.objects.select_for_update(no_key=True).get(pk=actor.merchant_id)  # one number each
    role = Role(merchant_id=actor.merchant_id, key=_next_key(), permissions=_ordered(permissions))
    role.name = _free_name(name, role)
    role.save()
    audit.record(
        "roles.create", actor=actor, object_type="role", object_id=role.pk,
        detail={"name": role.name, "permissions": role.permissions},
    )  # fmt: skip
    return role


@transaction.atomic
def change(*, role: Role, name: str, permissions: list[str], actor: Actor) -> None:
    """Takes effect with the next request of everybody who has the role."""
    role = Role.objects.select_for_update().get(pk=role.pk)
    if role.is_preset:
        raise PresetRole
    _must_shape(actor, [*permissions, *(known for known in role.permissions if known in PERMISSIONS)])
    if not permissions:
        raise NoPermission(field="permissions")
    before = set(role.permissions)
    role.name, role.permissions = _free_name(name, role), _ordered(permissions)
    role.save()
    audit.record(
        "roles.change", actor=actor, object_type="role", object_id=role.pk,
        detail={
            "name": role.name,
            "added": sorted(set(permissions) - before), "removed": sorted(before - set(permissions)),
        },
    )  # fmt: skip


@transaction.atomic
def delete(*, role: Role, actor: Actor) -> None:
    role = Role.objects.select_for_update().get(pk=role.pk)
    if role.is_preset:
        raise PresetRole
    _must_shape(actor, role.permissions)
    if count := Grant.objects.filter(role=role).values("member").distinct().count():
        raise RoleInUse(count=count)
    audit.record("roles.delete", actor=actor, object_type="role", object_id=role.pk, detail={"name": role.name})
    role.delete()


def _must_shape(actor: Actor, permissions: list[str]) -> None:
    actor.require("staff.edit")
    if not permissions:
        raise NoPermission(field="permissions")
    if unknown := sorted(set(permissions) - set(PERMISSIONS)):
        raise BadSetting(field="permissions", field_label=gettext("Permissions"), value=", ".join(unknown))
    if not queries.holds_everywhere(actor, {*permissions, "staff.edit"}):
        raise BeyondOwnRights


def _free_name(name: str, role: Role) -> str:
    name = " ".join(name.split())
    if not name or len(name) > NAME_LENGTH:
        raise BadSetting(field="name", field_label=gettext("Name"), value=name or "“”")
    if Role.objects.filter(name__iexact=name).exclude(pk=role.pk).exists():
        raise RoleNameTaken(field="name")
    return name


def _next_key() -> str:
    numbers = [int(key[5:]) for key in Role.objects.filter(key__regex=r"^role-\d+$").values_list("key", flat=True)]
    return f"role-{max(numbers, default=0) + 1}"


def _ordered(permissions: list[str]) -> list[str]:
    return [permission for permission in PERMISSIONS if permission in permissions]
