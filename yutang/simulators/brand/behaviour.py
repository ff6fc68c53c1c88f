"""What people do in the brand's phone shop before and after they buy, and visitors who never do.

Told for the last weeks only: behaviour is plentiful and ages fast. An order of the own shop ends a chain that begins
with a code, an advertisement or nothing; most chains break off before it. Phones are shown where the order's file
shows them, so an importer can tie a browser to its person and nobody else.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, Literal

from .truth import SHANGHAI, Order, Product, Truth

DAYS = 60
OWN_SHOP = ("youzan", "weixin_shop")
PASSERS_BY = 1.5  # visitors who buy nothing, for each buyer
LOGGED_IN = 0.25  # of them: buyers of other channels who log in and look around
_WORDS = ("生日蛋糕", "吐司", "月饼", "无糖", "下午茶", "可颂", "礼盒", "草莓")
_MENUS = ("今日出炉", "会员中心", "门店自提", "生日预订")


@dataclass(frozen=True, slots=True)
class Code:
    """A printed or posted QR code."""

    kind: Literal["store", "guide", "poster", "campaign", "ad"]
    name: str
    holder: str
    store_code: str | None  # None: headquarters


@dataclass(frozen=True, slots=True)
class Act:
    act_id: str
    kind: str
    at: datetime
    visitor: str
    phone: str | None  # E.164, where the person logged in
    channel: str
    page: str = ""
    code: int | None = None  # index into `codes`
    item: str = ""
    properties: dict[str, Any] = field(default_factory=dict)


def codes(truth: Truth) -> tuple[Code, ...]:
    """One for each store, one for a guide of each, and three of headquarters."""
    made = [Code("store", f"{store.name}门头码", "", store.code) for store in truth.stores]
    guides = {order.store_code: order.guide for order in truth.orders if order.store_code and order.guide}
    made += [
        Code("guide", f"{guides[store.code]}的企微码", guides[store.code] or "", store.code)
        for store in truth.stores
        if guides.get(store.code)
    ]
    return (
        *made,
        Code("poster", "秋日新品海报", "市场部", None),
        Code("campaign", "老客带新客", "会员部", None),
        Code("ad", "朋友圈广告 生日蛋糕", "市场部", None),
    )


def acts(truth: Truth) -> tuple[Act, ...]:
    """Everything of the last `DAYS` days, oldest first. The same truth gives the same acts."""
    rng = random.Random(f"behaviour/{truth.seed}/{truth.scale!r}/{truth.as_of.isoformat()}")
    begins = datetime.combine(truth.as_of - timedelta(days=DAYS), time(), SHANGHAI)
    ends = datetime.combine(truth.as_of, time(23, 59), SHANGHAI)
    teller = _Teller(rng, truth, codes(truth))
    bought: dict[int, list[Order]] = {}
    for order in truth.orders:
        if order.channel in OWN_SHOP and order.paid_at is not None and begins < order.paid_at <= ends:
            bought.setdefault(order.buyer_no, []).append(order)
    for person_no, orders in bought.items():
        teller.buyer(person_no, orders)
    others = (dict(order.identifiers).get("phone") for order in truth.orders if order.buyer_no not in bought)
    elsewhere = sorted({phone for phone in others if phone})
    for _ in range(round(len(bought) * PASSERS_BY)):
        known = rng.choice(elsewhere) if elsewhere and rng.random() < LOGGED_IN else None
        teller.passer_by(begins + (ends - begins) * rng.random(), phone=known)
    return tuple(sorted((act for act in teller.told if begins <= act.at <= ends), key=lambda act: (act.at, act.act_id)))


class _Teller:
    def __init__(self, rng: random.Random, truth: Truth, known: tuple[Code, ...]) -> None:
        self.rng = rng
        self.truth = truth
        self.told: list[Act] = []
        self.of_store: dict[str | None, list[int]] = {}
        for index, code in enumerate(known):
            self.of_store.setdefault(code.store_code, []).append(index)
        self.by_code = {product.code: product for product in truth.products}
        self.visitor = ""
        self.phone: str | None = None
        self.channel = ""
        self.code: int | None = None
        self.has_come = False

    def buyer(self, person_no: int, orders: list[Order]) -> None:
        person = self.truth.person_by_no[person_no]
        self._somebody(person.home_store if self.rng.random() < 0.7 else None)
        for order in orders:
            paid = order.paid_at or order.ordered_at
            shown = dict(order.identifiers).get("phone")
            if self.rng.random() < 0.4:  # they looked and went away before
                self._visit(paid - timedelta(days=self.rng.uniform(1, 12)), wanted=None)
            at = self._visit(paid - timedelta(minutes=self.rng.uniform(8, 25)), wanted=order)
            at = min(at, paid - timedelta(seconds=20))
            self.phone = shown  # who pays has logged in
            self._act("cart", at, page="/cart", item=order.lines[0].product, quantity=1)
            self._act("payment", paid, amount=order.total, order_no=order.order_no)
            if self.rng.random() < 0.12:
                self._act("share", paid + timedelta(hours=self.rng.uniform(1, 40)), page="/orders",
                          to=self.rng.choice(("wechat", "moments")))  # fmt: skip
            self.phone = None

    def passer_by(self, at: datetime, *, phone: str | None) -> None:
        self._somebody(self.rng.choice(self.truth.stores).code if self.rng.random() < 0.5 else None)
        self.phone = phone
        at = self._visit(at, wanted=None)
        if self.rng.random() < 0.18:
            self._act("cart", at, page="/cart", item=self.rng.choice(self.truth.products).code, quantity=1)
        if self.rng.random() < 0.03:
            self._act("share", at + timedelta(minutes=2), page="/", to="wechat")

    def _somebody(self, store_code: str | None) -> None:
        self.visitor = f"demo-{self.rng.getrandbits(64):016x}"
        self.phone, self.has_come = None, False
        self.channel = self.rng.choice(("h5", "h5", "miniapp"))
        known = self.of_store.get(store_code) or self.of_store[None]
        self.code = self.rng.choice(known) if self.rng.random() < 0.55 else None

    def _visit(self, at: datetime, *, wanted: Order | None) -> datetime:
        """From the way in to the last page looked at; returns when."""
        if self.code is not None and not self.has_come:
            self._act("scan", at)
            if self.rng.random() < 0.6:
                at = self._soon(at)
                self._act("follow", at, account="谷汀麦作")
        elif self.has_come:
            self.code = None  # of the first visit everything came by the code, as the page's script reports it
        self.has_come = True
        at = self._soon(at)
        self._act("view", at, page="/", title="首页")
        if self.rng.random() < 0.3:
            at = self._soon(at)
            self._act("menu", at, key=self.rng.choice(_MENUS))
        if self.rng.random() < 0.3:
            at = self._soon(at)
            self._act("search", at, page="/search", query=self.rng.choice(_WORDS))
        for product in self._looked_at(wanted):
            at = self._soon(at)
            self._act("view", at, page=f"/goods/{product.code}", item=product.code, title=product.title)
            if self.rng.random() < 0.25:
                at = self._soon(at)
                self._act("click", at, page=f"/goods/{product.code}", item=product.code, target="详情")
        return at

    def _looked_at(self, wanted: Order | None) -> list[Product]:
        found = [self.rng.choice(self.truth.products) for _ in range(self.rng.choice((0, 1, 1, 2, 3)))]
        if wanted is not None:
            found += [self.by_code[line.product] for line in wanted.lines[:2] if line.product in self.by_code]
        return found

    def _soon(self, at: datetime) -> datetime:
        return at + timedelta(seconds=self.rng.uniform(4, 70))

    def _act(self, kind: str, at: datetime, *, page: str = "", item: str = "", **properties: Any) -> None:
        self.told.append(
            Act(
                act_id=f"demo-{len(self.told):06d}", kind=kind, at=at, visitor=self.visitor, phone=self.phone,
                channel="qr" if kind == "scan" else self.channel, page=page, code=self.code,
                item=item, properties=properties,
            )
        )  # fmt: skip
