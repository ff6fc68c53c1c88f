"""Reads about levels and growth."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Sum

from yutang.areas.membership import rules
from yutang.areas.membership.benefits import NONE, Benefits, best
from yutang.areas.membership.models import (
    Card,
    GrowthEntry,
    JudgingRun,
    Level,
    LevelChange,
    Member,
    Scheme,
)
from yutang.areas.membership.rules import Rung
from yutang.areas.merchants import queries as merchants
from yutang.core import clock, tenancy
from yutang.core.errors import NotAllowed, NotFound
from yutang.core.questions import Question, answer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from django.db.models import QuerySet

    from yutang.core.access import Actor
    from yutang.core.questions import Row

VIEW, EDIT, HANDLE = "membership.view", "membership.edit", "membership.handle"
GROWTH_ORDER = CHANGES_ORDER = ("-id",)
MEMBERS_ORDER = ("-customer_id",)


def require_everywhere(actor: Actor, permission: str = EDIT) -> None:
    """Levels and cards belong to the whole company."""
    if actor.nodes(permission) is not None:
        raise NotAllowed(permission=permission)


def scheme() -> Scheme:
    """The merchant's row, or one with the defaults that is not saved."""
    return Scheme.objects.first() or Scheme()


def levels() -> QuerySet[Level]:
    """The ladder, from the lowest level up."""
    return Level.objects.filter(archived_at=None).order_by("threshold")


def level_names(keys: Collection[str]) -> list[str]:
    """Of levels that are on the ladder, from the lowest up."""
    return list(levels().filter(key__in=keys).values_list("name", flat=True))


def level(level_id: int) -> Level:
    found = Level.objects.filter(pk=level_id, archived_at=None).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Course:
    """By which rules people are judged today. `since`: growth from there on counts for keeping a level."""

    ladder: Sequence[Rung]
    keep_months: int
    grace_days: int
    today: date
    since: datetime
    rungs: dict[int, Rung] = field(default_factory=dict)


def course(ladder: Sequence[Rung] | None = None, keep_months: int | None = None) -> Course:
    """Of the merchant in scope; another ladder, or another number of months, for a preview."""
    merchant = merchants.current_merchant(tenancy.require_merchant_id())
    known = scheme()
    months = known.keep_months if keep_months is None else keep_months
    if ladder is None:
        ladder = [Rung(one.pk, one.threshold, one.keep) for one in levels()]
    today = clock.today(merchant.timezone)
    since = clock.start_of_day(rules.months_after(today, -months), merchant.timezone)
    return Course(ladder, months, known.grace_days, today, since, {rung.id: rung for rung in ladder})


def recent_growth(customer_ids: Iterable[int], within: Course) -> dict[int, int]:
    """Growth of the months that count, of those who have any."""
    ids = list(customer_ids)
    if not ids:
        return {}
    rows = GrowthEntry.objects.filter(customer__in=ids, at__gte=within.since)
    return dict(rows.order_by().values_list("customer").annotate(Sum("amount")))


def growth_today(customer_id: int, source: str) -> int:
    """What this source has given the person today, the merchant's own day."""
    merchant = merchants.current_merchant(tenancy.require_merchant_id())
    start = clock.start_of_day(clock.today(merchant.timezone), merchant.timezone)
    rows = GrowthEntry.objects.filter(customer=customer_id, at__gte=start, source=source)
    return rows.aggregate(sum=Sum("amount"))["sum"] or 0


def taken_back(given: GrowthEntry) -> int:
    """Of the growth that an order gave, what its refunds have taken so far."""
    refunds = GrowthEntry.objects.filter(
        customer=given.customer_id, source=GrowthEntry.Source.REFUND, source_type=given.source_type,
        source_id=given.source_id,
    )  # fmt: skip
    return -(refunds.aggregate(sum=Sum("amount"))["sum"] or 0)


def growth_taken_by_refunds(order_id: int, *, paid: int, refunded: int) -> int:
    """Growth that would go when `refunded` of `paid` (minor units, all refunds) is back."""
    given = GrowthEntry.objects.filter(key=f"order:{order_id}").first()
    return max(rules.taken_back(given.amount, paid, refunded) - taken_back(given), 0) if given else 0


