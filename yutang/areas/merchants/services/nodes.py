"""The tree HQ → region → store."""

from __future__ import annotations

from django.db import transaction

from yutang.areas.merchants.models import OrgNode
from yutang.core.access import Actor


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
    """A region or store below `parent`."""
    actor.require("settings.edit")
    node, _ = OrgNode.objects.update_or_create(
        merchant_id=actor.merchant_id,
        code=code,
        defaults={
            "parent": parent, "kind": kind, "name": name, "ownership": ownership, "province": province, "city": city,
        },
    )  # fmt: skip
    return node
