"""Who is told about a level that rose or will fall, and about a card that ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext, gettext_noop

from yutang.areas.membership.models import Level
from yutang.areas.messaging import kinds
from yutang.areas.messaging import services as messaging
from yutang.areas.messaging.kinds import Figures, Find, Kind

if TYPE_CHECKING:
    from yutang.core.access import Actor

UP = "level-up"
_FALLING = """
SELECT m.customer_id, 'level-falling:' || m.falls_on AS key,
       jsonb_build_object('level', l.name, 'on', m.falls_on) AS figures,
       m.falls_on::timestamp AT TIME ZONE 'UTC' AS position_at, m.customer_id AS position_id
  FROM membership_member m JOIN membership_level l ON l.id = m.level_id
 WHERE m.merchant_id = %(merchant)s AND m.falls_on > %(today)s
   AND (m.falls_on, m.customer_id)
       > (COALESCE((%(after_at)s::timestamptz AT TIME ZONE 'UTC')::date, '-infinity'), %(after_id)s)
 ORDER BY m.falls_on, m.customer_id LIMIT %(limit)s
"""
# Who has renewed already has a card behind it.
_ENDING = """
SELECT c.customer_id, 'card-ending:' || c.id AS key,
       jsonb_build_object('name', p.name,
                          'on', ((c.ends_at - interval '1 microsecond') AT TIME ZONE %(timezone)s)::date) AS figures,
       c.ends_at AS position_at, c.id AS position_id
  FROM membership_card c JOIN membership_plan p ON p.id = c.plan_id
 WHERE c.merchant_id = %(merchant)s AND c.state = 'active' AND c.ends_at > %(now)s AND c.ends_at <= %(until)s
   AND (c.ends_at, c.id) > (COALESCE(%(after_at)s::timestamptz, '-infinity'), %(after_id)s)
   AND NOT EXISTS (SELECT 1 FROM membership_card b WHERE b.merchant_id = %(merchant)s
                      AND b.customer_id = c.customer_id AND b.state = 'active' AND b.ends_at > c.ends_at)
 ORDER BY c.ends_at, c.id LIMIT %(limit)s
"""


def register() -> None:
    kinds.register(
        Kind(
            UP, label=gettext_noop("Level reached"), hint=gettext_noop("Whoever comes to a higher level, at once."),
            icon="crown", words=risen, page=lambda _: ("membership",),
        )
    )  # fmt: skip
    kinds.register(
        Kind(
            "level-falling", label=gettext_noop("Level will fall"),
            hint=gettext_noop("Whoever has too little growth to keep the level, when the grace begins."),
            icon="alert-circle", words=falling, page=lambda _: ("membership",), find=Find(_FALLING),
        )
    )  # fmt: skip
    kinds.register(
        Kind(
            "card-ending", label=gettext_noop("Membership card ends"),
            hint=gettext_noop("Whoever has a card that ends within so many days and none behind it."),
            icon="credit-card", words=ending, page=lambda _: ("membership",), find=Find(_ENDING), days=7,
        )
    )  # fmt: skip


def tell_risen(risen: Iterable[tuple[int, int]], *, day: date, actor: Actor) -> None:
    """(person, the level they came to), in the transaction that judged them: one statement for a chunk of people, where
    a reaction to each event would be a job for each."""
    reached = list(risen)
    if not reached:
        return
    names = dict(Level.objects.filter(pk__in={level_id for _, level_id in reached}).values_list("pk", "name"))
    news = [
        messaging.News(customer_id, f"{UP}:{level_id}:{day}", {"level": names[level_id]})
        for customer_id, level_id in reached
    ]
    messaging.notify(kind=UP, news=news, actor=actor)


def risen(figures: Figures) -> tuple[str, str]:
    return gettext("A higher level"), gettext("You are %(level)s now. See what it gives you.") % figures


def falling(figures: Figures) -> tuple[str, str]:
    text = gettext("Your level %(level)s falls on %(on)s unless enough growth comes until then.")
    return gettext("Your level will fall"), text % figures


def ending(figures: Figures) -> tuple[str, str]:
    text = gettext("Your card “%(name)s” ends on %(on)s. Renew it to keep what it gives you.")
    return gettext("Your membership card ends soon"), text % figures
