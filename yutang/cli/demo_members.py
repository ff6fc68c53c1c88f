"""What the members of the demo brand did: orders, points, check-ins and levels here; money, coupons, cards and bookings
in the files beside.

Each step is one transaction at its own hour, told once by its key: a load that was broken off goes on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from yutang.areas.catalog import queries as catalog
from yutang.areas.membership.services import gifting, judging
from yutang.areas.merchants import queries as merchants
from yutang.areas.missions import services as missions
from yutang.areas.orders import services as orders
from yutang.areas.orders.models import Order
from yutang.areas.orders.services import Back, Wish
from yutang.areas.payments import services as payments
from yutang.areas.points import queries as points_of
from yutang.areas.points import services as points
from yutang.areas.wallet import queries as wallet_of
from yutang.areas.wallet import services as wallet
from yutang.cli import demo_bookings, demo_coupons, demo_events, demo_money, demo_programme
from yutang.cli.demo_paying import known, pay
from yutang.core import access, clock, idempotency, tenancy
from yutang.core.idempotency import Answer
from yutang.core.ledger import services as ledger
from yutang.simulators.brand import member_stories, programme
from yutang.simulators.brand import membership as steps

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from yutang.areas.customers.models import Identity
    from yutang.core.access import Actor
    from yutang.simulators import brand
    from yutang.simulators.brand.membership import Told


def load(truth: brand.Truth, actor: Actor) -> None:
    """After the programme is set up and the shop has its goods. Repeats nothing."""
    demo_programme.load(truth, actor)
    offers = _offers(actor)
    booked_out = None
    for told in member_stories.tellings(truth):
        week = told.day.isocalendar()[:2]
        if week != booked_out:
            with clock.ago(datetime.now(UTC) - told.at):
                _book_out_expired(actor)
            booked_out = week
        with tenancy.scope(actor.merchant_id):
            _tell(told, offers, actor)
    finish(truth, actor)


def finish(truth: brand.Truth, actor: Actor) -> None:
    """The night after: what is over is booked out, everybody's level is looked at, the gifts of the month are given."""
    _book_out_expired(actor)
    while judging.judge_next(actor=actor):
        pass
    while gifting.give_next(actor=actor):
        pass
    with tenancy.scope(actor.merchant_id):
        demo_money.close_month(truth, actor)


def _book_out_expired(actor: Actor) -> None:
    night = access.system(actor.merchant_id, name="ledger.expire")
    with tenancy.scope(actor.merchant_id):
        while ledger.expire_due(now=clock.now(), actor=night):
            pass


def _tell(told: Told, offers: Mapping[str, int], actor: Actor) -> None:
    def act() -> Answer:
        with clock.ago(datetime.now(UTC) - told.at):
            since = demo_events.newest()
            _Teller(told, offers, actor).tell()
            demo_events.follow(since, actor)
        return Answer(200, None)

    idempotency.once(key=told.key, scope="demo", body=b"", act=act)


def _offers(actor: Actor) -> dict[str, int]:
    with tenancy.scope(actor.merchant_id):
        by_title = {offer.title: offer.pk for offer in points_of.all_offers(actor=actor)}
    return {one.key: by_title[one.title] for one in programme.OFFERS}


class _Teller:
    def __init__(self, told: Told, offers: Mapping[str, int], actor: Actor) -> None:
        self.told, self.step, self.offers = told, told.step, offers
        self.shop = access.system(actor.merchant_id, name="客服小谷")
        self.buyer = access.system(actor.merchant_id, name="shop")

    def tell(self) -> None:
        step: Any = self.step
        ways: dict[type[steps.Step], Callable[[Any], object]] = {
            steps.Bought: self._bought, steps.Returned: self._returned, steps.Reviewed: self._reviewed,
            steps.Shared: self._shared, steps.CheckedIn: self._checked_in, steps.Changed: self._changed,
            steps.Exchanged: self._exchanged,
        }  # fmt: skip
        if type(step) in ways:
            ways[type(step)](step)
        else:
            others = demo_money.TELLERS | demo_coupons.TELLERS | demo_bookings.TELLERS
            others[type(step)](self.told, step, self.buyer, self.shop)

    def _bought(self, step: steps.Bought) -> None:
        identity = known(self.told.person, self.buyer)
        node_id = merchants.nodes_by_code()[self.told.store]
        found = catalog.products_by_code(product.code for product, _ in self.told.goods)
        skus = catalog.skus_of(product.pk for product in found.values())
        choices = {}
        if step.coupon:
            choices["coupon"] = str(demo_coupons.usable(step.coupon, identity.customer_id, self.shop))
        if step.points:
            choices["points"] = str(step.points)
        wish = Wish(
            lines=[(skus[found[product.code].pk][0].pk, pieces) for product, pieces in self.told.goods],
            fulfilment="pickup", node_id=node_id, choices=choices,
        )  # fmt: skip
        order = orders.place(wish=wish, identity=identity, key=self.told.key, actor=self.buyer)
        self._paid(order, identity, with_balance=step.with_balance)
        paid = Order.objects.select_related("shop").get(pk=order.pk)
        orders.pick_up(code=paid.shop.pickup_code, node_id=node_id, key=self.told.key, actor=self.shop)

    def _paid(self, order: Order, identity: Identity, *, with_balance: bool) -> None:
        total = Order.objects.select_related("shop").get(pk=order.pk).shop.total
        balance = wallet_of.balance(identity.customer_id, "CNY").total if with_balance else 0
        payable = ("order", order.pk)
        if part := min(balance, total):
            payments.open_tender(payable=payable, provider=wallet.BALANCE, amount=part, actor=self.buyer)
        if part < total:
            pay(payable, self.buyer)

    def _returned(self, step: steps.Returned) -> None:
        orders.refund(
            order_id=self._order().pk, back=[Back(0, step.pieces)], reason="到店反馈口味不合适", key=self.told.key,
            is_restocked=False, actor=self.shop,
        )  # fmt: skip

    def _reviewed(self, step: steps.Reviewed) -> None:
        orders.review(order_id=self._order().pk, position=0, rating=step.stars, text=step.text, actor=self.buyer)

    def _shared(self, step: steps.Shared) -> None:
        del step
        missions.share(customer_id=known(self.told.person, self.buyer).customer_id, actor=self.buyer)

    def _checked_in(self, step: steps.CheckedIn) -> None:
        del step
        missions.check_in(customer_id=known(self.told.person, self.buyer).customer_id, actor=self.buyer)

    def _changed(self, step: steps.Changed) -> None:
        points.ask(
            customer_id=known(self.told.person, self.buyer).customer_id, points=step.points, reason=step.reason,
            key=self.told.key, actor=self.shop,
        )  # fmt: skip

    def _exchanged(self, step: steps.Exchanged) -> None:
        points.exchange(
            offer_id=self.offers[step.offer], customer_id=known(self.told.person, self.buyer).customer_id,
            key=self.told.key, actor=self.buyer,
        )  # fmt: skip

    def _order(self) -> Order:
        return Order.objects.get(shop__key=self.told.of)
