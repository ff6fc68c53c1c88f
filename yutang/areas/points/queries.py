"""Reads of points."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Sum
from django.db.models.functions import Abs
from django.utils.translation import gettext, gettext_noop

from yutang.areas.merchants import queries as merchants
from yutang.areas.points import accounts, rules
from yutang.areas.points.models import Change, Exchange, Kind, Offer, OrderPoints, Rule, Terms
from yutang.core import clock, prepared
from yutang.core.errors import NotAllowed, NotFound
from yutang.core.ledger import queries as ledger
from yutang.core.ledger.lines import MERCHANT
from yutang.core.reservations import queries as reservations

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.db.models import QuerySet

    from yutang.core.access import Actor
    from yutang.core.ledger.models import Entry, Lot, Posting

VIEW, EDIT, ADJUST, APPROVE = "points.view", "points.edit", "points.adjust", "points.approve"
ORDER = ("-id",)
COUNTED_TOGETHER = timedelta(hours=24)  # changes by hand of one person by one colleague
DUE_ORDER = ("expires_at", "id")
# What an entry did to somebody's points, by its kind.
LABELS = {
    "points.earn": gettext_noop("Earned"),
    "points.earn.reverse": gettext_noop("Taken back after a refund"),
    "points.spend": gettext_noop("Used for an order"),
    "points.spend.reverse": gettext_noop("Given back from an order"),
    "points.exchange": gettext_noop("Exchanged for points"),
    "points.adjust": gettext_noop("Changed by hand"),
    "points.reward": gettext_noop("Given as a reward"),
    "points.forfeit": gettext_noop("Ended with the erasure"),
    "ledger.expire": gettext_noop("Expired"),
    "ledger.move": gettext_noop("Accounts became one"),
    "ledger.move_back": gettext_noop("Accounts were separated"),
}


def terms() -> Terms:
    """The merchant's, or the defaults, not saved."""
    return next(iter(prepared.instances(Terms, "TRUE ORDER BY id LIMIT 1")), None) or Terms()


def rule(kind: str) -> Rule | None:
    """None while nothing is given for it."""
    return Rule.objects.filter(kind=kind, is_active=True, points__gt=0).first()


def rules_by_kind() -> dict[str, Rule]:
    """One of each kind, in their order; those nobody saved are not active."""
    saved = {row.kind: row for row in Rule.objects.all()}
    return {kind: saved.get(kind) or Rule(kind=kind) for kind in Kind.values}


def are_given() -> bool:
    """Whether any rule gives points now."""
    return Rule.objects.filter(is_active=True, points__gt=0).exists()


def balance(customer_id: int) -> int:
    """Points that the person can spend now."""
    holder = accounts.of(customer_id)
    return ledger.spendable(kind=accounts.POINTS, unit=accounts.UNIT, holder=holder, at=clock.now())


def statement(customer_id: int) -> QuerySet[Posting]:
    """Newest first."""
    return ledger.statement(kind=accounts.POINTS, unit=accounts.UNIT, holder=accounts.of(customer_id))


def label(entry: Entry) -> str:
    """What an entry was, in the active language."""
    return gettext(LABELS[entry.kind]) if entry.kind in LABELS else entry.kind


def why(entry: Entry) -> str:
    """Its reason: our own words in the active language, others as they were written."""
    return gettext(entry.reason) if entry.reason and not entry.kind.startswith("ledger.") else ""


@dataclass(frozen=True, slots=True)
class Month:
    """`points` that expire in the month that begins on `first`."""

    first: date
    points: int
    lots: int


def expiring(customer_id: int) -> list[tuple[datetime, int]]:
    """(the first instant without them, points), the next ones first."""
    sums: dict[datetime, int] = {}
    now = clock.now()
    for lot in ledger.lots(kind=accounts.POINTS, unit=accounts.UNIT, holder=accounts.of(customer_id)):
        if lot.expires_at is not None and lot.expires_at > now:
            sums[lot.expires_at] = sums.get(lot.expires_at, 0) + lot.remaining
    return list(sums.items())