def member(customer_id: int) -> Member | None:
    return Member.objects.select_related("level").filter(customer=customer_id).first()


def growth(customer_id: int) -> QuerySet[GrowthEntry]:
    """To be paged by `GROWTH_ORDER`. The caller has the person through their door."""
    return GrowthEntry.objects.filter(customer=customer_id)


def changes(customer_id: int) -> QuerySet[LevelChange]:
    """To be paged by `CHANGES_ORDER`."""
    return LevelChange.objects.filter(customer=customer_id).select_related("before", "after")


def members(level_id: int | None = None) -> QuerySet[Member]:
    """To be paged by `MEMBERS_ORDER`."""
    rows = Member.objects.select_related("level")
    return rows if level_id is None else rows.filter(level=level_id)


def falling() -> QuerySet[Member]:
    """Members who were told that they fall; to be paged by ("falls_on", "customer_id")."""
    return Member.objects.select_related("level").filter(falls_on__isnull=False)


def people_per_level() -> dict[int | None, int]:
    """Level id (None: without level) → members."""
    return dict(Member.objects.order_by().values_list("level").annotate(Count("pk")))


def last_run() -> JudgingRun | None:
    return JudgingRun.objects.order_by("-day").first()


# -- what somebody's level and card give ------------------------------------------------------------------------


@dataclass(frozen=True)
class Terms:
    """What holds for one person now. `level`: its key; `price_level`: that of the level whose prices hold;
    `percent_by`, `freight_by`: who gives it, ("level", key) or ("card", number).
    `free_freights`: uses of `card_id` left this month."""

    level: str = ""
    price_level: str = ""
    percent_off: int = 0
    percent_by: tuple[str, str] = ("", "")
    free_freight_from: int | None = None
    freight_by: tuple[str, str] = ("", "")
    points_percent: int = 100
    card_id: int | None = None
    free_freights: int = 0
    opens_exclusive: bool = False  # the card does

    def may_buy(self, only_levels: Collection[str], only_cards: bool) -> bool:
        """Goods for members alone (catalog.Product): one of these levels, or a card that opens them. A level that was
        archived is nobody's. For everybody where neither is asked."""
        if not only_levels and not only_cards:
            return True
        return (bool(self.level) and self.level in only_levels) or (only_cards and self.opens_exclusive)


NO_TERMS = Terms()

# One statement for everything: who has neither level nor card costs no more. Without a row of their own people stand
# on the lowest level, if nothing is needed for it.
_TERMS = """
SELECT l.key AS level, l.benefits AS level_benefits, c.id AS card_id, p.benefits AS card_benefits, p.free_freights,
       CASE WHEN p.free_freights > 0 THEN (
           SELECT count(*) FROM membership_carduse u
            WHERE u.merchant_id = m.id AND u.card_id = c.id AND u.released_at IS NULL
              AND u.period = to_char(now.at AT TIME ZONE m.timezone, 'YYYY-MM')) ELSE 0 END AS used
  FROM (SELECT %(now)s::timestamptz AS at) now
  JOIN merchants_merchant m ON m.id = NULLIF(current_setting('yutang.merchant_id', true), '')::bigint
  LEFT JOIN membership_member w ON w.merchant_id = m.id AND w.customer_id = %(customer)s
  LEFT JOIN membership_level l ON l.merchant_id = m.id AND l.archived_at IS NULL
        AND (l.id = w.level_id OR (w.level_id IS NULL AND l.threshold = 0))
  LEFT JOIN LATERAL (
       SELECT * FROM membership_card k
        WHERE k.merchant_id = m.id AND k.customer_id = %(customer)s AND k.state = 'active'
          AND k.starts_at <= now.at AND k.ends_at > now.at
        ORDER BY k.ends_at DESC, k.id DESC LIMIT 1) c ON true
  LEFT JOIN membership_plan p ON p.id = c.plan_id AND p.merchant_id = m.id
"""


def terms(customer_id: int | None) -> Terms:
    """What the person's level and card give; one prepared statement, none for somebody unknown."""
    return NO_TERMS if customer_id is None else answer(terms_question(customer_id))


