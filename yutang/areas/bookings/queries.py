"""Reads of experiences, sessions, bookings and the hub."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Sum

from yutang.areas.bookings import rules
from yutang.areas.bookings.models import Booking, Experience, Hours, Hub, Invitation, Resource, Session, Terms
from yutang.areas.merchants import queries as merchants
from yutang.areas.privacy.reach import may_personalise
from yutang.areas.segments import membership
from yutang.core import clock
from yutang.core.errors import NotAllowed, NotFound
from yutang.core.reservations import queries as reservations

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from yutang.core.access import Actor

VIEW, EDIT, HANDLE = "bookings.view", "bookings.edit", "bookings.handle"
State = Booking.State
LIVE = (State.HELD, State.OFFERED, State.BOOKED, State.CHECKED_IN)  # they take places
COUNTED = (*LIVE, State.WAITING, State.NO_SHOW)  # against a quota
NEWEST = ("-id",)
DAYS_SHOWN = 14


# -- what can be booked ------------------------------------------------------------------------------------------------


def experiences(actor: Actor, permission: str = VIEW) -> QuerySet[Experience]:
    """Of the stores that the permission reaches; to be paged by `NEWEST`."""
    nodes = actor.nodes(permission)
    rows = Experience.objects.select_related("node", "resource", "segment")
    return rows if nodes is None else rows.filter(node__in=nodes)


def experience(experience_id: int, *, actor: Actor, permission: str = VIEW) -> Experience:
    """The checked door."""
    found = experiences(actor, permission).filter(pk=experience_id).first()
    if found is None:
        raise NotFound
    return found


def resources(actor: Actor, permission: str = VIEW) -> QuerySet[Resource]:
    nodes = actor.nodes(permission)
    rows = Resource.objects.select_related("node")
    return rows if nodes is None else rows.filter(node__in=nodes)


def hours(experience_id: int) -> list[Hours]:
    return list(Hours.objects.filter(experience=experience_id).order_by("day", "weekday", "begins"))


def begins(experience_id: int) -> list[rules.Begin]:
    return [rules.Begin(row.weekday, row.day, row.begins) for row in hours(experience_id)]


@dataclass(frozen=True)
class Slot:
    """A time that can be chosen; `left` places. `is_busy`: its resource is taken by something else."""

    starts_at: datetime
    ends_at: datetime
    left: int
    waiting: int = 0
    is_busy: bool = False


def slots(experience: Experience, *, timezone: str, now: datetime, days: int | None = None) -> list[Slot]:
    """Every time that can be booked or waited for from now on. Four statements."""
    today = clock.today(timezone)
    shown = min(experience.days_ahead, days or experience.days_ahead) + 1
    wanted = [
        starts
        for starts in rules.starts(begins(experience.pk), (today + timedelta(days=n) for n in range(shown)), timezone)
        if starts - timedelta(hours=experience.closes_hours) > now
    ]
    if not wanted:
        return []
    span = timedelta(minutes=experience.minutes)
    known = {
        session.starts_at: session for session in Session.objects.filter(experience=experience, starts_at__in=wanted)
    }
    waiting = dict(
        Booking.objects.filter(session__in=[s.pk for s in known.values()], state=State.WAITING)
        .order_by().values_list("session").annotate(Count("pk"))
    )  # fmt: skip
    free = reservations.available(session.pool_id for session in known.values())
    busy = _busy(experience, wanted[0], wanted[-1] + span)
    return [
        Slot(
            starts, starts + span,
            free.get(known[starts].pool_id, 0) if starts in known else experience.capacity,
            waiting.get(known[starts].pk, 0) if starts in known else 0,
            any(begun < starts + span and ended > starts for begun, ended in busy),
        )
        for starts in wanted
    ]  # fmt: skip


def _busy(experience: Experience, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """When the resource serves something else."""
    if experience.resource_id is None:
        return []
    return list(
        taken(experience.resource_id, since, until).exclude(experience=experience).values_list("starts_at", "ends_at")
    )


def taken(resource_id: int, since: datetime, until: datetime) -> QuerySet[Session]:
    """Sessions in a resource that somebody has places in."""
    live = Booking.objects.filter(state__in=LIVE).values("session")
    return Session.objects.filter(
        resource=resource_id, starts_at__lt=until, ends_at__gt=since, starts_at__gt=since - timedelta(days=15),
        pk__in=live,
    )  # fmt: skip


# -- who may -----------------------------------------------------------------------------------------------------------


def hub() -> Hub | None:
    return Hub.objects.select_related("segment").first()


def is_member(customer_id: int | None, hub_: Hub | None = None) -> bool:
    """Whether somebody is let into the hub: invited, or of its segment (unless they refuse personalised treatment)."""
    found = hub_ or hub()
    if customer_id is None or found is None or not found.is_active:
        return False
    if Invitation.objects.filter(customer=customer_id, ended_at__isnull=True).exists():
        return True
    return found.segment_id is not None and _in_segment(customer_id, found.segment_id)


def _in_segment(customer_id: int, segment_id: int) -> bool:
    return bool(membership.among(customer_id, [segment_id])) and may_personalise(customer_id)


def may_book(experience: Experience, customer_id: int | None) -> bool:
    """Whether the experience is for this person."""
    if experience.audience == Experience.Audience.EVERYBODY:
        return True
    if customer_id is None:
        return False
    if experience.audience == Experience.Audience.VIP:
        return is_member(customer_id)
    return experience.segment_id is not None and _in_segment(customer_id, experience.segment_id)


def offered(customer_id: int | None) -> list[Experience]:
    """What this person may book now, the newest first. At most a hundred."""
    rows = list(Experience.objects.filter(is_active=True).select_related("node").order_by("-id")[:100])
    is_vip = is_member(customer_id) if any(row.audience == Experience.Audience.VIP for row in rows) else False
    wanted = {row.segment_id for row in rows if row.audience == Experience.Audience.SEGMENT and row.segment_id}
    mine: frozenset[int] = frozenset()
    if customer_id is not None and wanted and may_personalise(customer_id):
        mine = membership.among(customer_id, wanted)
    return [
        row
        for row in rows
        if row.audience == Experience.Audience.EVERYBODY
        or (row.audience == Experience.Audience.VIP and is_vip)
        or (row.audience == Experience.Audience.SEGMENT and row.segment_id in mine)
    ]


def for_shopper(experience_id: int, customer_id: int | None) -> Experience:
    """NotFound also for what is not for this person: who is not invited learns nothing."""
    found = Experience.objects.filter(pk=experience_id, is_active=True).select_related("node", "resource").first()
    if found is None or not may_book(found, customer_id):
        raise NotFound
    return found


def require_everything(actor: Actor, permission: str = VIEW) -> None:
    """The hub and the terms belong to the whole company."""
    if actor.nodes(permission) is not None:
        raise NotAllowed(permission=permission)


def invitations() -> QuerySet[Invitation]:
    """Those that stand; to be paged by `NEWEST`."""
    return Invitation.objects.filter(ended_at__isnull=True).select_related("customer")


def terms() -> Terms:
    return Terms.objects.first() or Terms()


def blocked_until(customer_id: int, now: datetime) -> datetime | None:
    set_ = terms()
    if not set_.strikes:
        return None
    missed = Booking.objects.filter(
        customer=customer_id, state=State.NO_SHOW,
        session__starts_at__gt=now - timedelta(days=set_.strike_days + set_.block_days),
    ).values_list("session__starts_at", flat=True)  # fmt: skip
    return rules.blocked_until(
        list(missed), strikes=set_.strikes, strike_days=set_.strike_days, block_days=set_.block_days, now=now
    )  # fmt: skip


# -- bookings ----------------------------------------------------------------------------------------------------------


def bookings_of(customer_id: int) -> QuerySet[Booking]:
    """Of one person; to be paged by `NEWEST`."""
    return Booking.objects.filter(customer=customer_id).select_related("session__experience__node")


def booking_of(customer_id: int | None, booking_id: int) -> Booking:
    """The shopper's door."""
    rows = Booking.objects.select_related("session__experience__node", "session__resource")
    found = rows.filter(pk=booking_id, customer=customer_id).first() if customer_id is not None else None
    if found is None:
        raise NotFound
    return found


