"""The accounts of one person, for whoever talks to them right now: log-in, API, chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from django.db import transaction
from django.utils import timezone

from yutang.areas.customers import erasing, merging
from yutang.areas.customers.errors import AccountErased
from yutang.areas.customers.identity import keys, names
from yutang.areas.customers.identity.resolve import RECORDS, resolve
from yutang.areas.customers.models import Customer, Identity
from yutang.core import clock, crypto
from yutang.lake import writer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from yutang.core.access import Actor


@transaction.atomic
def identify(
    *,
    kind: str,
    value: str,
    namespace: str = "",
    node_id: int,
    source: str,
    name: str = "",
    seen_at: datetime | None = None,
    actor: Actor,
) -> Identity:
    """The identity of an account, made together with its person when it is new.

    `value` is normal (phones in E.164, e-mails in lower case). One statement when known; two callers at once get the
    same identity, because whoever makes one holds the merchant's identity lock.
    """
    key = keys.key(kind, namespace, value, actor.merchant_id)
    if (known := _known(key, actor)) is not None:
        return known
    merging.lock_identities(actor.merchant_id)
    if (known := _known(key, actor)) is not None:
        return known
    at = seen_at or clock.now()
    if (erased_at := erasing.erased_at(key, actor.merchant_id)) is not None and at <= erased_at:
        raise AccountErased(at=timezone.localtime(erased_at).strftime("%Y-%m-%d"))
    person = Customer.objects.create(
        merchant_id=actor.merchant_id, name=name[:200], name_initials=names.initials([name])[0], home_node_id=node_id,
        source=namespace or source.partition(":")[0], first_seen_at=at,
    )  # fmt: skip
    is_secret = kind in Identity.SENSITIVE
    identity = Identity.objects.create(
        merchant_id=actor.merchant_id, kind=kind, namespace=namespace if kind in keys.NAMESPACED else "", key=key,
        value="" if is_secret else value[:200],
        value_encrypted=crypto.encrypt(value, actor.merchant_id) if is_secret else None,
        tail_key=keys.tail_key(value, actor.merchant_id) if kind == Identity.Kind.PHONE else None,
        customer=person, home_customer=person, source=source, first_seen_at=at,
    )  # fmt: skip
    writer.mark_people_changed(actor.merchant_id)
    return identity


@transaction.atomic
def identify_together(
    *, accounts: Mapping[str, str], namespace: str = "", also: Identity | None = None, node_id: int, source: str,
    name: str = "", actor: Actor,
) -> dict[str, Identity]:  # fmt: skip
    """The identities, by kind, of accounts that somebody has proved at once, `also` being one proved before: they are
    one person from here on. Where that contradicts what is known, people stay apart, each with their identity, and a
    case asks.

    `accounts`: kind → value in its normal form; `namespace`: of those that need one; `name`: taken by who has none."""
    shown = dict(accounts)
    if also is not None and also.kind not in shown and also.namespace in ("", namespace):
        shown[also.kind] = keys.readable(also)
    if len(shown) == 1:
        ((kind, value),) = shown.items()
        found = {
            kind: identify(
                kind=kind, value=value, namespace=namespace, node_id=node_id, source=source, name=name, actor=actor
            )
        }  # fmt: skip
    else:
        wanted = {kind: keys.key(kind, namespace, value, actor.merchant_id) for kind, value in shown.items()}
        found = _all_known(wanted, actor)
        if len(found) < len(wanted) or len({one.customer_id for one in found.values()}) > 1:
            record = {**shown, "name": name or None, "seen_at": clock.now(), "node_id": node_id}
            resolve(
                records=pa.Table.from_pylist([record], schema=RECORDS), source=source, namespace=namespace,
                origin=source, actor=actor,
            )  # fmt: skip
            found = _all_known(wanted, actor)
    if name:
        _name(next(iter(found.values())).customer, name)
    return found


def _all_known(wanted: Mapping[str, bytes], actor: Actor) -> dict[str, Identity]:
    rows = Identity.objects.select_related("customer").filter(merchant_id=actor.merchant_id, key__in=wanted.values())
    return {row.kind: row for row in rows}


def _name(person: Customer, name: str) -> None:
    """Somebody without a name gets this one."""
    changed = Customer.objects.filter(pk=person.pk, name="").update(
        name=name[:200], name_initials=names.initials([name])[0]
    )
    if changed:
        writer.mark_people_changed(person.merchant_id)


def _known(key: bytes, actor: Actor) -> Identity | None:
    return Identity.objects.select_related("customer").filter(merchant_id=actor.merchant_id, key=key).first()
