"""How often somebody nobody knows may do something: token buckets in the database, so that all processes share them.

A bucket holds at most `Pace.at_once` tokens and gains `Pace.a_minute` of them; every deed takes one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address

from django.db import connection

from yutang.core import clock, crypto, tenancy
from yutang.core.models import Allowance

KEPT = timedelta(hours=1)  # by then every bucket is full again, as if it were not there
_SITE_BITS = 64  # one household or one machine has at least so much of IPv6 to itself
_TAKE = """
INSERT INTO core_allowance AS a (merchant_id, key, tokens, refilled_at)
VALUES (%(merchant)s, %(key)s, %(most)s - 1, %(now)s)
    ON CONFLICT (merchant_id, key) DO UPDATE
   SET tokens = GREATEST(-1, LEAST(%(most)s, a.tokens + %(pace)s
           * GREATEST(0, EXTRACT(EPOCH FROM EXCLUDED.refilled_at - a.refilled_at))) - 1),
       refilled_at = GREATEST(a.refilled_at, EXCLUDED.refilled_at)
RETURNING tokens >= 0
"""


@dataclass(frozen=True)
class Pace:
    at_once: int
    a_minute: int


def allows(what: str, who: str, pace: Pace) -> bool:
    """Takes a token of the bucket of `who` for `what`; False where there was none. One statement, in the merchant's
    scope. Its row is locked until the transaction ends: with several buckets always ask in the same order."""
    merchant_id = tenancy.require_merchant_id()
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE,
            {
                "merchant": merchant_id, "key": crypto.blind_index(f"limit:{what}", who, merchant_id),
                "most": float(pace.at_once), "pace": pace.a_minute / 60, "now": clock.now(),
            },
        )  # fmt: skip
        return bool(cursor.fetchone()[0])


def place_of(ip: str | None) -> str:
    """What a visitor's address counts as: itself, of IPv6 the network that one visitor has to choose from."""
    try:
        address = ip_address(ip or "")
    except ValueError:
        return "?"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(IPv6Address(int(address) >> (128 - _SITE_BITS) << (128 - _SITE_BITS)))
    return str(address)


def forget_old() -> None:
    """Deletes buckets that are full again."""
    for merchant_id in tenancy.each_merchant(reason="limits.forget_old"):
        with tenancy.scope(merchant_id):
            Allowance.objects.filter(refilled_at__lt=clock.now() - KEPT).delete()