def bookings(actor: Actor, permission: str = VIEW) -> QuerySet[Booking]:
    """Of the stores that the permission reaches."""
    nodes = actor.nodes(permission)
    rows = Booking.objects.select_related("session__experience__node", "session__resource", "customer")
    return rows if nodes is None else rows.filter(session__experience__node__in=nodes)


def booking(booking_id: int, *, actor: Actor, permission: str = VIEW) -> Booking:
    found = bookings(actor, permission).filter(pk=booking_id).first()
    if found is None:
        raise NotFound
    return found


def by_code(code: str, *, actor: Actor, permission: str = HANDLE) -> Booking | None:
    return bookings(actor, permission).filter(code=code.strip()).first()


def place_in_line(booking: Booking) -> int:
    """How many wait before it, and itself."""
    return Booking.objects.filter(session=booking.session_id, state=State.WAITING, pk__lte=booking.pk).count()


@dataclass(frozen=True)
class Sitting:
    """A session of a day with what came of it, in persons."""

    session: Session
    booked: int
    came: int
    held: int
    waiting: int


def day(on: date, *, timezone: str, actor: Actor) -> list[Sitting]:
    """The sessions that begin on a day at the stores in reach, by time. Two statements."""
    nodes = actor.nodes(VIEW)
    rows = Session.objects.filter(
        starts_at__gte=clock.start_of_day(on, timezone), starts_at__lt=clock.end_of_day(on, timezone)
    ).select_related("experience__node", "resource")
    if nodes is not None:
        rows = rows.filter(experience__node__in=nodes)
    sessions = list(rows.order_by("starts_at", "id")[:500])
    counts: dict[int, dict[str, int]] = {}
    sums = Booking.objects.filter(session__in=[one.pk for one in sessions]).order_by().values_list("session", "state")
    for session_id, state, persons in sums.annotate(Sum("party")):
        counts.setdefault(session_id, {})[state] = persons
    found = []
    for one in sessions:
        of = counts.get(one.pk, {})
        came = of.get(State.CHECKED_IN, 0)
        found.append(
            Sitting(
                one, of.get(State.BOOKED, 0) + came, came, of.get(State.HELD, 0) + of.get(State.OFFERED, 0),
                of.get(State.WAITING, 0),
            )
        )  # fmt: skip
    return found


