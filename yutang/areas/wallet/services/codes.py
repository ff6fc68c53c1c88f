"""The code that a person shows at a till: good for a minute, for one payment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.customers import queries as customers
from yutang.areas.wallet import rules
from yutang.areas.wallet.errors import CodeInvalid, TooManyTries
from yutang.areas.wallet.models import PayCode
from yutang.core import clock, crypto, limits

if TYPE_CHECKING:
    from yutang.areas.customers.models import Identity
    from yutang.core.access import Actor

LIVES = timedelta(seconds=60)
_MAKING = limits.Pace(at_once=10, a_minute=10)
_TRYING = limits.Pace(at_once=30, a_minute=30)  # of one till; one in 10^18 is right by chance
_KIND = "wallet.pay_code"


@dataclass(frozen=True)
class Shown:
    """Never stored."""

    code: str
    expires_at: datetime


@transaction.atomic
def make(*, identity: Identity, actor: Actor) -> Shown:
    """A new code; the one before is worth nothing from here on. TooManyTries."""
    if not limits.allows("wallet.make_code", str(identity.pk), _MAKING):
        raise TooManyTries
    PayCode.objects.filter(identity=identity).delete()
    code, expires_at = rules.new_pay_code(), clock.now() + LIVES
    PayCode.objects.create(
        merchant_id=actor.merchant_id, identity=identity, code=_index(code, actor), expires_at=expires_at
    )
    return Shown(code, expires_at)


def may_try(*, who: str) -> bool:
    """Counts a try; to be asked in a transaction of its own that stays, whatever becomes of the payment."""
    return limits.allows("wallet.use_code", who, _TRYING)


def is_code(text: str) -> bool:
    """Whether it looks like one."""
    return rules.is_pay_code("".join(text.split()))


@transaction.atomic
def use(*, code: str, actor: Actor) -> Identity:
    """Whose it is. It is used up in the transaction that pays; who comes second is told CodeInvalid."""
    plain = "".join(code.split())
    if not rules.is_pay_code(plain):
        raise CodeInvalid(field="code")
    mine = PayCode.objects.filter(code=_index(plain, actor), used_at=None, expires_at__gt=clock.now())
    # One statement: of two at once the second waits, then finds it used.
    if not mine.update(used_at=clock.now()):
        raise CodeInvalid(field="code")
    found = PayCode.objects.get(code=_index(plain, actor))
    identity = customers.identity(found.identity_id)
    if identity is None:
        raise CodeInvalid(field="code")
    return identity


def forget_old(*, now: datetime) -> int:
    """Deletes codes that nobody can use any more; how many."""
    return PayCode.objects.filter(expires_at__lt=now - timedelta(hours=1)).delete()[0]


def _index(code: str, actor: Actor) -> bytes:
    return crypto.blind_index(_KIND, code, actor.merchant_id)
