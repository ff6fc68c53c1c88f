"""What the phone says about points: rules as sentences, what expires, why something cannot be exchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import get_language, gettext, ngettext

from yutang.areas.points import queries
from yutang.areas.points.models import Kind, Terms
from yutang.core import money

if TYPE_CHECKING:
    from datetime import date

    from yutang.areas.merchants.models import Merchant
    from yutang.areas.points.models import Rule
    from yutang.areas.points.queries import Shown

NEXT = 3


def expiring(customer_id: int, timezone: str) -> list[tuple[date, int]]:
    """(the last day, points) of those that expire next."""
    return [
        (queries.last_day(at, timezone), points)
        for at, points in queries.expiring(customer_id)[:NEXT]
    ]  # fmt: skip


def rules(merchant: Merchant) -> list[str]:
    """How points are earned, how long they stay and what they pay, a sentence each."""
    terms = queries.terms()
    given = [row for row in queries.rules_by_kind().values() if row.is_active and row.points]
    said = [_given(row, merchant.currency) for row in given]
    said.append(_stays(terms))
    if terms.is_tender:
        tender = gettext(
            "At the checkout %(rate)s points pay %(amount)s, at most %(percent)s%% of the goods, from %(least)s points."
        )
        yuan = money.formatted(100, merchant.currency, get_language() or "en")
        named = {"rate": f"{terms.rate * 100:,}", "amount": yuan, "percent": terms.ceiling_percent}
        said.append(tender % {**named, "least": f"{terms.least_points:,}"})
    return said


def obstacle(shown: Shown, balance: int) -> str:
    """Why the person cannot have it now; empty when they can."""
    if shown.left <= 0:
        return gettext("All gone")
    if shown.is_over_limit:
        return gettext("You have had your share")
    if balance < shown.offer.points:
        missing = shown.offer.points - balance
        return ngettext("%(count)s point short", "%(count)s points short", missing) % {"count": f"{missing:,}"}
    return ""


def _given(rule: Rule, currency: str) -> str:
    amount = money.formatted(rule.per_amount or 0, currency, get_language() or "en")
    words = {
        Kind.PURCHASE: gettext("%(points)s for every %(amount)s paid"),
        Kind.CHECK_IN: gettext("%(points)s for each check-in"),
        Kind.REVIEW: gettext("%(points)s for a review"), Kind.SHARE: gettext("%(points)s for sharing the shop"),
        Kind.PROFILE: gettext("%(points)s for a complete profile"),
        Kind.BIRTHDAY: gettext("%(points)s on your birthday"),
        Kind.ACTIVITY: gettext("%(points)s for taking part in an activity"),
    }[Kind(rule.kind)]  # fmt: skip
    points = ngettext("%(count)s point", "%(count)s points", rule.points) % {"count": f"{rule.points:,}"}
    said = words % {"points": points, "amount": amount}
    if rule.person_day_cap:
        said += gettext(", at most %(most)s a day") % {"most": f"{rule.person_day_cap:,}"}
    return said


def _stays(terms: Terms) -> str:
    if terms.expiry == Terms.Expiry.NEVER:
        return gettext("Points do not expire.")
    if terms.expiry == Terms.Expiry.DAYS:
        return gettext("Points can be used for %(days)s days.") % {"days": terms.expiry_days}
    if terms.expiry_years == 0:
        return gettext("Points can be used until the end of the year in which they are given.")
    return ngettext(
        "Points can be used until the end of the year after the one in which they are given.",
        "Points can be used until the end of the %(count)s. year after the one in which they are given.",
        terms.expiry_years,
    ) % {"count": terms.expiry_years}