def session(session_id: int, *, actor: Actor, permission: str = VIEW) -> Session:
    nodes = actor.nodes(permission)
    rows = Session.objects.select_related("experience__node", "resource")
    if nodes is not None:
        rows = rows.filter(experience__node__in=nodes)
    found = rows.filter(pk=session_id).first()
    if found is None:
        raise NotFound
    return found


def of_session(session_id: int) -> QuerySet[Booking]:
    """To be paged by ("id",): as they were made."""
    return Booking.objects.filter(session=session_id).select_related("customer")


def resource_names(rows: Iterable[Sitting]) -> list[str]:
    return sorted({row.session.resource.name for row in rows if row.session.resource})


def nodes(actor: Actor, permission: str = EDIT) -> list[tuple[int, str]]:
    return [(node.pk, node.name) for node in merchants.nodes_for(permission, actor=actor)]


def coming(customer_id: int | None, now: datetime) -> int:
    """How many bookings of a person are still to come."""
    if customer_id is None:
        return 0
    rows = Booking.objects.filter(customer=customer_id, state__in=(State.HELD, State.OFFERED, State.BOOKED))
    return rows.filter(session__ends_at__gt=now).count()


def would_go_back(booking: Booking, paid: int, now: datetime) -> int:
    """Of what was paid, if the person cancelled now."""
    if booking.state != State.BOOKED:
        return paid
    return rules.refund_of(paid, free_until=booking.free_until, late_percent=booking.late_refund_percent, now=now)
