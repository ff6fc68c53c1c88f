"""Somebody types a code. Every guess is counted before anybody learns whether it was right, in a transaction of its
own: what becomes of the request afterwards takes nothing back. Only the browser that asked for a code may guess it: who
knows a phone, and nothing more, can neither guess at its owner's code nor use up its tries."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from django.db import connection

from yutang.areas.messaging import queries, rules
from yutang.areas.messaging.errors import CodeExpired, TooManyTries, WrongCode
from yutang.areas.messaging.models import OneTimeCode
from yutang.core import clock, tenancy

if TYPE_CHECKING:
    from yutang.core.access import Actor
    from yutang.core.errors import DomainError

MOST_TRIES = 5


def check_code(*, phone: str, purpose: str, code: str, visitor: str, actor: Actor) -> str:
    """The phone in its normal form, now proved to be that of who sits at the browser `visitor`; the same code proves it
    once. Of several who bring it at once, the first.

    Call outside any transaction. BadPhone, WrongCode, CodeExpired, TooManyTries."""
    if connection.in_atomic_block:
        raise RuntimeError("a code is checked outside any transaction: a wrong guess must stay counted")
    number = queries.normal_phone(phone)
    with tenancy.scope(actor.merchant_id):
        refusal = _refusal(number, OneTimeCode.Purpose(purpose), code, visitor, actor)
    if refusal is not None:
        raise refusal
    return number


def _refusal(number: str, purpose: str, code: str, visitor: str, actor: Actor) -> DomainError | None:
    """None: it is right, and used from here on. The row is locked: guesses that arrive together count one by one."""
    sent = OneTimeCode.objects.filter(
        phone_key=queries.phone_key(number, actor.merchant_id), purpose=purpose,
        visitor_key=queries.visitor_key(visitor, actor.merchant_id),
    )  # fmt: skip
    row = sent.exclude(state=OneTimeCode.State.FAILED).select_for_update().order_by("-id").first()
    now = clock.now()
    if row is None or row.used_at is not None or row.expires_at <= now:
        return CodeExpired(field="code")
    if row.tries >= MOST_TRIES:
        return TooManyTries(field="code")
    row.tries += 1
    if hmac.compare_digest(bytes(row.code_hash), queries.code_hash(bytes(row.salt), rules.typed(code))):
        row.used_at = now
    row.save(update_fields=["tries", "used_at"])
    if row.used_at is not None:
        return None
    left = MOST_TRIES - row.tries
    return WrongCode(field="code", left=left) if left else TooManyTries(field="code")