def last_day(expires_at: datetime, timezone: str) -> date:
    """The last local day on which something can be spent that expires then."""
    return rules.last_day(expires_at, timezone)


def forecast(merchant_id: int) -> list[Month]:
    """What expires in which month of the merchant's calendar, if nobody spends any."""
    zone = merchants.current_merchant(merchant_id).timezone
    found: dict[date, Month] = {}
    for due in ledger.due_sums(kind=accounts.POINTS, merchant_id=merchant_id):
        first = last_day(due.expires_at, zone).replace(day=1)
        before = found.get(first, Month(first, 0, 0))
        found[first] = Month(first, before.points + due.amount, before.lots + due.lots)
    return list(found.values())


def expiring_in(first: date, merchant_id: int) -> QuerySet[Lot]:
    """The lots behind a month of the forecast."""
    zone = merchants.current_merchant(merchant_id).timezone
    after = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    # A lot that expires with the last instant of a month ends at the first one of the next.
    since, until = (rules.just_after(clock.start_of_day(day, zone)) for day in (first, after))
    return ledger.due(kind=accounts.POINTS, since=since, until=until)


def entries() -> QuerySet[Posting]:
    """Everything that was given or taken, of everybody, newest first."""
    return ledger.postings(accounts.POINTS)


@dataclass(frozen=True, slots=True)
class Figures:
    """All in points, but `liability` (minor units): what it would cost if everybody spent all."""

    issued: int
    redeemed: int
    expired: int
    outstanding: int
    liability: int
    shortfall: int

    @property
    def breakage(self) -> float | None:
        """Which share of what was given expired."""
        return self.expired / self.issued if self.issued else None


