"""Reads about API keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.areas.openplatform import rules
from yutang.areas.openplatform.models import ApiKey
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from yutang.core.access import Actor


def keys(*, actor: Actor) -> QuerySet[ApiKey]:
    """The keys this person manages: all, or those of the own part of the tree. Newest first."""
    nodes = actor.nodes("api_keys.manage")
    found = ApiKey.objects.select_related("node").order_by("-id")
    return found if nodes is None else found.filter(node_id__in=nodes)


def key(key_id: int, *, actor: Actor) -> ApiKey:
    found = keys(actor=actor).filter(pk=key_id).first()
    if found is None:
        raise NotFound
    return found


def grantable(*, actor: Actor) -> list[str]:
    """Scopes this person holds somewhere, hence may give to a key there."""
    actor.require("api_keys.manage")
    return [scope for scope in rules.SCOPES if actor.may(scope)]


def grantable_nodes(*, actor: Actor) -> frozenset[int] | None:
    """Nodes a key may be limited to; None means that it may reach the whole merchant as well."""
    return actor.nodes("api_keys.manage")
