"""Writes about API keys: making, revoking, and letting one in."""

from __future__ import annotations

import hmac
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext

from yutang.areas.merchants import queries as merchants
from yutang.areas.openplatform import queries, rules
from yutang.areas.openplatform.errors import (
    KeyExpired,
    KeyMissing,
    KeyRevoked,
    KeyUnknown,
    OriginNotAllowed,
    ScopeNotHeld,
)
from yutang.areas.openplatform.models import ApiKey, Bucket
from yutang.core import audit, clock, crypto, tenancy
from yutang.core.access import Actor
from yutang.core.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yutang.areas.merchants.models import OrgNode

USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Made:
    """A new key, and the only moment at which its secret is known."""

    key: ApiKey
    token: str


@transaction.atomic
def create(
    *,
    name: str,
    scopes: Sequence[str],
    node: OrgNode | None = None,
    expires_at: datetime | None = None,
    requests_per_minute: int = rules.REQUESTS_PER_MINUTE,
    origins: Sequence[str] = (),
    actor: Actor,
) -> Made:
    """A key with scopes the actor holds at that node (None: in the whole merchant); with `origins` a site key."""
    name = name.strip()
    if not 0 < len(name) <= 80:
        raise Invalid(field="name", field_label=gettext("Name"), reason=gettext("Write 1 to 80 characters."))
    if not scopes or set(scopes) - set(rules.SCOPES):
        raise Invalid(field="scopes", field_label=gettext("Scopes"), reason=gettext("Choose at least one of the list."))
    if not all(rules.is_origin(origin) for origin in origins):
        raise Invalid(
            field="origins",
            field_label=gettext("Web sites"),
            reason=gettext("Write them like https://shop.example.com."),
        )
    if origins and set(scopes) - set(rules.SITE_SCOPES):
        raise Invalid(
            field="scopes", field_label=gettext("Scopes"),
            reason=gettext("A site key is public: it can record interactions and nothing else."),
        )  # fmt: skip
    if expires_at is not None and expires_at <= clock.now():
        raise Invalid(field="expires_on", field_label=gettext("Expires"), reason=gettext("Choose a day to come."))
    for permission in ("api_keys.manage", *scopes):
        if not _holds(actor, permission, node):
            raise ScopeNotHeld(field="scopes", permission=permission)
    token = rules.new_token()
    key = ApiKey.objects.create(
        merchant_id=actor.merchant_id, public_id=token.public_id, name=name,
        secret_hash=b"" if origins else _hash(token), origins=sorted(set(origins)),
        scopes=[scope for scope in rules.SCOPES if scope in scopes], node=node, expires_at=expires_at,
        requests_per_minute=requests_per_minute, created_by=actor.name,
    )  # fmt: skip
    Bucket.objects.create(merchant_id=actor.merchant_id, key=key, tokens=requests_per_minute)
    audit.record(
        "api_keys.create", actor=actor, object_type="api_key", object_id=key.pk,
        detail={"scopes": key.scopes, "node": node and node.pk, "origins": key.origins},
    )  # fmt: skip
    return Made(key, key.shown if origins else str(token))


@transaction.atomic
def revoke(*, key_id: int, actor: Actor) -> ApiKey:
    """Closes a key at once; revoking twice changes nothing."""
    key = queries.key(key_id, actor=actor)
    revoked = ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(
        revoked_at=clock.now(), revoked_by=actor.name
    )
    if revoked:
        audit.record("api_keys.revoke", actor=actor, object_type="api_key", object_id=key.pk)
    key.refresh_from_db()
    return key


@dataclass(frozen=True)
class Admission:
    """Who was let in, and the state of the bucket after this request; `wait` seconds when it was empty."""

    key: ApiKey
    limit: int
    remaining: int
    reset: int  # seconds until the bucket is full
    wait: int  # seconds until the next token; 0 when this request has one


def admit(token: str | None) -> Admission:
    """Finds the key, checks it and takes a token, in a transaction of its own: requests of one key never wait for
    each other longer than this takes. The caller refuses when `wait` is not 0."""
    shown = _parsed(token)
    with tenancy.key_scope(shown.public_id):
        key = _valid(shown)
        with tenancy.scope(key.merchant_id):
            admission = _take(key, clock.now())
            _mark_used(key)
    return admission


