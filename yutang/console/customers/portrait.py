"""What is known of a person, in sentences, each with where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from yutang.console.customers import labels
from yutang.core import clock

if TYPE_CHECKING:
    from datetime import datetime

    from yutang.areas.customers.models import Customer
    from yutang.areas.customers.queries import Account
    from yutang.areas.interactions.arrivals import Arrival
    from yutang.areas.orders.models import CustomerStatistic
    from yutang.areas.orders.person import Bought, ChannelShare, Favourite


@dataclass(frozen=True)
class Statement:
    icon: str
    text: str
    source: str


def statements(
    person: Customer,
    accounts: list[Account],
    statistic: CustomerStatistic,
    bought: Bought | None,
    arrival: Arrival | None,
) -> list[Statement]:
    favourites, channels = (bought.favourites(), bought.channels()) if bought else ([], [])
    return [*_who(person, accounts), *_came(arrival), *_buying(statistic, favourites, channels)]


def _came(arrival: Arrival | None) -> list[Statement]:
    """The first and, when it is another, the latest code."""
    if arrival is None:
        return []
    said = [gettext("First came by the code “%(code)s” (%(kind)s).")]
    if arrival.latest != arrival.first:
        said.append(gettext("Came last by the code “%(code)s” (%(kind)s)."))
    at = (arrival.first_at, arrival.latest_at)
    return [
        Statement(
            "qrcode",
            text % {"code": code.name, "kind": code.get_kind_display()},
            gettext("scan of %(day)s") % {"day": timezone.localtime(seen).strftime("%Y-%m-%d")},
        )
        for text, code, seen in zip(said, (arrival.first, arrival.latest), at, strict=False)
    ]


def _who(person: Customer, accounts: list[Account]) -> list[Statement]:
    profile = gettext("profile")
    first = min(accounts, key=lambda account: account.identity.first_seen_at, default=None)
    found = []
    if first is not None:
        seen_on = timezone.localtime(first.identity.first_seen_at).strftime("%Y-%m-%d")
        found.append(
            Statement(
                "calendar",
                gettext("Known since %(day)s, first seen at %(source)s.")
                % {"day": seen_on, "source": labels.source(person.source)},
                labels.origin(first.identity.source),
            )
        )
    if person.birthday:
        found.append(
            Statement("gift", gettext("Birthday: %(day)s.") % {"day": person.birthday.strftime("%m-%d")}, profile)
        )
    if person.accepts_marketing is not None:
        text = gettext("Accepts marketing messages.") if person.accepts_marketing else gettext("Declined marketing.")
        found.append(Statement("bell", text, profile))
    return found


def _buying(statistic: CustomerStatistic, favourites: list[Favourite], channels: list[ChannelShare]) -> list[Statement]:
    orders = ngettext("%(n)s order", "%(n)s orders", statistic.purchases) % {"n": statistic.purchases}
    found = []
    if statistic.last_purchase_at:
        days = _days(statistic.last_purchase_at, clock.now())
        ago = ngettext("Last bought %(days)s day ago.", "Last bought %(days)s days ago.", days) % {"days": days}
        found.append(Statement("clock", ago if days > 0 else gettext("Bought today."), orders))
    if statistic.purchase_days >= 3:
        span = _days(statistic.first_purchase_at, statistic.last_purchase_at)
        gap = max(1, round(span / (statistic.purchase_days - 1)))
        found.append(
            Statement(
                "refresh",
                ngettext("Comes back every %(days)s day on average.", "Comes back every %(days)s days on average.", gap)
                % {"days": gap},
                orders,
            )
        )
    if favourites and favourites[0].orders > 1:
        best = favourites[0]
        found.append(
            Statement(
                "shopping-bag",
                gettext("Most often buys “%(title)s”.") % {"title": best.title},
                ngettext("%(n)s order", "%(n)s orders", best.orders) % {"n": best.orders},
            )
        )
    if len(channels) > 1:
        listed = " · ".join(f"{labels.source(c.source)} {c.orders}" for c in channels[:4])
        found.append(Statement("layout-grid", gettext("Buys in several places: %(list)s.") % {"list": listed}, orders))
    return found


def _days(first: datetime, last: datetime) -> int:
    """Calendar days of the merchant between two moments: yesterday evening is a day ago this morning."""
    return (timezone.localdate(last) - timezone.localdate(first)).days
