"""One call makes the whole brand."""

from __future__ import annotations

import bisect
import random
from datetime import date, datetime, time, timedelta

from .orders import Trade, Visit
from .people import Draft, make_households, make_people, refer
from .story import BRAND, BRAND_EN, REGIONS, day_weight, history_start, make_stores
from .truth import SHANGHAI, Order, Person, Referral, Truth

DEFAULT_AS_OF = date(2026, 10, 31)
PEOPLE = 20_000  # at scale 1
HOUSEHOLDS = 28


def make_brand(*, seed: int = 2026, scale: float = 1.0, as_of: date = DEFAULT_AS_OF) -> Truth:
    """Three years up to and including `as_of`: `scale` x 20 000 people and about four orders each.

    The same arguments give the same brand, to the byte. `as_of` should lie within 2025 to 2030, where the lunar
    festivals are known; outside, the festivals are missing and everything else works.
    """
    rng = random.Random(f"{seed}/{scale!r}/{as_of.isoformat()}")
    starts_on = history_start(as_of)
    days = (as_of - starts_on).days + 1
    trade = _trade_clock(starts_on, as_of, days)
    stores = make_stores(starts_on)
    household_from = _first(9, starts_on)
    new_items_from = _first(1, starts_on + timedelta(days=365))
    drafts = make_people(rng, count=max(60, round(PEOPLE * scale)), stores=stores, trade=trade)
    households = make_households(
        rng, drafts, count=max(1, round(HOUSEHOLDS * scale)), event_day=(household_from - starts_on).days
    )
    refer(rng, drafts)
    visits: list[Visit] = []
    lapsed: dict[int, datetime | None] = {}
    for draft in drafts:
        own, left = _visits(rng, draft, trade, starts_on, household_from)
        visits += own
        lapsed[draft.person_no] = max(visit.at for visit in own) if left else None
    visits.sort(key=lambda visit: (visit.at, visit.person.person_no))
    shop = Trade(
        rng,
        stores=stores,
        households=households,
        household_from=household_from,
        new_items_from=new_items_from,
        as_of=as_of,
    )
    orders = tuple(
        sorted((shop.place(visit) for visit in visits), key=lambda order: (order.ordered_at, order.order_no))
    )
    first: dict[int, datetime] = {}
    for visit in visits:
        first.setdefault(visit.person.person_no, visit.at)
    people = tuple(_person(draft, first[draft.person_no], lapsed[draft.person_no]) for draft in drafts)
    return Truth(
        brand=BRAND,
        brand_en=BRAND_EN,
        seed=seed,
        scale=scale,
        starts_on=starts_on,
        as_of=as_of,
        regions=REGIONS,
        stores=stores,
        products=shop.products,
        people=people,
        orders=_whole_orders(orders),
        referrals=tuple(
            Referral(draft.referred_by, draft.person_no, first[draft.person_no])
            for draft in drafts
            if draft.referred_by is not None
        ),
        households=households,
    )


def _whole_orders(orders: tuple[Order, ...]) -> tuple[Order, ...]:
    if len({order.order_no for order in orders}) != len(orders):
        raise AssertionError("order numbers must be unique")
    return orders


def _first(month: int, after: date) -> date:
    """The first day of this month on or after a date."""
    this_year = date(after.year, month, 1)
    return this_year if this_year >= after else date(after.year + 1, month, 1)


def _trade_clock(starts_on: date, as_of: date, days: int) -> list[float]:
    """Running sum of day weights, scaled so that an average day is 1: purchases run on this clock."""
    weights = [day_weight(starts_on + timedelta(days=index), starts_on, as_of) for index in range(days)]
    scale = days / sum(weights)
    clock, total = [], 0.0
    for weight in weights:
        total += weight * scale
        clock.append(total)
    return clock


def _visits(
    rng: random.Random, draft: Draft, trade: list[float], starts_on: date, household_from: date
) -> tuple[list[Visit], bool]:
    """All visits of one person, and whether the person left for good.

    Purchases come at exponential gaps on the trade clock with the person's own rate; after each the person leaves
    with the person's own chance (the beta-geometric / NBD story).
    """
    position = trade[draft.joined_day]
    days: list[tuple[int, str]] = [(draft.joined_day, "")]
    left = rng.random() < draft.dropout
    while not left:
        position += rng.expovariate(draft.rate)
        if position >= trade[-1]:
            break
        days.append((bisect.bisect_right(trade, position), ""))
        left = rng.random() < draft.dropout
    first_day = min(day for day, _occasion in days)
    last_day = days[-1][0] if left else len(trade) - 1
    is_near = draft.home_store is not None
    if is_near and ("pos" in draft.channels or "youzan" in draft.channels) and rng.random() < 0.4:
        days += _birthdays(rng, draft, starts_on, first_day, last_day)
    if draft.household_no is not None:
        days.append(((household_from - starts_on).days + rng.randrange(20), "household"))
    visits = []
    for day, occasion in days:
        channel = draft.channels[0]
        if occasion == "birthday":
            channel = "youzan" if "youzan" in draft.channels and (channel != "pos" or rng.random() < 0.4) else "pos"
        elif len(draft.channels) > 1 and rng.random() < 0.34:
            channel = rng.choice(draft.channels[1:])
        visits.append(Visit(_moment(rng, starts_on + timedelta(days=day), channel), draft, channel, occasion))
    return visits, left


def _birthdays(
    rng: random.Random, draft: Draft, starts_on: date, first_day: int, last_day: int
) -> list[tuple[int, str]]:
    """A cake nearly every year while the person is a customer, up to four days before the birthday."""
    found = []
    for year in range(starts_on.year, starts_on.year + 5):
        birthday = date(year, draft.birthday.month, min(draft.birthday.day, 28))
        day = (birthday - starts_on).days - rng.randrange(5)
        if first_day <= day <= last_day and rng.random() < 0.75:
            found.append((day, "birthday"))
    return found


def _moment(rng: random.Random, day: date, channel: str) -> datetime:
    """Tills from 7 to 22 o'clock; online all day, mostly in the evening."""
    hour = rng.triangular(7, 22, 17) if channel == "pos" else rng.triangular(0, 24, 20)
    second = min(int(hour * 3600), 86399)
    return datetime.combine(day, time(), SHANGHAI) + timedelta(seconds=second)


def _person(draft: Draft, joined_at: datetime, lapsed_at: datetime | None) -> Person:
    return Person(
        person_no=draft.person_no,
        name=draft.name,
        nickname=draft.nickname,
        phone=draft.phone,
        email=draft.email,
        birthday=draft.birthday,
        province=draft.province,
        city=draft.city,
        district=draft.district,
        address=draft.address,
        country=draft.country,
        accounts=draft.identifiers(),
        channels=draft.channels,
        home_store=draft.home_store,
        joined_at=joined_at,
        lapsed_at=lapsed_at,
        referred_by=draft.referred_by,
        household_no=draft.household_no,
        is_staff=draft.is_staff,
    )
