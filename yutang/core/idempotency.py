"""A request that carries an Idempotency-Key acts once, however often it is sent.

The key's row is written in the transaction of what the request does: both stay or neither does. A second request with
the same key waits at the unique index until the first is through, then answers with what the first one answered. A
request that failed changed nothing and leaves no row, so it may be sent again with the same key.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.utils import OperationalError
from django.utils.translation import gettext_noop

from yutang.core import clock, tenancy
from yutang.core.errors import DomainError
from yutang.core.models import IdempotencyKey

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT = timedelta(hours=48)
WAIT = "10s"  # for the first request with the same key
_LOCK_NOT_AVAILABLE = "55P03"


class BadKey(DomainError):
    code = "idempotency.bad_key"
    message = gettext_noop("Idempotency-Key: 1 to 200 visible ASCII characters.")
    status = 400


class KeyReused(DomainError):
    code = "idempotency.key_reused"
    message = gettext_noop("This Idempotency-Key was used for another request.")
    status = 422


class StillRunning(DomainError):
    code = "idempotency.still_running"
    message = gettext_noop("The first request with this Idempotency-Key is still running. Try again later.")
    status = 409


@dataclass(frozen=True)
class Answer:
    """What a request answered: `response` is plain JSON."""

    status: int
    response: Any
    is_replay: bool = False


def once(*, key: str, scope: str, body: bytes, act: Callable[[], Answer]) -> Answer:
    """Runs `act` and keeps its answer, or answers as the first request did.

    `scope` says who asked and for what (80 characters). Answers of 400 and above are not kept: the caller rolls back.
    Call inside the merchant's scope and the request's transaction.
    """
    if not re.fullmatch(r"[\x21-\x7e]{1,200}", key):
        raise BadKey(field="Idempotency-Key")
    fingerprint = hashlib.sha256(body).hexdigest()
    row_id = _claim(key, scope, fingerprint)
    if row_id is None:
        row = IdempotencyKey.objects.get(scope=scope, key=key)
        if row.fingerprint != fingerprint:
            raise KeyReused(field="Idempotency-Key")
        assert row.status is not None  # a committed row has its answer
        return Answer(row.status, row.response, is_replay=True)
    answer = act()
    if answer.status < 400:
        IdempotencyKey.objects.filter(pk=row_id).update(status=answer.status, response=answer.response)
    return answer


def forget_old() -> int:
    """Deletes keys older than `KEPT`; returns how many."""
    gone = 0
    for merchant_id in tenancy.each_merchant(reason="idempotency.forget_old"):
        with tenancy.scope(merchant_id):
            gone += IdempotencyKey.objects.filter(created_at__lt=clock.now() - KEPT).delete()[0]
    return gone


def _claim(key: str, scope: str, fingerprint: str) -> int | None:
    """The id of the new row; None when the key was used before. Waits while another transaction holds it."""
    merchant_id = tenancy.require_merchant_id()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [WAIT])
            cursor.execute(
                "INSERT INTO core_idempotencykey (merchant_id, scope, key, fingerprint, created_at)"
                " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (merchant_id, scope, key) DO NOTHING RETURNING id",
                [merchant_id, scope, key, fingerprint, clock.now()],
            )
            claimed = cursor.fetchone()
            cursor.execute("SELECT set_config('lock_timeout', '0', true)")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            raise StillRunning from error
        raise
    return claimed[0] if claimed else None
