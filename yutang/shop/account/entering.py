"""Somebody has proved whose accounts these are: by a code on their phone, or through WeChat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.areas.customers import services as customers
from yutang.areas.interactions.reading import AccountIn
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders.services import carting
from yutang.core import tenancy
from yutang.shop import recording, shoppers
from yutang.shop.account import agreeing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from yutang.areas.customers.models import Identity


def enter(
    request: HttpRequest, *, accounts: Mapping[str, str], namespace: str = "", name: str = "", agreed: str = ""
) -> dict[str, Identity]:  # fmt: skip
    """The person of these accounts, new or known, is logged in by the first of them; what the browser did and put into
    its cart becomes theirs. Who was logged in before has proved both: they are one person, unless that contradicts what
    is known. `agreed`: to which versions of the terms. Returns the identities by kind. Call outside any transaction."""
    first = next(iter(accounts))
    before = request.shopper.identity
    with tenancy.scope(request.merchant.pk):
        found = customers.identify_together(
            accounts=accounts, namespace=namespace or (before.namespace if before else ""), also=before,
            node_id=merchants.root_node().pk, source="shop", name=name, actor=request.actor,
        )  # fmt: skip
        identity = found[first]
        carting.merge(visitor=request.shopper.visitor, identity_id=identity.pk, actor=request.actor)
        account = AccountIn(kind=identity.kind, value=accounts[first], namespace=identity.namespace)
        recording.note(request, "identify", account=account)
        if agreed:
            agreeing.note(request, identity, agreed)
        shoppers.log_in(request, identity)
    return found
