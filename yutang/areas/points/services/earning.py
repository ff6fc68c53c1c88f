"""Points that a rule gives, within its caps."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext_noop

from yutang.areas.customers import balances
from yutang.areas.merchants import queries as merchants
from yutang.areas.points import accounts, queries, rules
from yutang.areas.points.models import DayTally, Kind, RuleDay
from yutang.core import clock
from yutang.core.ledger import queries as ledger_queries
from yutang.core.ledger import services as ledger

if TYPE_CHECKING:
    from datetime import date, datetime

    from yutang.areas.points.models import Rule, Terms
    from yutang.core.access import Actor
    from yutang.core.ledger.models import Entry

# As msgids, for the reasons of entries; the labels of the kinds are in whoever's language.
_REASONS = {
    Kind.PURCHASE: gettext_noop("Purchase"), Kind.CHECK_IN: gettext_noop("Check-in"),
    Kind.REVIEW: gettext_noop("Review"), Kind.SHARE: gettext_noop("Sharing"),
    Kind.PROFILE: gettext_noop("Completed profile"), Kind.BIRTHDAY: gettext_noop("Birthday"),
    Kind.ACTIVITY: gettext_noop("Activity"),
}  # fmt: skip


@transaction.atomic
def earn(
    *, kind: str, customer_id: int, key: str, source: tuple[str, int] | None = None, reason: str = "",
    at: datetime | None = None, actor: Actor,
) -> int:  # fmt: skip
    """What the rule of this kind gives the person for one deed; the points given. 0 without a rule, or when a cap of
    the day is reached. The same `key` again gives nothing more and returns what was given."""
    entry = give(
        kind=kind, customer_id=customer_id, key=f"points:{kind}:{key}", wanted=None, source=source,
        reason=reason or _REASONS[Kind(kind)], at=at or clock.now(), actor=actor,
    )  # fmt: skip
    return int(entry.detail["points"]) if entry is not None else 0


def give(
    *, kind: str, customer_id: int, key: str, wanted: int | None, source: tuple[str, int] | None, reason: str,
    at: datetime, actor: Actor,
) -> Entry | None:  # fmt: skip
    """`wanted` None: what the rule says for one deed."""
    rule = queries.rule(kind)
    if rule is None:
        return ledger_queries.posted(key)
    person = balances.owner(customer_id)
    zone = merchants.current_merchant(actor.merchant_id).timezone
    day = at.astimezone(ZoneInfo(zone)).date()
    terms = queries.terms()
    _lock_day(person, day, actor)
    if (earlier := ledger_queries.posted(key)) is not None:
        return earlier
    points = _allowed(rule, terms, person, day, rule.points if wanted is None else wanted, actor)
    if not points:
        return None
    for tally in (kind, ""):
        _tally(person, day, tally, actor)
        DayTally.objects.filter(home_customer_id=person, day=day, kind=tally).update(points=F("points") + points)
    if rule.day_cap is not None:
        RuleDay.objects.filter(kind=kind, day=day).update(points=F("points") + points)
    return ledger.post(
        key=key, kind="points.earn",
        lines=accounts.given(person, points, expires_at=expiry(terms, day, zone), origin=kind),
        source=source, reason=reason, at=at, detail={"points": points}, actor=actor,
    )  # fmt: skip


def expiry(terms: Terms, day: date, zone: str) -> datetime | None:
    return rules.expires_at(
        day, expiry=terms.expiry, days=terms.expiry_days, years=terms.expiry_years, timezone=zone
    )  # fmt: skip


# -- parts -------------------------------------------------------------------------------------------------------


def _tally(person: int, day: date, kind: str, actor: Actor) -> None:
    DayTally.objects.get_or_create(
        merchant_id=actor.merchant_id, home_customer_id=person, day=day, kind=kind, defaults={"customer_id": person}
    )


def _lock_day(person: int, day: date, actor: Actor) -> None:
    """One gift a day and person at a time: who waits here counts what the other gave."""
    _tally(person, day, "", actor)
    DayTally.objects.select_for_update().get(home_customer_id=person, day=day, kind="")


def _allowed(rule: Rule, terms: Terms, person: int, day: date, wanted: int, actor: Actor) -> int:
    """Sums of the person count every home of theirs."""
    given = dict(
        DayTally.objects.filter(customer_id=person, day=day)
        .values_list("kind")
        .annotate(total=Sum("points"))
        .order_by()
    )
    caps = [(rule.person_day_cap, given.get(rule.kind, 0)), (terms.person_day_cap, given.get("", 0))]
    if rule.day_cap is not None:
        RuleDay.objects.get_or_create(merchant_id=actor.merchant_id, kind=rule.kind, day=day)
        of_all = RuleDay.objects.select_for_update().get(kind=rule.kind, day=day)
        caps.append((rule.day_cap, of_all.points))
    return rules.within_caps(wanted, caps)
