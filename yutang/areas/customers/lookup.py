"""The checked door to people for other systems: fetching by id and by exact key, and their identities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import phonenumbers
from django.db import connection

from yutang.areas.customers.identity import keys
from yutang.areas.customers.models import Customer, Identity, Merge
from yutang.core import audit
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet

    from yutang.core.access import Actor

# Kinds that are looked up as they are written; phones and e-mails have a normal form, buyers a platform.
_PLAIN = ("unionid", "external_userid", "member_card")


@dataclass(frozen=True)
class Found:
    """A person of today; `merged_from` is the id that was asked for when it has become part of this person."""

    customer: Customer
    merged_from: int | None


def people(*, actor: Actor, permission: str = "customers.view") -> QuerySet[Customer]:
    """The people of today whom the actor may see."""
    nodes = actor.nodes(permission)
    found = Customer.objects.filter(merged_into__isnull=True)
    return found if nodes is None else found.filter(home_node_id__in=nodes)


def person(customer_id: int, *, actor: Actor, permission: str = "customers.view") -> Found:
    """The person with this id, or the one it has become part of."""
    visible = people(actor=actor, permission=permission)
    if (found := visible.filter(pk=customer_id).first()) is not None:
        return Found(found, None)
    root = _root(customer_id)
    if root in (None, customer_id) or (found := visible.filter(pk=root).first()) is None:
        raise NotFound
    return Found(found, customer_id)


def require_visible(customer_ids: Iterable[int], *, actor: Actor, permission: str) -> None:
    """Refuses unless the actor may see each of these rows, merged ones included."""
    wanted = set(customer_ids)
    nodes = actor.nodes(permission)
    found = Customer.objects.filter(pk__in=wanted)
    if nodes is not None:
        found = found.filter(home_node_id__in=nodes)
    if found.count() != len(wanted):
        raise NotFound


def merge(merge_id: int, *, actor: Actor) -> Merge:
    """A merge both of whose people the actor may merge."""
    actor.require("customers.merge")
    found = Merge.objects.filter(pk=merge_id).first()
    if found is None:
        raise NotFound
    require_visible((found.survivor_id, found.absorbed_id), actor=actor, permission="customers.merge")
    return found


def ids_by_key(text: str, *, namespaces: Sequence[str], region: str, merchant_id: int) -> list[int]:
    """People with exactly this phone, e-mail, member card, UnionID, WeCom id or buyer id of one of the platforms."""
    text = text.strip()
    wanted = [keys.key(kind, "", text, merchant_id) for kind in _PLAIN]
    wanted += [keys.key("buyer", namespace, text, merchant_id) for namespace in namespaces]
    if "@" in text:
        wanted.append(keys.key("email", "", text.lower(), merchant_id))
    if (phone := _phone(text, region)) is not None:
        wanted.append(keys.key("phone", "", phone, merchant_id))
    return list(Identity.objects.filter(key__in=wanted).values_list("customer_id", flat=True).distinct())


@dataclass(frozen=True)
class Shown:
    """An identity as this actor may see it."""

    identity: Identity
    value: str
    is_masked: bool


def identities(customer: Customer, *, actor: Actor) -> list[Shown]:
    """A person's identities, oldest first; phones and e-mails in full only with `customers.unmask`, and audited."""
    rows = list(Identity.objects.filter(customer=customer).order_by("id"))
    nodes = actor.nodes("customers.unmask") if actor.may("customers.unmask") else frozenset()
    unmask = nodes is None or customer.home_node_id in nodes
    if unmask and any(row.kind in Identity.SENSITIVE for row in rows):
        audit.record("customers.unmask", actor=actor, object_type="customer", object_id=customer.pk)
    return [
        Shown(
            row,
            value=keys.readable(row) if unmask else keys.masked(row),
            is_masked=not unmask and row.kind in Identity.SENSITIVE,
        )
        for row in rows
    ]


def _phone(text: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _root(customer_id: int) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE up AS (
                SELECT id, merged_into_id FROM customers_customer WHERE id = %s
                UNION ALL
                SELECT c.id, c.merged_into_id FROM up JOIN customers_customer c ON c.id = up.merged_into_id
            )
            SELECT id FROM up WHERE merged_into_id IS NULL
            """,
            [customer_id],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else None
