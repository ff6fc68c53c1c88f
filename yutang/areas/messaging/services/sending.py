"""A code is sent: written down first, sent when that is committed, so that nobody waits for a network with rows locked
and no two taps send two messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_bytes
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import get_language

from yutang.areas.messaging import queries, rules
from yutang.areas.messaging.errors import TooManyCodes, TooSoon, Unanswered
from yutang.areas.messaging.models import OneTimeCode
from yutang.core import clock, crypto, limits, locks, logs, tenancy
from yutang.core.errors import DomainError
from yutang.core.locks import Lock

if TYPE_CHECKING:
    from yutang.core.access import Actor

LIFETIME = timedelta(minutes=5)
PAUSE = timedelta(minutes=1)  # between two messages to one phone
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOST_PER_PHONE = 10  # a day
MOST_PER_ADDRESS = 30  # an hour

State = OneTimeCode.State
log = logs.get(__name__)


@dataclass(frozen=True)
class Sent:
    """`shown`: the code itself where it is not sent but shown (the sandbox); else empty."""

    expires_at: datetime
    next_at: datetime  # from then on another one may be asked for
    shown: str = field(default="", repr=False)


def send_code(*, phone: str, purpose: str, visitor: str, ip: str | None, actor: Actor) -> Sent:
    """Six digits for whoever holds this phone, good in the browser `visitor` only; earlier ones of the same phone,
    purpose and browser are worthless from here on.

    Call outside any transaction. BadPhone, TooSoon, TooManyCodes, NotConnected; from the provider Declined and
    Unreachable (nothing was sent, the next try need not wait) and Unanswered (perhaps it was)."""
    if connection.in_atomic_block:
        raise RuntimeError("a code is sent outside any transaction")
    number = queries.normal_phone(phone)
    code = rules.new_code()
    with tenancy.scope(actor.merchant_id):
        provider, most_a_day = queries.sender()
        row = _written(number, OneTimeCode.Purpose(purpose), code, visitor, ip, provider.key, most_a_day, actor)
    try:
        provider.send(
            phone=number, code=code, purpose=row.purpose, language=get_language() or "", merchant_id=actor.merchant_id
        )
    except DomainError as error:
        _mark(row, State.UNKNOWN if isinstance(error, Unanswered) else State.FAILED, error)
        raise
    _mark(row, State.SENT)
    return Sent(row.expires_at, row.sent_at + PAUSE, code if provider.shows_code else "")


def _written(
    number: str, purpose: str, code: str, visitor: str, ip: str | None, provider: str, most_a_day: int, actor: Actor
) -> OneTimeCode:
    """The row, if no limit stands against it. One after the other within a merchant: each sees those before it."""
    locks.until_commit(Lock.ONE_TIME_CODES, actor.merchant_id)
    now = clock.now()
    phone_key = queries.phone_key(number, actor.merchant_id)
    address_key = crypto.blind_index("messaging.address", limits.place_of(ip), actor.merchant_id)
    _check_phone(phone_key, now)
    _check_others(address_key, most_a_day, now, actor)
    salt = token_bytes(16)
    return OneTimeCode.objects.create(
        merchant_id=actor.merchant_id, purpose=purpose, phone_key=phone_key, phone_shown=crypto.mask_phone(number),
        address_key=address_key, visitor_key=queries.visitor_key(visitor, actor.merchant_id), salt=salt,
        code_hash=queries.code_hash(salt, code), provider=provider, sent_at=now, expires_at=now + LIFETIME,
    )  # fmt: skip


def _check_phone(phone_key: bytes, now: datetime) -> None:
    """TooSoon, TooManyCodes."""
    rows = OneTimeCode.objects.filter(phone_key=phone_key, sent_at__gt=now - DAY).exclude(state=State.FAILED)
    recent = list(rows.order_by("-id").values_list("sent_at", "state")[:MOST_PER_PHONE])
    paused = [at for at, state in recent if state != State.UNKNOWN and at > now - PAUSE]
    if wait := rules.wait(paused, 1, PAUSE, now):
        raise TooSoon(**_in_words(wait))
    if wait := rules.wait([at for at, _ in recent], MOST_PER_PHONE, DAY, now):
        raise TooManyCodes(of="phone", **_in_words(wait))


def _check_others(address_key: bytes, most_a_day: int, now: datetime, actor: Actor) -> None:
    """TooManyCodes. What was refused counts for the visitor's address, but costs the merchant nothing."""
    here = OneTimeCode.objects.filter(address_key=address_key, sent_at__gt=now - HOUR).order_by("-sent_at")
    if wait := rules.wait(list(here.values_list("sent_at", flat=True)[:MOST_PER_ADDRESS]), MOST_PER_ADDRESS, HOUR, now):
        raise TooManyCodes(of="address", **_in_words(wait))
    today = OneTimeCode.objects.filter(sent_at__gt=now - DAY).exclude(state=State.FAILED).order_by("-sent_at")
    if last := today.values_list("sent_at", flat=True)[most_a_day - 1 : most_a_day].first():
        log.warning("messaging.daily_limit", merchant=actor.merchant_id, most=most_a_day)
        raise TooManyCodes(of="merchant", **_in_words(last + DAY - now))


def _in_words(wait: timedelta) -> dict[str, Any]:
    return {"wait": rules.in_words(wait), "seconds": -(-wait // timedelta(seconds=1))}


def _mark(row: OneTimeCode, state: OneTimeCode.State, error: DomainError | None = None) -> None:
    reason = str(error.params.get("reason", error.code))[:100] if error else ""
    with tenancy.scope(row.merchant_id):
        OneTimeCode.objects.filter(pk=row.pk).update(state=state, error=reason)
    if error:
        log.warning("messaging.not_sent", provider=row.provider, merchant=row.merchant_id, row=row.pk, reason=reason)
