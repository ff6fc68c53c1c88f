"""Who is told that a gift expires, or that there is a balance."""

from __future__ import annotations

from django.utils.translation import get_language, gettext, gettext_noop

from yutang.areas.messaging import kinds
from yutang.areas.messaging.kinds import Figures, Find, Kind
from yutang.areas.wallet import accounts
from yutang.core import money
from yutang.core.ledger import reminding

_EXPIRING = f"""
SELECT holder_id AS customer_id, 'gift-expiring:' || unit || ':' || last_at::date AS key,
       jsonb_build_object('amount', amount, 'currency', unit, 'on', last_at::date) AS figures,
       expires_at AS position_at, id AS position_id
  FROM ({reminding.EXPIRING}) x
"""  # noqa: S608 -- written above
# The day they were last here is part of the key: a pause is told once, the next one again.
_UNTOUCHED = f"""
SELECT holder_id AS customer_id,
       'balance-untouched:' || unit || ':' || (touched_at AT TIME ZONE %(timezone)s)::date AS key,
       CASE WHEN touched_at < %(since)s THEN jsonb_build_object('amount', amount, 'currency', unit,
            'since', (touched_at AT TIME ZONE %(timezone)s)::date) END AS figures,
       NULL::timestamptz AS position_at, holder_id AS position_id
  FROM ({reminding.LAST_TOUCHED}) x ORDER BY holder_id
"""  # noqa: S608 -- written above


def register() -> None:
    kinds.register(
        Kind(
            "gift-expiring", label=gettext_noop("Gift balance expires"),
            hint=gettext_noop("Whoever has gift balance that ends within so many days."), icon="gift",
            words=expiring, page=lambda _: ("wallet",), find=Find(_EXPIRING, {"account": accounts.GIFT}), days=15,
        )
    )  # fmt: skip
    untouched_by = {"account": accounts.PRINCIPAL, "accounts": [accounts.PRINCIPAL, accounts.GIFT]}
    kinds.register(
        Kind(
            "balance-untouched", label=gettext_noop("Balance lies unused"),
            hint=gettext_noop("Whoever has stored value and has neither recharged nor paid with it for so many days."),
            icon="coins", words=untouched, page=lambda _: ("wallet",), find=Find(_UNTOUCHED, untouched_by), days=90,
            most_days=730,
        )
    )  # fmt: skip


def expiring(figures: Figures) -> tuple[str, str]:
    text = gettext("%(amount)s of gift balance can be used until %(on)s.")
    return gettext("Your gift balance expires soon"), text % {"amount": _amount(figures), "on": figures["on"]}


def untouched(figures: Figures) -> tuple[str, str]:
    text = gettext("There are %(amount)s on your balance. You last used it on %(since)s.")
    return gettext("You still have a balance"), text % {"amount": _amount(figures), "since": figures["since"]}


def _amount(figures: Figures) -> str:
    return money.formatted(figures["amount"], figures["currency"], get_language() or "en")
