"""The tree HQ → region → store. Nothing is deleted: orders point at nodes for ever; what closes becomes inactive."""

from __future__ import annotations

import re

from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.merchants.errors import (
    BadParent,
    BadSetting,
    BeyondOwnRights,
    HeadquartersStay,
    NodeCodeTaken,
    NodeHasActiveChildren,
    ParentInactive,
)
from yutang.areas.merchants.models import Merchant, OrgNode
from yutang.core import audit
from yutang.core.access import Actor


@transaction.atomic
def create(
    *, parent: OrgNode, kind: str, code: str, name: str, ownership: str = "direct", province: str = "", city: str = "",
    actor: Actor,
) -> OrgNode:  # fmt: skip
    """A region or store; the code must be new."""
    Merchant.objects.select_for_update(no_key=True).get(pk=actor.merchant_id)  # of two with one code, the second waits
    if OrgNode.objects.filter(code=code.strip()).exists():
        raise NodeCodeTaken(field="code", code=code.strip())
    return add_node(
        parent=parent, kind=kind, code=code, name=name, ownership=ownership, province=province, city=city, actor=actor
    )


@transaction.atomic
def add_node(
    *,
    parent: OrgNode,
    kind: str,
    code: str,
    name: str,
    ownership: str = OrgNode.Ownership.DIRECT,
    province: str = "",
    city: str = "",
    actor: Actor,
) -> OrgNode:
    """A region or store below `parent`; one with this code already is brought up to date (imports run twice)."""
    _must_reach(actor, parent)
    code, name = code.strip(), name.strip()
    if kind not in {OrgNode.Kind.REGION, OrgNode.Kind.STORE}:
        raise BadSetting(field="kind", field_label=gettext("Kind"), value=kind)
    if not re.fullmatch(r"[^\s,/]{1,40}", code):
        raise BadSetting(field="code", field_label=gettext("Code"), value=code or "“”")
    _check_texts(name, ownership, province, city)
    if parent.kind == OrgNode.Kind.STORE:
        raise BadParent(field="parent")
    if (known := OrgNode.objects.filter(code=code).first()) is not None:
        _must_reach(actor, known)
        if known.parent_id is None:
            raise HeadquartersStay
    values = {
        "parent": parent, "kind": kind, "name": name, "ownership": ownership, "province": province.strip(),
        "city": city.strip(),
    }  # fmt: skip
    node, made = OrgNode.objects.update_or_create(merchant_id=actor.merchant_id, code=code, defaults=values)
    if made:
        audit.record(
            "nodes.create", actor=actor, object_type="node", object_id=node.pk, detail={"code": code, "name": name}
        )
    return node


@transaction.atomic
def change(*, node: OrgNode, name: str, ownership: str, province: str, city: str, actor: Actor) -> None:
    """A new name or place. The code stays: files refer to it."""
    _must_reach(actor, node)
    _check_texts(name, ownership, province, city)
    before = {"name": node.name}
    node.name, node.ownership, node.province, node.city = name.strip(), ownership, province.strip(), city.strip()
    node.save()
    audit.record(
        "nodes.change", actor=actor, object_type="node", object_id=node.pk,
        detail={"code": node.code, "before": before, "after": {"name": node.name}},
    )  # fmt: skip


@transaction.atomic
def deactivate(*, node: OrgNode, actor: Actor) -> None:
    """Closed: past orders stay, new work does not offer it any more."""
    _must_reach(actor, node)
    if node.parent_id is None:
        raise HeadquartersStay
    below = OrgNode.objects.filter(parent=node, is_active=True).order_by("code").values_list("name", flat=True)[:5]
    if below:
        raise NodeHasActiveChildren(names=", ".join(below))
    _set_active(node, False, "nodes.deactivate", actor)


@transaction.atomic
def activate(*, node: OrgNode, actor: Actor) -> None:
    _must_reach(actor, node)
    if node.parent is not None and not node.parent.is_active:
        raise ParentInactive(name=node.parent.name)
    _set_active(node, True, "nodes.activate", actor)


@transaction.atomic
def set_delivers(*, node: OrgNode, delivers: bool) -> None:
    """Whether a store brings goods to people near it. The caller has checked who may say so and writes it down."""
    node.delivers = delivers
    node.save(update_fields=["delivers"])


def _set_active(node: OrgNode, active: bool, action: str, actor: Actor) -> None:
    if node.is_active != active:
        node.is_active = active
        node.save(update_fields=["is_active"])
        audit.record(action, actor=actor, object_type="node", object_id=node.pk, detail={"code": node.code})


def _must_reach(actor: Actor, node: OrgNode) -> None:
    nodes = actor.nodes("settings.edit")
    if nodes is not None and node.pk not in nodes:
        raise BeyondOwnRights


def _check_texts(name: str, ownership: str, province: str, city: str) -> None:
    name = name.strip()
    if not name or len(name) > 120:
        raise BadSetting(field="name", field_label=gettext("Name"), value=name or "“”")
    if ownership not in OrgNode.Ownership.values:
        raise BadSetting(field="ownership", field_label=gettext("Ownership"), value=ownership)
    for field, label, value in (("province", gettext("Province"), province), ("city", gettext("City"), city)):
        if len(value.strip()) > 40:
            raise BadSetting(field=field, field_label=label, value=value)