def figures() -> Figures:
    issued, redeemed, expired = (
        ledger.balance(kind=kind, unit=accounts.UNIT, holder=MERCHANT)
        for kind in (accounts.ISSUED, accounts.REDEEMED, accounts.EXPIRED)
    )
    outstanding = -(issued + redeemed + expired)  # every unit sums to zero
    shortfall = OrderPoints.objects.filter(shortfall__gt=0).aggregate(total=Sum("shortfall"))["total"] or 0
    return Figures(-issued, redeemed, expired, outstanding, outstanding // terms().rate, int(shortfall))


def of_order(order_id: int) -> OrderPoints | None:
    return OrderPoints.objects.filter(order_id=order_id).first()


def taken_by_refunds(order_id: int, refunded: int) -> int:
    """Points that the order gave and that would go when `refunded` (minor units, all refunds) of it is back."""
    row = of_order(order_id)
    if row is None:
        return 0
    return max(rules.to_take(row.earned, refunded=refunded, paid=row.paid) - row.taken - row.shortfall, 0)


def short(customer_id: int) -> int:
    """Points that refunds should have taken from the person and did not find any more."""
    found = OrderPoints.objects.filter(customer_id=customer_id, shortfall__gt=0).aggregate(total=Sum("shortfall"))
    return int(found["total"] or 0)


def spent_on(order_id: int) -> int:
    """Points that were used for an order when it was placed."""
    entry = ledger.posted(f"order:{order_id}:points")
    return int(entry.detail.get("points", 0)) if entry is not None else 0


# -- at the checkout ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tender:
    """What a person may use at the checkout: `balance` points, `rate` of them for one minor unit."""

    balance: int
    rate: int
    ceiling_percent: int
    least: int

    def usable(self, wanted: int, *, goods: int) -> int:
        """Points of those wanted that goods of so many minor units take."""
        return rules.usable(
            wanted, balance=self.balance, goods=goods, rate=self.rate, ceiling_percent=self.ceiling_percent,
            least=self.least,
        )  # fmt: skip


def tender(customer_id: int) -> Tender | None:
    """None where the checkout takes no points; two queries."""
    found = terms()
    if not found.is_tender:
        return None
    return Tender(balance(customer_id), found.rate, found.ceiling_percent, found.least_points)


def part_back(points: int, *, before: int, after: int, quantity: int) -> int:
    """Of the points used for a line of `quantity` pieces, what comes back with the pieces from `before` to `after`."""
    return rules.back(points, before=before, after=after, quantity=quantity)


# -- changes by hand ---------------------------------------------------------------------------------------------


def changes(*, actor: Actor, is_waiting: bool = False) -> QuerySet[Change]:
    require_everywhere(actor, VIEW)
    found = Change.objects.select_related("customer").order_by("-id")
    return found.filter(state=Change.State.ASKED) if is_waiting else found


def changes_of(customer_id: int) -> QuerySet[Change]:
    return Change.objects.filter(customer_id=customer_id).order_by("-id")


def actor_key(actor: Actor) -> str:
    """Who asked for a change, or decided it."""
    return f"{actor.kind}:{actor.id}" if actor.id is not None else f"{actor.kind}:{actor.name}"[:40]


def booked_alone(customer_id: int, actor: Actor) -> int:
    """Points, up or down, by which somebody has changed a person's balance in the last 24 hours without anybody
    else."""
    key = actor_key(actor)
    alone = Change.objects.filter(
        customer_id=customer_id, asked_by_key=key, decided_by_key=key, state=Change.State.DONE,
        asked_at__gt=clock.now() - COUNTED_TOGETHER,
    )  # fmt: skip
    return alone.aggregate(sum=Sum(Abs("points")))["sum"] or 0


def waiting() -> int:
    return Change.objects.filter(state=Change.State.ASKED).count()


# -- the exchange shop -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """An offer with what is left of it, and how many the person has taken."""

    offer: Offer
    left: int
    taken: int = 0

    @property
    def is_over_limit(self) -> bool:
        return self.offer.person_limit is not None and self.taken >= self.offer.person_limit


def offers(customer_id: int) -> list[Shown]:
    """What the exchange shop has, the cheapest first; three queries."""
    found = list(Offer.objects.filter(is_active=True).order_by("points", "id")[:200])
    return _shown(found, customer_id)


def has_offers() -> bool:
    return Offer.objects.filter(is_active=True).exists()


def offer(offer_id: int, customer_id: int) -> Shown:
    """NotFound unless it is offered."""
    found = Offer.objects.filter(pk=offer_id, is_active=True).first()
    if found is None:
        raise NotFound
    return _shown([found], customer_id)[0]


def all_offers(*, actor: Actor) -> QuerySet[Offer]:
    """For staff, those no longer offered too."""
    require_everywhere(actor, VIEW)
    return Offer.objects.select_related("pool").order_by("-id")


def offer_of(actor: Actor, offer_id: int) -> Offer:
    require_everywhere(actor, EDIT)
    found = Offer.objects.select_related("pool").filter(pk=offer_id).first()
    if found is None:
        raise NotFound
    return found


def exchanges_of(customer_id: int) -> QuerySet[Exchange]:
    return Exchange.objects.filter(customer_id=customer_id).select_related("offer").order_by("-id")


def require_everywhere(actor: Actor, permission: str) -> None:
    """Rules, offers and figures belong to the whole merchant."""
    if actor.nodes(permission) is not None:
        raise NotAllowed(permission=permission)


# -- parts -------------------------------------------------------------------------------------------------------


def _shown(found: list[Offer], customer_id: int) -> list[Shown]:
    left = reservations.available(row.pool_id for row in found)
    taken: dict[int, int] = {}
    mine = Exchange.objects.filter(customer_id=customer_id, offer__in=found)
    for offer_id in mine.values_list("offer_id", flat=True):
        taken[offer_id] = taken.get(offer_id, 0) + 1
    return [Shown(row, left[row.pool_id], taken.get(row.pk, 0)) for row in found]
