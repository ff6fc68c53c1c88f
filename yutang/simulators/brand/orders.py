"""Three years of trade: visits, then orders with their life from payment to refund."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from .baskets import Baskets
from .catalogue import plain_text
from .identity import show
from .people import Draft
from .story import GUIDE_NAMES, HOSTS, SHOPS
from .truth import (
    CLOSED,
    COMPLETED,
    PAID,
    PARTLY_SHIPPED,
    SHANGHAI,
    SHIPPED,
    UNPAID,
    Household,
    Line,
    Order,
    Product,
    Refund,
    Store,
)

_UNPAID_SHARE = {"pos": 0.004, "shopify": 0.02}
_FREIGHT = {  # (share of small orders that pay it, below this goods amount, choices), 分
    "taobao": (0.5, 6000, (600, 800, 1000)),
    "jd": (0.6, 7900, (600, 890)),
    "pinduoduo": (0.05, 5000, (500,)),
    "douyin": (0.06, 6000, (500, 800)),
    "youzan": (0.7, 6800, (800, 1000, 1250)),
    "weixin_shop": (0.15, 6000, (600,)),
    "shopify": (0.9, 30000, (2500, 3500)),
}
_NOTES = (
    "少糖，谢谢",
    '请写"生日快乐"',
    "放门口,别敲门",
    "要发票 抬头：个人",
    "🎂 送给妈妈",
    "尽快发货！！",
    "第一行\n第二行",
    "=不要葱",
    "Thanks, see you 😀",
)
_PAYMENTS = ("微信支付", "支付宝", "银行卡")


@dataclass(frozen=True, slots=True)
class Visit:
    at: datetime
    person: Draft
    channel: str
    occasion: str  # "", "birthday", "household"


class Trade:
    """Makes orders one after another, in time order."""

    def __init__(
        self,
        rng: random.Random,
        *,
        stores: tuple[Store, ...],
        households: tuple[Household, ...],
        household_from: date,
        new_items_from: date,
        as_of: date,
    ) -> None:
        self._rng = rng
        self._baskets = Baskets(rng)
        self._household_from = household_from
        self._new_items_from = new_items_from
        self._cutoff = datetime.combine(as_of + timedelta(days=1), time(), SHANGHAI)
        self._households = {household.household_no: household for household in households}
        self._stores = {store.code: store for store in stores}
        self._by_city: dict[str, list[Store]] = {}
        for store in stores:
            self._by_city.setdefault(store.city, []).append(store)
        self._sequence = 0

    @property
    def products(self) -> tuple[Product, ...]:
        return self._baskets.products

    def place(self, visit: Visit) -> Order:
        rng, draft, channel = self._rng, visit.person, visit.channel
        self._sequence += 1
        day = visit.at.date()
        layout = channel
        shop = SHOPS[channel]
        if channel == "taobao":
            layout = "taobao_new" if day >= self._new_items_from else "taobao_old"
            if (draft.household_no is None and rng.random() < 0.6) or draft.household_no is not None:
                shop = SHOPS["tmall"]
        store = self._store(draft, day, channel)
        order_no = self._order_no(channel, visit.at, store)
        household_open = visit.occasion == "household" or (
            draft.household_no is not None and day > self._household_from + timedelta(days=30) and rng.random() < 0.3
        )
        shown = show(rng, draft, channel, household_open=household_open)
        is_far = draft.home_store is None
        picks = self._baskets.pick(channel, day, visit.occasion, is_far=is_far)
        goods = self._baskets.price(channel, picks, is_staff=draft.is_staff)
        lines = self._baskets.lines(layout, order_no, picks, goods)
        life = self._life(channel, layout, visit.at, lines)
        freight = 0
        if channel in _FREIGHT and not life.closed_after_payment:
            share, below, choices = _FREIGHT[channel]
            if goods < below and rng.random() < share:
                freight = rng.choice(choices)
        note = rng.choice(_NOTES) if rng.random() < 0.05 else ""
        if draft.is_staff and channel == "pos":
            note = "员工内购"
        if channel == "jd":
            note = plain_text(note).strip()
        guide = None
        if channel in {"pos", "youzan"} and store is not None and rng.random() < 0.5:
            guide = GUIDE_NAMES[(int(store.code[2:]) * 3 + rng.randrange(3)) % len(GUIDE_NAMES)]
        elif any(kind == "external_userid" for kind, _value in shown.identifiers):
            guide = f"gt_guide{draft.person_no % 60:03d}"
        host = rng.choice(HOSTS) if channel in {"douyin", "weixin_shop"} and rng.random() < 0.45 else None
        return Order(
            order_no=order_no,
            channel=channel,
            layout=layout,
            shop=shop,
            buyer_no=draft.person_no,
            person_no=draft.person_no if shown.identifiers else None,
            identifiers=shown.identifiers,
            account=shown.account,
            phone_shown=shown.phone,
            store_code=store.code if store else None,
            ordered_at=visit.at if not life.date_only else visit.at.replace(hour=0, minute=0, second=0),
            paid_at=life.paid_at,
            shipped_at=life.shipped_at,
            completed_at=life.completed_at,
            closed_at=life.closed_at,
            status=life.status,
            lines=lines,
            freight=freight,
            refunds=life.refunds,
            payment_method=life.payment_method,
            guide=guide,
            host=host,
            note=note,
        )

    def _store(self, draft: Draft, day: date, channel: str) -> Store | None:
        """The till, or for the own shop often the branch that delivers; always one already open."""
        rng = self._rng
        if channel == "youzan" and (draft.home_store is None or rng.random() > 0.4):
            return None
        if channel not in {"pos", "youzan"} or draft.home_store is None:
            return None
        home = self._stores[draft.home_store]
        if home.opened_on <= day and rng.random() < 0.85:
            return home
        return rng.choice([store for store in self._by_city[home.city] if store.opened_on <= day])

    def _order_no(self, channel: str, at: datetime, store: Store | None) -> str:
        rng, number = self._rng, self._sequence
        if channel == "taobao":
            return f"{at.year % 100 + 2}{number:010d}{rng.randrange(10**6, 10**7 - 100)}"
        if channel == "jd":
            return str(260000000000 + number * 137 + rng.randrange(100))
        if channel == "pinduoduo":
            return f"{at:%y%m%d}-{number:07d}{rng.randrange(10**8):08d}"
        if channel == "douyin":
            return f"69{number:09d}{rng.randrange(10**7, 10**8 - 100)}"
        if channel == "youzan":
            return f"E{at:%Y%m%d%H%M%S}{number:06d}{rng.randrange(1000):03d}"
        if channel == "weixin_shop":
            return f"37{number:09d}{rng.randrange(10**7, 10**8)}"
        if channel == "shopify":
            return f"#{1000 + number}"
        return f"{store.code if store else 'GT000'}-{at:%y%m%d}-{number:07d}"

    def _life(self, channel: str, layout: str, ordered_at: datetime, lines: tuple[Line, ...]) -> _Life:
        """Pay, ship, complete, refund; whatever would fall after the last day has not happened."""
        rng, cutoff = self._rng, self._cutoff
        life = _Life(payment_method=rng.choice(_PAYMENTS))
        if rng.random() < _UNPAID_SHARE.get(channel, 0.04):
            return self._never_paid(life, ordered_at, 1 if channel == "pos" else 1440)
        cash = channel == "jd" and rng.random() < 0.03
        if cash:
            life.payment_method = "货到付款"
            if rng.random() < 0.3:
                return self._never_paid(life, ordered_at, rng.randrange(60, 2000))
            paid_at = ordered_at
            life.status = PAID
        else:
            paid_at = ordered_at + timedelta(seconds=rng.randrange(5, 40 if channel == "pos" else 900))
            if paid_at >= cutoff:
                return life
            life.paid_at, life.status = paid_at, PAID
        if channel == "pos":
            life.status = COMPLETED
            self._return_later(life, channel, lines, paid_at, paid_at)
            return life
        if not cash and channel != "jd" and rng.random() < 0.018:
            return self._cancel(life, channel, layout, lines, paid_at)
        if channel == "shopify" and rng.random() < 0.04 and len(lines) > 1:
            # One article was out of stock: the rest left, its money went back.
            life.status = PARTLY_SHIPPED
            happened = paid_at + timedelta(hours=rng.randrange(3, 50))
            if happened < cutoff:
                life.refunds = (Refund("#refund", lines[-1].amount, paid_at, happened),)
            return life
        if channel == "pinduoduo" and rng.random() < 0.06:
            life.date_only = True
        shipped_at = paid_at + timedelta(minutes=rng.randrange(90, 60 * 40))
        if shipped_at >= cutoff:
            return life
        life.shipped_at, life.status = shipped_at, SHIPPED
        if channel == "shopify":
            return life
        completed_at = shipped_at + timedelta(minutes=rng.randrange(60 * 26, 60 * 24 * 9))
        if completed_at >= cutoff:
            if layout.startswith("taobao") and len(lines) > 1 and rng.random() < 0.3:
                life.status = PARTLY_SHIPPED
            return life
        life.completed_at, life.status = completed_at, COMPLETED
        if channel in {"taobao", "youzan", "weixin_shop"}:
            self._return_later(life, layout, lines, completed_at, completed_at)
        return life

    def _never_paid(self, life: _Life, ordered_at: datetime, minutes: int) -> _Life:
        closed_at = ordered_at + timedelta(minutes=minutes)
        if closed_at < self._cutoff:
            life.closed_at, life.status = closed_at, CLOSED
        return life

    def _cancel(self, life: _Life, channel: str, layout: str, lines: tuple[Line, ...], paid_at: datetime) -> _Life:
        """Paid, then cancelled before anything was sent: everything goes back."""
        life.closed_after_payment = True
        closed_at = paid_at + timedelta(minutes=self._rng.randrange(10, 60 * 20))
        if closed_at >= self._cutoff:
            return life
        life.closed_at, life.status = closed_at, CLOSED
        booked = closed_at if channel == "shopify" else paid_at
        life.refunds = _refunds(layout, [(line, line.amount) for line in lines], booked, closed_at)
        return life

    def _return_later(
        self, life: _Life, layout: str, lines: tuple[Line, ...], booked: datetime, completed_at: datetime
    ) -> None:
        """After completion a few ask some of their money back, for one line or for all."""
        rng = self._rng
        if rng.random() >= (0.006 if layout == "pos" else 0.025):
            return
        happened = completed_at + timedelta(hours=rng.randrange(1, 200))
        if happened >= self._cutoff:
            return
        line = rng.choice(lines)
        draw = rng.random()
        if draw < 0.3:
            parts = [(each, each.amount) for each in lines]
        elif draw < 0.7:
            parts = [(line, line.amount)]
        else:
            parts = [(line, line.amount * rng.choice((10, 20, 33, 50)) // 100)]
        life.refunds = _refunds(layout, parts, booked, happened)


@dataclass(slots=True)
class _Life:
    payment_method: str
    status: str = UNPAID
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    completed_at: datetime | None = None
    closed_at: datetime | None = None
    refunds: tuple[Refund, ...] = ()
    closed_after_payment: bool = False
    date_only: bool = False  # Pinduoduo: the order time is blank, only the date in the number is known


_PER_LINE = frozenset({"taobao_new", "douyin", "youzan", "weixin_shop", "pos"})


def _refunds(layout: str, parts: list[tuple[Line, int]], booked: datetime, happened: datetime) -> tuple[Refund, ...]:
    parts = [(line, amount) for line, amount in parts if amount > 0]
    if not parts:
        return ()
    if layout in _PER_LINE:
        return tuple(Refund(f"{line.line_key}#refund", amount, booked, happened) for line, amount in parts)
    return (Refund("#refund", sum(amount for _line, amount in parts), booked, happened),)
