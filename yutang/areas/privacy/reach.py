"""Whom an audience may hold, by what it is used for. Everything that takes people out of a segment to act on them comes
through here; figures about a segment do not."""

from __future__ import annotations

from enum import StrEnum

import pyarrow as pa
from django.db import connection
from django.utils.translation import gettext_noop
from pyroaring import BitMap64

from yutang.areas.customers import queries as customers
from yutang.areas.privacy.models import Channel, Consent, Purpose
from yutang.core import tenancy
from yutang.lake import source

_SAID = pa.schema([("customer_id", pa.int64()), ("is_given", pa.bool_())])


class Use(StrEnum):
    """What an audience is for."""

    PERSONALISED = "personalised"  # chosen by who they are: not for who refused profiling or marketing
    MESSAGE = "message"  # the same by a message: only for who agreed to marketing on that channel
    SERVICE = "service"  # about their own orders: needs no consent
    ANALYSIS = "analysis"  # nobody is addressed


LABELS = {
    Use.PERSONALISED: gettext_noop("Personalised marketing"),
    Use.MESSAGE: gettext_noop("Marketing messages"),
    Use.SERVICE: gettext_noop("Service for their own orders"),
    Use.ANALYSIS: gettext_noop("Analysis; nobody is addressed"),
}


def reachable(people: BitMap64, *, use: Use = Use.PERSONALISED, channel: Channel = Channel.ANY) -> BitMap64:
    """Those of `people` (of the merchant in scope) whom this use may reach. Nobody erased is ever among them."""
    found = people - customers.erased()
    if use in (Use.SERVICE, Use.ANALYSIS):
        return found
    agreed, refused = statements(Purpose.MARKETING, channel)
    _, unprofiled = statements(Purpose.PROFILING, channel)
    found -= refused | unprofiled
    return found & agreed if use is Use.MESSAGE else found


_ADDRESSABLE = """
WITH RECURSIVE home (id, accepts) AS (
    SELECT id, accepts_marketing FROM customers_customer WHERE id = %(person)s AND erased_at IS NULL
    UNION ALL
    SELECT c.id, c.accepts_marketing FROM home h JOIN customers_customer c ON c.merged_into_id = h.id
), said AS (
    SELECT DISTINCT ON (home_customer_id, purpose) home_customer_id, purpose, is_given FROM privacy_consent
    WHERE customer_id = %(person)s AND purpose IN ('marketing', 'profiling') AND channel = ''
    ORDER BY home_customer_id, purpose, at DESC, id DESC
)
SELECT EXISTS (SELECT FROM home) AND NOT EXISTS (SELECT FROM said WHERE NOT is_given) AND NOT EXISTS (
    SELECT FROM home h WHERE NOT h.accepts
    AND NOT EXISTS (SELECT FROM said s WHERE s.home_customer_id = h.id AND s.purpose = 'marketing'))
"""


def may_personalise(customer_id: int) -> bool:
    """Whether `reachable` leaves this one person in for `Use.PERSONALISED`; one statement, for pages."""
    with connection.cursor() as cursor:
        cursor.execute(_ADDRESSABLE, {"person": customer_id})
        return bool(cursor.fetchone()[0])


def newest_statement() -> int:
    """Another number whenever somebody has agreed or refused."""
    return Consent.objects.order_by("-id").values_list("id", flat=True).first() or 0


def statements(purpose: Purpose, channel: Channel = Channel.ANY) -> tuple[BitMap64, BitMap64]:
    """People of today who agreed, and who refused (`consents.py` says what counts); nobody is in both."""
    said = source.read(
        """
        SELECT customer_id, bool_and(is_given) FROM (
            SELECT DISTINCT ON (home_customer_id) home_customer_id, customer_id, is_given
            FROM privacy_consent
            WHERE merchant_id = %(merchant)s AND purpose = %(purpose)s AND channel IN ('', %(channel)s)
            ORDER BY home_customer_id, at DESC, id DESC
        ) newest GROUP BY customer_id
        """,
        {"merchant": tenancy.require_merchant_id(), "purpose": purpose.value, "channel": channel.value},
        _SAID,
    )
    agreed, refused = _parts(said)
    if purpose == Purpose.MARKETING:
        files = customers.declared_marketing_of_all(
            """
            EXISTS (SELECT 1 FROM privacy_consent s WHERE s.merchant_id = c.merchant_id
                    AND s.home_customer_id = c.id AND s.purpose = 'marketing' AND s.channel IN ('', %(channel)s))
            """,
            {"channel": channel.value},
        )
        declared, declined = _parts(files)
        agreed, refused = agreed | declared, refused | declined
    return agreed - refused, refused


def _parts(said: pa.Table) -> tuple[BitMap64, BitMap64]:
    ids, given = said.column("customer_id").to_numpy(), said.column("is_given").to_numpy()
    return BitMap64(ids[given]), BitMap64(ids[~given])
