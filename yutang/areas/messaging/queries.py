"""Reads of accounts and of what was sent."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import phonenumbers
from django.conf import settings

from yutang.areas.customers import queries as customers
from yutang.areas.messaging import providers, rules
from yutang.areas.messaging.errors import BadPhone, NotConnected
from yutang.areas.messaging.models import CODES_PER_DAY, OneTimeCode, SmsAccount
from yutang.core import clock, crypto
from yutang.core import credentials as entries
from yutang.core.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet

    from yutang.core.access import Actor

SETUP = "messaging.setup"
REGION = "CN"  # of numbers without a country code


def normal_phone(phone: str) -> str:
    """E.164, as customers have it. BadPhone where no message can reach it."""
    number = customers.normal_account("phone", phone, REGION)
    is_mainland = number.startswith("+86")
    if is_mainland and rules.MAINLAND_MOBILE.fullmatch(number):
        return number
    if number and not is_mainland and phonenumbers.is_possible_number(phonenumbers.parse(number)):
        return number
    raise BadPhone(field="phone")


def phone_key(number: str, merchant_id: int) -> bytes:
    return customers.account_key("phone", "", number, merchant_id)


def visitor_key(visitor: str, merchant_id: int) -> bytes:
    return crypto.blind_index("messaging.visitor", visitor, merchant_id)


def code_hash(salt: bytes, code: str) -> bytes:
    """Under the installation's key: without it, a million tries would find any code."""
    return crypto.keyed_digest("messaging.code", f"{salt.hex()}:{code}")


def account() -> SmsAccount | None:
    return SmsAccount.objects.first()


def sender() -> tuple[providers.Provider, int]:
    """Who sends for the merchant in scope, and how many codes a day at most. An account comes before the sandbox.
    NotConnected."""
    found = account()
    if found is not None and found.is_active:
        return providers.get(found.provider), found.codes_per_day
    if settings.SANDBOX:
        return providers.get("sandbox"), CODES_PER_DAY
    raise NotConnected


def can_send() -> bool:
    """Whether log-in by phone may be offered."""
    try:
        sender()
    except NotConnected:
        return False
    return True


# -- for staff -------------------------------------------------------------------------------------------------------


def require_everything(actor: Actor) -> None:
    """The account and its messages belong to the whole company."""
    if actor.nodes(SETUP) is not None:
        raise NotAllowed(permission=SETUP)


def entered(*, actor: Actor) -> dict[str, str]:
    """What was entered for the account, without its secrets."""
    require_everything(actor)
    found = account()
    if found is None:
        return {}
    values = entries.opened(found.sealed, actor.merchant_id)
    shown = [field.name for field in providers.remote(found.provider).fields if not field.is_secret]
    return {name: values.get(name, "") for name in shown}


def codes(*, actor: Actor, phone: str = "", state: str = "") -> QuerySet[OneTimeCode]:
    """What was sent, to be ordered by `-id`; with `phone` to exactly this number."""
    require_everything(actor)
    found = OneTimeCode.objects.all()
    if state in OneTimeCode.State.values:
        found = found.filter(state=state)
    if not phone:
        return found
    number = customers.normal_account("phone", phone, REGION)
    return found.filter(phone_key=phone_key(number, actor.merchant_id)) if number else found.none()


def sent_today(most: int) -> int:
    """Messages of the last 24 hours that were or may have been sent, counted up to `most`."""
    recent = OneTimeCode.objects.filter(sent_at__gt=clock.now() - timedelta(days=1))
    return recent.exclude(state=OneTimeCode.State.FAILED)[:most].count()


# -- for the privacy area, which lies above --------------------------------------------------------------------------


def codes_to(keys: Iterable[bytes]) -> list[dict[str, Any]]:
    """What was sent to accounts with these blind indexes, for a copy of a person's data."""
    rows = OneTimeCode.objects.filter(phone_key__in=list(keys)).order_by("id")
    return [
        {"at": row.sent_at, "purpose": row.get_purpose_display(), "phone": row.phone_shown,
         "status": row.get_state_display()}
        for row in rows
    ]  # fmt: skip


def count_codes_before(before: datetime) -> int:
    return OneTimeCode.objects.filter(sent_at__lt=before).count()