def terms_question(customer_id: int) -> Question[Terms]:
    """The same, to be asked beside others: quotes do."""
    return Question(_TERMS, {"now": clock.now(), "customer": customer_id}, lambda rows: _terms(rows[0]))


def _terms(row: Row) -> Terms:
    key, card_id, left = row["level"], row["card_id"], max((row["free_freights"] or 0) - row["used"], 0)
    if key is None and card_id is None:
        return NO_TERMS
    level_by, card_by = ("level", key or ""), ("card", str(card_id))
    given = [
        (by, Benefits.read(saved))
        for by, saved in ((level_by, row["level_benefits"]), (card_by, row["card_benefits"]))
        if saved is not None
    ]
    whole = best(one for _, one in given)
    freight_by = next((by for by, one in given if one.free_freight_from == whole.free_freight_from), ("", ""))
    percent_by = next((by for by, one in given if one.percent_off == whole.percent_off), ("", ""))
    return Terms(
        level=key or "",
        price_level=key if key and any(by == level_by and one.level_price for by, one in given) else "",
        percent_off=whole.percent_off, percent_by=percent_by if whole.percent_off else ("", ""),
        free_freight_from=whole.free_freight_from,
        freight_by=freight_by if whole.free_freight_from is not None else ("", ""),
        points_percent=whole.points_percent, card_id=card_id, free_freights=left, opens_exclusive=whole.exclusive,
    )  # fmt: skip


def points_multiplier(customer_id: int) -> int:
    """In percent: 150 gives half as many points again."""
    return terms(customer_id).points_percent


def benefits(customer_id: int) -> Benefits:
    """Of the level and the card together."""
    row = member(customer_id)
    standing = row.level if row is not None and row.level is not None else levels().filter(threshold=0).first()
    card = current_card(customer_id)
    saved = [standing.benefits if standing else {}, card.plan.benefits if card else {}]
    return best([Benefits.read(one) for one in saved if one] or [NONE])


def has_vip_entrance(customer_id: int) -> bool:
    return benefits(customer_id).vip


def current_card(customer_id: int) -> Card | None:
    """The card that holds now."""
    now = clock.now()
    rows = Card.objects.select_related("plan").filter(
        customer=customer_id, state=Card.State.ACTIVE, starts_at__lte=now, ends_at__gt=now
    )
    return rows.order_by("-ends_at", "-id").first()


# -- on the person's page -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Way:
    """How far somebody is on the ladder. `missing`: growth to the next level; `percent` of the way to it. `kept`:
    growth of the months that count, where the level must be kept by `keep`, until `keep_by`."""

    growth: int
    level: Level | None
    next: Level | None
    missing: int
    percent: int
    falls_on: date | None = None
    keep: int | None = None
    kept: int = 0
    keep_by: date | None = None


def level_name(customer_id: int) -> str | None:
    """Of the level that a person has, "" without one. None: the merchant has no levels."""
    ladder = list(levels())
    if not ladder:
        return None
    standing = _standing(ladder, member(customer_id))
    return standing.name if standing else ""


def _standing(ladder: list[Level], row: Member | None) -> Level | None:
    """Who has not been judged yet stands on the first rung if it asks for nothing."""
    return row.level if row and row.level_id else next((one for one in ladder[:1] if not one.threshold), None)


def way(customer_id: int) -> Way | None:
    """None: the merchant has no levels."""
    ladder = list(levels())
    if not ladder:
        return None
    row = member(customer_id)
    growth = row.growth if row else 0
    standing = _standing(ladder, row)
    above = [one for one in ladder if standing is None or one.threshold > standing.threshold]
    following = above[0] if above else None
    start = standing.threshold if standing else 0
    missing = max(following.threshold - growth, 0) if following else 0
    done = 100 * max(growth - start, 0) // (following.threshold - start) if following else 100
    if row is None or standing is None or standing.keep is None or row.counted_from is None:
        return Way(growth, standing, following, missing, min(done, 100), row.falls_on if row else None)
    today = course(ladder=[])
    kept = recent_growth([customer_id], today).get(customer_id, 0)
    keep_by = row.falls_on or rules.months_after(row.counted_from, today.keep_months) - timedelta(days=1)
    return Way(growth, standing, following, missing, min(done, 100), row.falls_on, standing.keep, kept, keep_by)
