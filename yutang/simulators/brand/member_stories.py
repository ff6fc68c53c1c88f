"""The stories of members, and all their steps in the order of time."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from . import programme
from .membership import (
    AcceptedCard,
    Booked,
    Bought,
    BoughtCard,
    Came,
    Cancelled,
    CardCodes,
    Changed,
    CheckedIn,
    Claimed,
    CouponCodes,
    Exchanged,
    GaveCoupon,
    GiftCards,
    Invited,
    Missed,
    Recharged,
    RefundedCard,
    Returned,
    Reviewed,
    Shared,
    Step,
    Story,
    Told,
    TookBack,
    cast,
    session_at,
    settled_store,
    today,
)
from .truth import SHANGHAI, Person, Truth

USUAL_AT_FULL_SCALE = 20
_CROISSANT, _BAGEL, _BAGUETTE, _TOAST = ("P002", 1), ("P007", 2), ("P006", 2), ("P014", 1)
_SLICE, _MONTBLANC, _LATTE, _GIFT_BOX = ("P025", 2), ("P026", 2), ("P030", 1), ("P058", 1)
_CAKE, _MILLE = ("P022", 1), ("P019", 1)
_SMALL = [_CROISSANT, _BAGEL, _BAGUETTE, _TOAST, _SLICE, _MONTBLANC, ("P027", 2), ("P029", 1)]

STORIES = (
    # On the second level for long, then away: falls soon. The first points have expired.
    Story([
        Bought(ago=225, goods=[_CAKE]), CheckedIn(ago=222, days=3), Bought(ago=214, goods=[_SLICE]),
    ]),
    # Bought once or twice and never came again: their points have expired.
    Story([Bought(ago=207, goods=[_GIFT_BOX]), Bought(ago=190, goods=[("P029", 1)])]),
    Story([Bought(ago=198, goods=[_MILLE]), CheckedIn(ago=197, days=2)]),
    # Pays with the balance again and again.
    Story([
        Recharged(ago=150, plan="500"), Bought(ago=148, goods=[_SLICE], with_balance=True), CheckedIn(ago=100, days=8),
        Bought(ago=61, goods=[_MONTBLANC, _LATTE], with_balance=True),
        Bought(ago=12, goods=[("P027", 3)], with_balance=True),
    ]),
    # Balance, points and a coupon in one order, half of which comes back.
    Story([
        Recharged(ago=92, plan="1000"), Bought(ago=88, goods=[_CAKE], with_balance=True), Claimed(ago=40, coupon="new"),
        Bought(ago=20, goods=[_MONTBLANC], coupon="new", points=200, with_balance=True), Returned(ago=18, pieces=1),
    ]),
    # The rest of a recharge goes back; of the gift stays what belongs to the used part.
    Story([
        Recharged(ago=72, plan="500"), Bought(ago=66, goods=[_MONTBLANC], with_balance=True), TookBack(ago=31),
    ]),
    # All of an order comes back, its coupon too; it expires unused.
    Story([
        Claimed(ago=50, coupon="new"), Bought(ago=46, goods=[_GIFT_BOX], coupon="new"), Returned(ago=43, pieces=1),
        CheckedIn(ago=42, days=1),
    ]),
    # Points that expire in the next weeks.
    Story([Bought(ago=174, goods=[_MILLE]), Bought(ago=168, goods=[_GIFT_BOX]), CheckedIn(ago=9, days=4)]),
    Story([Bought(ago=161, goods=[("P020", 1)]), Bought(ago=152, goods=[_TOAST, _CROISSANT]), Shared(ago=30)]),
    # Up to the highest level.
    Story([
        Bought(ago=141, goods=[("P022", 4)]), Bought(ago=101, goods=[("P022", 4)]), Bought(ago=31, goods=[("P058", 2)]),
        Reviewed(ago=29, stars=5, text="下午茶礼盒送客户很体面，包装也稳。"),
    ]),
    Story([Bought(ago=120, goods=[("P018", 2)]), Bought(ago=64, goods=[("P024", 2)]), CheckedIn(ago=16, days=16)]),
    # The exchange shop.
    Story([
        Bought(ago=81, goods=[("P058", 3)]), Exchanged(ago=62, offer="drink"), Exchanged(ago=56, offer="freight"),
        Bought(ago=51, goods=[_LATTE], coupon="drink"),
    ]),
    Story([
        Bought(ago=121, goods=[("P022", 2)]), Exchanged(ago=111, offer="balance"),
        Bought(ago=90, goods=[("P001", 2)], with_balance=True),
    ]),
    # Cards: bought and renewed twice, used for a year, given back, given away, opened by codes.
    Story([
        BoughtCard(ago=76, plan="month"), Bought(ago=70, goods=[_BAGEL]), BoughtCard(ago=41, plan="month"),
        BoughtCard(ago=12, plan="month"),
    ]),
    Story([BoughtCard(ago=131, plan="month"), Bought(ago=120, goods=[_TOAST])]),
    Story([BoughtCard(ago=130, plan="year"), Bought(ago=99, goods=[_GIFT_BOX]), Bought(ago=7, goods=[_BAGUETTE])]),
    Story([BoughtCard(ago=60, plan="year"), RefundedCard(ago=48)]),
    Story([BoughtCard(ago=33, plan="year", is_gift=True), AcceptedCard(ago=31, who=1)], people=2),
    Story([BoughtCard(ago=3, plan="month", is_gift=True)]),
    Story([CardCodes(ago=18, plan="month", note="周年庆异业合作", count=20, used_by=[0, 1])], people=2),
    # Coupons: given away, expired, on paper.
    Story([
        Claimed(ago=26, coupon="bread"), GaveCoupon(ago=22, coupon="bread", to=1),
        Bought(ago=15, who=1, goods=[("P002", 4)], coupon="bread"),
    ], people=2),
    Story([Claimed(ago=60, coupon="bread"), Claimed(ago=4, coupon="bread"), CheckedIn(ago=4, days=1)]),
    Story([
        CouponCodes(ago=45, coupon="paper", name="10 月门店海报", count=100, used_by=[0, 1]),
        Bought(ago=30, goods=[("P002", 3)], coupon="paper"),
    ], people=2),
    # Gift cards.
    Story([
        GiftCards(ago=91, name="中秋企业福利卡", count=20, face=10_000, used_by=[0, 1, 2]),
        Bought(ago=71, goods=[_GIFT_BOX], with_balance=True),
        Bought(ago=24, who=1, goods=[_SLICE], with_balance=True),
        GiftCards(ago=6, name="新春礼品卡", count=30, face=20_000, is_active=False),
    ], people=3),
    # A gift whose time ran out, and one that was used in time.
    Story([Recharged(ago=124, plan="300"), Bought(ago=123, goods=[_SLICE], with_balance=True)]),
    # Bookings: came, did not come, cancelled in time and late, a full session with somebody who waits.
    Story([
        Booked(ago=12, experience="baking", day=-5, party=2), Came(ago=5),
        Booked(ago=9, who=1, experience="baking", day=-5, party=2), Missed(ago=5, who=1),
        Booked(ago=8, experience="tasting", day=-2, slot=1), Came(ago=2),
    ], people=2),
    Story([
        Booked(ago=6, experience="baking", day=4, slot=1, party=2), Cancelled(ago=3),
        Booked(ago=20, who=1, experience="baking", day=-10, slot=1, party=2), Cancelled(ago=11, who=1),
    ], people=2),
    Story([
        Booked(ago=5, experience="baking", day=2, slot=1, party=3),
        Booked(ago=4, who=1, experience="baking", day=2, slot=1, party=3),
        Booked(ago=3, who=2, experience="baking", day=2, slot=1, party=2, waits=True),
        Booked(ago=2, who=2, experience="tasting", day=3, party=2),
    ], people=3),
    # Today's list at the desk.
    Story([
        Booked(ago=7, experience="baking", day=0, slot=1, party=2),
        Booked(ago=3, who=1, experience="baking", day=0, slot=1, party=3),
        Booked(ago=1, who=2, experience="tasting", day=0, slot=1, party=2),
    ], people=3),
    # The VIP hub: by invitation.
    Story([
        Bought(ago=110, goods=[("P021", 2)]), Invited(ago=14, reason="门店十年老客，店长推荐"),
        Booked(ago=10, experience="salon", day=5, party=2),
    ]),
    # Points by hand: a small change at once, a large one waits for a second person.
    Story([
        Bought(ago=34, goods=[_SLICE]), Changed(ago=33, points=200, reason="系统升级致歉，补发积分"),
        Changed(ago=2, points=2_000, reason="周年庆抽奖一等奖，待总部确认"),
    ]),
    # Reviews, sharing and the task of the month.
    Story([
        Bought(ago=27, goods=[_TOAST]), Reviewed(ago=26, stars=5, text="生吐司当天吃最软，孩子很喜欢。"),
        Shared(ago=25), Bought(ago=24, goods=[_CROISSANT]), Bought(ago=23, goods=[_BAGEL]),
        Reviewed(ago=22, stars=4, text="贝果偏咸一点点，配咖啡正好。"), Claimed(ago=20, coupon="new"),
    ]),
    # At the franchise store whose months are settled.
    Story([
        Recharged(ago=52, plan="500"), Bought(ago=50, goods=[_SLICE], with_balance=True),
        Bought(ago=38, goods=[("P025", 3)], with_balance=True), Bought(ago=26, goods=[_MONTBLANC], with_balance=True),
        Bought(ago=9, goods=[_SLICE], with_balance=True),
    ], is_settled=True),
    Story([
        Recharged(ago=33, plan="300"), Bought(ago=32, goods=[("P017", 1)], with_balance=True),
        Bought(ago=31, goods=[_SLICE], with_balance=True), Bought(ago=30, goods=[_MONTBLANC], with_balance=True),
        Recharged(ago=8, plan="300"),
    ], is_settled=True),
)  # fmt: skip


def tellings(truth: Truth) -> list[Told]:
    """The same brand tells the same. The earliest first; nothing of today, so that no step lies ahead."""
    stories = [*STORIES, *usual(truth)]
    people = iter(cast(truth, sum(story.people for story in stories)))
    settled = settled_store(truth)
    found: list[Told] = []
    for number, story in enumerate(stories):
        found += _told(truth, number, story, [next(people) for _ in range(story.people)], settled)
    return sorted(found, key=lambda told: (told.at, told.key))


def _told(truth: Truth, number: int, story: Story, people: list[Person], settled: str) -> Iterator[Told]:
    products = {product.code: product for product in truth.products}
    stores = [store.code for store in truth.stores]
    last: dict[tuple[int, str], str] = {}  # (who, what) → the key of the newest
    sessions: dict[int, datetime] = {}
    for place, step in enumerate(_single(story.steps)):
        key = f"demo-member-{number}-{place}"
        person = people[step.who]
        at = datetime.combine(
            today(truth) - timedelta(days=step.ago), time(9 + (number * 5) % 11, 5 + place), SHANGHAI
        )  # fmt: skip
        of, what = "", ""
        if isinstance(step, Bought):
            what = "order"
        elif isinstance(step, Returned | Reviewed):
            of = last[step.who, "order"]
        elif isinstance(step, Recharged):
            what = "recharge"
        elif isinstance(step, TookBack):
            of = last[step.who, "recharge"]
        elif isinstance(step, BoughtCard):
            what = "gift" if step.is_gift else "card"
        elif isinstance(step, RefundedCard):
            of = last[step.who, "card"]
        elif isinstance(step, AcceptedCard):
            of = last[0, "gift"]
        elif isinstance(step, Booked):
            what = "booking"
            experience = next(one for one in programme.EXPERIENCES if one.key == step.experience)
            sessions[step.who] = session_at(truth, step, experience.begins)
        elif isinstance(step, Came | Missed | Cancelled):
            of = last[step.who, "booking"]
            if not isinstance(step, Cancelled):
                at = sessions[step.who] + timedelta(minutes=-10 if isinstance(step, Came) else 45)
        if what:
            last[step.who, what] = key
        home = person.home_store or stores[(number + step.who) % len(stores)]
        yield Told(
            key=key, at=at, step=step, person=person, people=people, of=of, begins=sessions.get(step.who),
            store=settled if story.is_settled else home,
            goods=[(products[code], pieces) for code, pieces in step.goods] if isinstance(step, Bought) else (),
        )  # fmt: skip


def _single(steps: Sequence[Step]) -> Iterator[Step]:
    """One check-in for each day."""
    for step in steps:
        if isinstance(step, CheckedIn):
            for n in range(step.days):
                yield replace(step, ago=step.ago - n, days=1)
        else:
            yield step


def usual(truth: Truth) -> list[Story]:
    """What most members do; so many by the scale of the brand. The first order gives more points than any of them
    spends."""
    chance = random.Random(f"{truth.seed}/usual members")
    return [_usual(chance) for _ in range(min(round(USUAL_AT_FULL_SCALE * truth.scale), USUAL_AT_FULL_SCALE))]


def _usual(chance: random.Random) -> Story:
    """Buys now and then, checks in, takes a coupon, has a card for a month or two."""
    first, *others = sorted(chance.sample(range(6, 176), chance.randint(2, 4)), reverse=True)
    steps: list[Step] = []
    if chance.random() < 0.3:
        steps.append(Recharged(ago=first + 1, plan=chance.choice(["300", "500"])))
    if is_new := chance.random() < 0.4:
        steps.append(Claimed(ago=first, coupon="new"))
    goods = [chance.choice([_MILLE, _GIFT_BOX, ("P023", 1)])]
    steps.append(Bought(ago=first, goods=goods, coupon="new" if is_new else "", with_balance=True))
    exchanges = chance.random() < 0.3
    if exchanges:
        steps.append(Exchanged(ago=first - 2, offer="freight"))
    for day in others:
        is_last_with_points = day == others[-1] and not exchanges and chance.random() < 0.5
        points = 100 if is_last_with_points else 0
        steps.append(Bought(ago=day, goods=[chance.choice(_SMALL)], points=points, with_balance=True))
    if chance.random() < 0.3:
        begins = chance.randint(70, 150)
        steps.append(BoughtCard(ago=begins, plan="month"))
        if chance.random() < 0.6:
            steps.append(BoughtCard(ago=begins - chance.randint(25, 50), plan="month"))
    if chance.random() < 0.5:
        steps.append(CheckedIn(ago=5, days=chance.randint(1, 4)))
    return Story(steps)