def look_up(token: str | None) -> tuple[ApiKey, Actor]:
    """A key and what it may do, without taking a token: for whoever counts by itself (the collector)."""
    shown = _parsed(token)
    with tenancy.key_scope(shown.public_id):
        return _entered(_valid(shown))


def look_up_site(token: str, origin: str) -> tuple[ApiKey, Actor]:
    """A site key, shown by a page of this origin."""
    public_id = rules.parse_site(token)
    if public_id is None:
        raise KeyUnknown
    with tenancy.key_scope(public_id):
        key = _valid(rules.Token(public_id, ""), is_site=True)
        if origin not in key.origins:
            raise OriginNotAllowed(origin=origin[:100])
        return _entered(key)


def _parsed(token: str | None) -> rules.Token:
    if not token:
        raise KeyMissing
    shown = rules.parse(token)
    if shown is None:
        raise KeyUnknown
    return shown


def _valid(shown: rules.Token, *, is_site: bool = False) -> ApiKey:
    """The key that `key_scope` shows, neither revoked nor expired."""
    key = ApiKey.objects.select_related("merchant").filter(public_id=shown.public_id).first()
    if key is None or bool(key.origins) != is_site:
        raise KeyUnknown
    if not is_site and not hmac.compare_digest(bytes(key.secret_hash), _hash(shown)):
        raise KeyUnknown
    state = key.state(clock.now())
    if state == ApiKey.State.REVOKED:
        raise KeyRevoked
    if state == ApiKey.State.EXPIRED:
        raise KeyExpired
    return key


def _entered(key: ApiKey) -> tuple[ApiKey, Actor]:
    with tenancy.scope(key.merchant_id):
        _mark_used(key)
        return key, actor_of(key, None)


def _mark_used(key: ApiKey) -> None:
    now = clock.now()
    if key.last_used_at is None or key.last_used_at <= now - USED_EVERY:
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - USED_EVERY)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)


def actor_of(key: ApiKey, ip: str | None) -> Actor:
    """What the key may do, in the merchant's scope."""
    reach = None if key.node_id is None else merchants.descendants(frozenset({key.node_id}))
    return Actor(
        kind="api_key", id=key.pk, name=key.name, merchant_id=key.merchant_id,
        grants=dict.fromkeys(key.scopes, reach), ip=ip,
    )  # fmt: skip


def _take(key: ApiKey, now: datetime) -> Admission:
    """One conditional update: concurrent requests queue on the row for an instant and each sees the last one's count.

    tokens ← min(limit, tokens + seconds passed · limit ⁄ 60) − 1, where that is not below zero.
    """
    limit, pace = key.requests_per_minute, key.requests_per_minute / 60
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH refilled AS (
                SELECT key_id, LEAST(%(limit)s, tokens + %(pace)s
                    * GREATEST(0, EXTRACT(EPOCH FROM %(now)s::timestamptz - refilled_at)))::float8 AS tokens
                FROM openplatform_bucket WHERE key_id = %(key)s FOR UPDATE
            )
            UPDATE openplatform_bucket b
            SET tokens = r.tokens - (r.tokens >= 1)::int, refilled_at = GREATEST(b.refilled_at, %(now)s::timestamptz)
            FROM refilled r WHERE b.key_id = r.key_id
            RETURNING b.tokens, r.tokens >= 1
            """,
            {"limit": limit, "pace": pace, "now": now, "key": key.pk},
        )
        tokens, taken = cursor.fetchone()
    return Admission(
        key, limit, remaining=int(tokens), reset=math.ceil((limit - tokens) / pace),
        wait=0 if taken else max(1, math.ceil((1 - tokens) / pace)),
    )  # fmt: skip


def _holds(actor: Actor, permission: str, node: OrgNode | None) -> bool:
    reach = actor.nodes(permission) if actor.may(permission) else frozenset()
    return reach is None or (node is not None and node.pk in reach)


def _hash(token: rules.Token) -> bytes:
    return crypto.keyed_digest("api-key", token.secret)
