"""Why a person has the grades they have, so that they can be followed by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from yutang.areas.grades import rules
from yutang.areas.grades.models import Ladder
from yutang.areas.grades.queries.asked import VIEW, boundaries_and_ladder
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import queries as orders
from yutang.core import access, clock

if TYPE_CHECKING:
    from yutang.areas.orders.models import CustomerStatistic
    from yutang.core.access import Actor


@dataclass(frozen=True)
class Explained:
    """The person's three values, the ends of the fifths they were held against, and what follows from both."""

    scores: rules.Scores
    last_on: date
    days: int  # to the day after the last one counted
    counted_to: date
    purchases: int
    net: int
    recency: Sequence[int]
    frequency: Sequence[int]
    monetary: Sequence[int]
    people: int
    tier: str
    tier_value: int
    ladder: Ladder


def explained(
    customer_id: int, *, known: CustomerStatistic | None = None, timezone: str | None = None, actor: Actor
) -> Explained | None:
    """None for who has not bought, or before the first computation. A grade is made of all purchases at all stores,
    whatever stores the actor sees; whether the actor sees the person, the caller has checked. `known`: the statistic
    over all stores, and `timezone` the merchant's, where the caller has them."""
    actor.require(VIEW)
    if (asked := boundaries_and_ladder()) is None or not asked[0].people:
        return None
    kept, rule = asked
    system = access.system(actor.merchant_id, name="grades")
    found = known or orders.statistics(system, [customer_id])[customer_id]
    if not found.purchases or found.last_purchase_at is None:
        return None
    zone = timezone or merchants.current_merchant(actor.merchant_id).timezone
    last_on = found.last_purchase_at.astimezone(ZoneInfo(zone)).date()
    days = (kept.counted_to - last_on).days
    scores = rules.scores(
        days=days, purchases=found.purchases, net=found.net_amount, recency=kept.recency, frequency=kept.frequency,
        monetary=kept.monetary,
    )  # fmt: skip
    value = found.net_amount if rule.measure == Ladder.Measure.NET else found.purchases
    if rule.window_days is not None:
        span = orders.of_last_days(system, customer_id, days=rule.window_days, until=clock.today(zone))
        value = span.net_amount if rule.measure == Ladder.Measure.NET else span.purchases
    return Explained(
        scores=scores, last_on=last_on, days=days, counted_to=kept.counted_to, purchases=found.purchases,
        net=found.net_amount, recency=kept.recency, frequency=kept.frequency, monetary=kept.monetary,
        people=kept.people, tier=rules.tier(value, middle_from=rule.middle_from, big_from=rule.big_from),
        tier_value=value, ladder=rule,
    )  # fmt: skip
