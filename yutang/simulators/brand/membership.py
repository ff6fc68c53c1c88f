"""What members of the brand did in the last months: told through the product's services, since no file knows of it.

A story is a few people and their steps, each so many days ago. `tellings` puts the steps of all of them in the order of
time: what the product is told, and what `membership_truth` counts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from . import shopping
from .truth import SHANGHAI, Person, Product, Truth, expected_people


@dataclass(frozen=True, kw_only=True)
class Step:
    """`who`: which of the people of the story."""

    ago: int
    who: int = 0


@dataclass(frozen=True, kw_only=True)
class Bought(Step):
    """Fetched at the store. `points`: used for a part; `with_balance`: as far as the balance reaches."""

    goods: Sequence[tuple[str, int]]
    coupon: str = ""
    points: int = 0
    with_balance: bool = False


@dataclass(frozen=True, kw_only=True)
class Returned(Step):
    """So many pieces of the last order's one line."""

    pieces: int


@dataclass(frozen=True, kw_only=True)
class Reviewed(Step):
    stars: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Shared(Step):
    pass


@dataclass(frozen=True, kw_only=True)
class CheckedIn(Step):
    """On `days` days in a row from that day on; `tellings` makes one of each."""

    days: int = 1


@dataclass(frozen=True, kw_only=True)
class Changed(Step):
    """Points changed by hand."""

    points: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Exchanged(Step):
    offer: str


@dataclass(frozen=True, kw_only=True)
class Recharged(Step):
    plan: str


@dataclass(frozen=True, kw_only=True)
class TookBack(Step):
    """The principal of the last recharge, as far as it is left."""


@dataclass(frozen=True, kw_only=True)
class GiftCards(Step):
    """A batch that is sold; the first of its cards are redeemed by `used_by`, one is lost."""

    name: str
    count: int
    face: int
    used_by: Sequence[int] = ()
    is_active: bool = True


@dataclass(frozen=True, kw_only=True)
class Claimed(Step):
    coupon: str


@dataclass(frozen=True, kw_only=True)
class GaveCoupon(Step):
    coupon: str
    to: int


@dataclass(frozen=True, kw_only=True)
class CouponCodes(Step):
    coupon: str
    name: str
    count: int
    used_by: Sequence[int] = ()


@dataclass(frozen=True, kw_only=True)
class BoughtCard(Step):
    plan: str
    is_gift: bool = False


@dataclass(frozen=True, kw_only=True)
class AcceptedCard(Step):
    """Of the last one that was bought as a gift in this story."""


@dataclass(frozen=True, kw_only=True)
class RefundedCard(Step):
    pass


@dataclass(frozen=True, kw_only=True)
class CardCodes(Step):
    plan: str
    note: str
    count: int
    used_by: Sequence[int] = ()


@dataclass(frozen=True, kw_only=True)
class Booked(Step):
    """`day`: so many days from today, below 0 in the past; `slot`: which of the day's; `waits`: it is full."""

    experience: str
    day: int
    slot: int = 0
    party: int = 1
    waits: bool = False


@dataclass(frozen=True, kw_only=True)
class Came(Step):
    """To what was booked last: on the day, a little before it begins."""


@dataclass(frozen=True, kw_only=True)
class Missed(Step):
    pass


@dataclass(frozen=True, kw_only=True)
class Cancelled(Step):
    pass


@dataclass(frozen=True, kw_only=True)
class Invited(Step):
    reason: str


@dataclass(frozen=True)
class Story:
    """`people`: how many are in it; `is_settled`: at the franchise store whose month is closed."""

    steps: Sequence[Step]
    people: int = 1
    is_settled: bool = False


@dataclass(frozen=True)
class Told:
    """A step with its people. `of`: the key of what it is about; `people`: of the whole story; `goods`: of an order;
    `begins`: the session of a booking."""

    key: str
    at: datetime
    step: Step
    person: Person
    people: Sequence[Person]
    store: str
    of: str = ""
    goods: Sequence[tuple[Product, int]] = ()
    begins: datetime | None = None

    @property
    def day(self) -> date:
        return self.at.date()


def today(truth: Truth) -> date:
    """The day on which all this is told."""
    return truth.as_of + timedelta(days=1)


def session_at(truth: Truth, booked: Booked, begins: Sequence[int]) -> datetime:
    minutes = begins[booked.slot]
    return datetime.combine(today(truth) + timedelta(days=booked.day), time(minutes // 60, minutes % 60), SHANGHAI)


def settled_store(truth: Truth) -> str:
    """The first franchise store where the stories of the shop's last days buy nothing."""
    busy = {told.store for told in shopping.stories(truth)}
    return next(store.code for store in truth.stores if not store.is_direct and store.code not in busy)


def cast(truth: Truth, number: int) -> list[Person]:
    """So many people whose phones the files have told, each of whom the files show as one; none of those who are in the
    stories of the shop. Nobody has a birthday these days: what it gives would come on top."""
    chance = random.Random(f"{truth.seed}/members")
    expected = expected_people(truth)
    of_phone = {
        value: expected.clusters[expected.cluster_of[order.order_no]]
        for order in truth.orders if order.order_no in expected.cluster_of
        for kind, value in order.identifiers if kind == "phone"
    }  # fmt: skip
    elsewhere = {told.person.person_no for told in shopping.stories(truth)}
    soon = {((day := today(truth) + timedelta(days=n)).month, day.day) for n in range(-1, 8)}
    known = [
        one for one in truth.people
        if one.phone in of_phone and of_phone[one.phone].people == {one.person_no} and one.household_no is None
        and one.country == "CN" and one.person_no not in elsewhere
        and (one.birthday.month, one.birthday.day) not in soon
    ]  # fmt: skip
    by_cluster = {of_phone[one.phone].orders: one for one in known}
    return chance.sample(sorted(by_cluster.values(), key=lambda one: one.person_no), number)
