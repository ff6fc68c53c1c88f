"""Why a person has their grades, in sentences that can be followed by hand: a card of the customer's page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext, ngettext

from yutang.areas.grades import queries
from yutang.console.grades import pictures, tiers
from yutang.ui.templatetags import ui

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from yutang.areas.merchants.models import Merchant
    from yutang.areas.orders.models import CustomerStatistic
    from yutang.core.access import Actor

COLOURS = {"green": "green", "blue": "blue", "amber": "orange", "red": "red", "grey": "secondary"}


@dataclass(frozen=True)
class Reason:
    mark: str  # "R 4"
    text: str
    ends: str  # what it was held against


@dataclass(frozen=True)
class Card:
    group: str
    colour: str
    tier: str
    reasons: list[Reason]


def card(customer_id: int, *, known: CustomerStatistic | None, merchant: Merchant, actor: Actor) -> Card | None:
    """None for who may not see grades, or where there is none. `known`: the statistic over all stores, if at hand."""
    if not actor.may(queries.VIEW):
        return None
    found = queries.explained(customer_id, known=known, timezone=merchant.timezone, actor=actor)
    if found is None:
        return None
    currency = merchant.currency
    scores = found.scores
    group = gettext(queries.GROUP_LABELS[scores.group])

    def amount(value: int) -> str:
        return ui.money(value, currency)

    recency = ngettext(
        "last purchase on %(day)s: %(days)s day, counted to %(until)s",
        "last purchase on %(day)s: %(days)s days, counted to %(until)s",
        found.days,
    ) % {"day": found.last_on, "days": ui.number(found.days), "until": found.counted_to}
    frequency = ngettext("%(n)s purchase", "%(n)s purchases", found.purchases) % {"n": ui.number(found.purchases)}
    reasons = [
        Reason(
            f"R {scores.r}", recency,
            gettext("Fifths end at %(ends)s days; fewer is better.") % {"ends": _listed(found.recency, ui.number)},
        ),
        Reason(
            f"F {scores.f}", frequency,
            gettext("Fifths end at %(ends)s purchases.") % {"ends": _listed(found.frequency, ui.number)},
        ),
        Reason(
            f"M {scores.m}", gettext("net amount %(amount)s") % {"amount": amount(found.net)},
            gettext("Fifths end at %(ends)s.") % {"ends": _listed(found.monetary, amount)},
        ),
        Reason(
            group, gettext("recency %(r)s, value %(value)s") % {"r": scores.r, "value": scores.value},
            gettext("Value is the mean of F and M, half a point rounded up; everybody who bought: %(people)s people.")
            % {"people": ui.number(found.people)},
        ),
        Reason(
            gettext(queries.TIER_LABELS[found.tier]), tiers.shown(found.ladder, found.tier_value, currency),
            tiers.said(found.ladder, currency),
        ),
    ]  # fmt: skip
    return Card(group, COLOURS[pictures.MOODS[scores.group]], gettext(queries.TIER_LABELS[found.tier]), reasons)


def _listed(values: Sequence[int], shown: Callable[[int], str]) -> str:
    return gettext(", ").join(shown(value) for value in values)
