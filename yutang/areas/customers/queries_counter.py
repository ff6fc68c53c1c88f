"""Who stands at the counter: found by what they say or show, also where their home is another store."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db.models import Case, IntegerField, Value, When

from yutang.areas.customers.models import Customer, Identity
from yutang.areas.customers.queries import Search, _keys, people

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yutang.core.access import Actor

MOST = 8
_TAIL = re.compile(r"(?<!\d)\d{4}(?!\d)")


def at_counter(actor: Actor, text: str, *, namespaces: Sequence[str], region: str, permission: str) -> list[Customer]:
    """People of today by exactly their phone, member card or another account, in the whole brand: who says it is
    there. By the last four digits of the phone (with the beginning of the name: "8000 王"), or by name, only those at
    home where the permission reaches."""
    text = " ".join(text.split())
    if not text:
        return []
    keyed = Identity.objects.filter(key__in=_keys(text, namespaces, region, actor.merchant_id))
    exact = list(keyed.select_related("customer").order_by("pk")[:MOST])
    if exact:
        found = {identity.customer_id: identity.customer for identity in exact}
        return [person for person in found.values() if person.erased_at is None]
    tail = _TAIL.search(text)
    name = " ".join(_TAIL.sub(" ", text, count=1).split()) if tail else ""
    near = people(actor, Search(text=tail[0] if tail else text), region=region, permission=permission)
    if name:
        near = near.filter(name__startswith=name)
    return list(near.order_by("-id")[:MOST])


def account_of(customer_id: int) -> Identity | None:
    """The account that a sale is written to where only the person is known: a phone before a card before others."""
    rank = Case(
        When(kind=Identity.Kind.PHONE, then=Value(0)), When(kind="member_card", then=Value(1)), default=Value(2),
        output_field=IntegerField(),
    )  # fmt: skip
    return Identity.objects.filter(customer=customer_id).order_by(rank, "is_shared", "pk").first()
