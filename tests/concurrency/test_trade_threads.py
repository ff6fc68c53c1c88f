"""Buyers, staff and stock keepers do everything at once to the same few orders and goods: each is served or told why
not, nobody waits for another in a ring, and afterwards money, stock and facts say the same."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest
from django.db.models import Sum

from tests.concurrency.threads import together
from tests.factories import shop
from tests.factories.aftersale import ask
from tests.factories.catalog import make_freight, make_product
from tests.factories.merchants import make_merchant, make_store
from tests.factories.till import basket, cashier
from yutang.areas.aftersale import services as aftersale
from yutang.areas.aftersale.models import Case
from yutang.areas.catalog.services import SkuDraft
from yutang.areas.inventory import services as inventory
from yutang.areas.inventory.models import StockItem, StockMove
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import services as orders
from yutang.areas.orders.models import Order, OrderItem, SaleLine
from yutang.areas.orders.services import Back, selling
from yutang.areas.payments import queries as payments
from yutang.areas.payments.models import CashMove, Tender
from yutang.core import access, tenancy
from yutang.core.errors import DomainError

pytestmark = pytest.mark.django_db(transaction=True)
THREADS, DEEDS = 6, 30
PRICE = 9_001


class Hand:
    """One of those who act; `key` names its next deed."""

    def __init__(self, world: World, number: int) -> None:
        self.world, self.number, self.dice, self.count = world, number, random.Random(number), 0
        self.by, self.till = world.by, world.cashiers[number]
        self.done: Counter[str] = Counter()
        self.deeds: list[Callable[[], object]] = [
            self.sell, self.buy, self.receive_goods, self.count_goods, self.transfer, self.refund, self.refund_money,
            *[self.ship] * 2, *[self.ask] * 3, *[self.answer] * 8,
        ]  # fmt: skip

    def act(self) -> None:
        self.count += 1
        deed = self.dice.choice(self.deeds)
        try:
            with tenancy.scope(self.by.merchant_id):
                deed()
            self.done[deed.__name__] += 1
        except DomainError:
            self.done["refused"] += 1

    @property
    def key(self) -> str:
        return f"{self.number}.{self.count}"

    @property
    def sku(self):
        return self.dice.choice(self.world.sizes)

    @property
    def order(self) -> int:
        """A paid one that is sent, the newest ones rather."""
        paid = Order.objects.filter(paid_at__isnull=False, shop__fulfilment="delivery").order_by("-pk")
        return self.dice.choice(paid.values_list("pk", flat=True)[:12])

    def sell(self) -> None:
        held = basket(self.till, self.world.store, (self.sku, 1), (self.sku, 1))
        selling.sell(key=held.key, expected=2 * PRICE, cash=2 * PRICE, actor=self.till)

    def buy(self) -> None:
        order = shop.place(*{sku: (sku, 1) for sku in (self.sku, self.sku)}.values(), key=self.key)
        self.dice.choice([lambda: shop.pay(order), lambda: self.close(order)])()

    def close(self, order: Order) -> None:
        orders.close(order_id=order.pk, because="by_buyer", actor=self.by)

    def receive_goods(self) -> None:
        came = [inventory.Move(sku.pk, self.world.store.pk, 1) for sku in self.world.sizes]
        inventory.move(moves=came, kind=StockMove.Kind.RECEIPT, key=self.key, actor=self.by)

    def count_goods(self) -> None:
        inventory.count(
            sku_id=self.sku.pk, node_id=self.world.store.pk, counted=self.dice.randint(30, 60), key=self.key,
            actor=self.by,
        )  # fmt: skip

    def transfer(self) -> None:
        ends = self.dice.sample([self.world.store.pk, self.world.root], 2)
        inventory.transfer(
            sku_id=self.sku.pk, from_id=ends[0], to_id=ends[1], quantity=1, key=self.key, actor=self.by
        )  # fmt: skip

    def refund(self) -> None:
        back = [Back(place, 1) for place in range(self.dice.randint(1, 2))]
        orders.refund(
            order_id=self.order, back=back, freight=self.dice.choice([0, 1]), reason="x", key=self.key, actor=self.by
        )

    def refund_money(self) -> None:
        back = [Back(self.dice.randrange(2), 0, self.dice.randint(0, 3_000))]
        orders.refund(order_id=self.order, back=back, reason="x", key=self.key, actor=self.by)

    def ship(self) -> None:
        orders.ship(order_id=self.order, pieces={self.dice.randrange(2): 1}, key=self.key, actor=self.by)

    def ask(self) -> None:
        kind, reason = self.dice.choice(
            [("refund_only", "unwanted"), ("refund_only", "damaged"), ("return_refund", "quality"),
             ("exchange", "wrong_size"), ("exchange", "wrong_size")]
        )  # fmt: skip
        wanted = ask((self.dice.randrange(2), 1), kind=kind, reason=reason, sku_id=self.sku.pk)
        aftersale.open_case(order_id=self.order, ask=wanted, key=self.key, actor=self.by)

    def answer(self) -> None:
        case = self.dice.choice([*Case.objects.values_list("pk", flat=True)] or [0])
        known = {"case_id": case, "actor": self.by}
        self.dice.choice(
            [
                *[lambda: aftersale.agree(**known, seen=None)] * 3,
                *[lambda: aftersale.send_back(**known, carrier="SF", tracking_no="1")] * 2,
                *[lambda: aftersale.receive(**known, seen=None)] * 3,
                lambda: aftersale.resend(**known, carrier="SF", tracking_no="1", key=self.key),
                lambda: aftersale.refuse(**known, reason="No.", offer=self.dice.choice([None, 100])),
                lambda: aftersale.accept(**known), lambda: aftersale.withdraw(**known), self.wait,
            ]
        )()  # fmt: skip

    def wait(self) -> None:
        """A replacement is not sent in time."""
        for case in Case.objects.filter(state="resending")[:1]:
            aftersale.act(case_id=case.pk, now=case.deadline_at, actor=self.by)


class World:
    def __init__(self) -> None:
        self.merchant = make_merchant()
        with tenancy.scope(self.merchant.pk):
            make_freight()
            self.store, self.root = make_store("WS"), merchants.root_node().pk
            product = make_product(
                SkuDraft(code="C6", price=PRICE, values=("6",)), SkuDraft(code="C8", price=PRICE, values=("8",)),
                specifications={"Size": ["6", "8"]},
            )  # fmt: skip
            self.sizes = list(product.skus.order_by("code"))
            for sku in self.sizes:
                shop.put(sku, 60)
                shop.put(sku, 60, self.store.pk)
            for n in range(4):
                shop.paid((self.sizes[n % 2], 3), (self.sizes[1 - n % 2], 1))
        self.cashiers = [cashier(self.merchant, self.store) for _ in range(THREADS)]
        self.by = access.system(self.merchant.pk, "race")


def test_everything_at_once():
    world = World()
    hands = [Hand(world, number) for number in range(THREADS)]

    def work(number, barrier):
        barrier.wait()
        for _ in range(DEEDS):
            hands[number].act()

    together(work, threads=THREADS)
    done = sum((hand.done for hand in hands), Counter())
    assert {"sell", "buy", "transfer", "answer", "refused"} <= set(done)
    with tenancy.scope(world.merchant.pk):
        money_agrees()
        stock_agrees()


def money_agrees() -> None:
    for order in Order.objects.select_related("shop"):
        lines, items = SaleLine.objects.filter(order_id=order.pk), OrderItem.objects.filter(order=order)
        assert (order.net_amount, order.line_count) == (lines.aggregate(s=Sum("amount"))["s"] or 0, lines.count())
        assert order.net_amount == payments.paid_amount(("order", order.pk))
        if order.paid_at:
            refunds = lines.filter(kind="refund", line_key__endswith=":freight")
            freight = order.shop.freight + (refunds.aggregate(s=Sum("amount"))["s"] or 0)
            assert order.net_amount == sum(item.amount - item.refunded for item in items) + freight
    cash = Tender.objects.filter(provider="cash").aggregate(s=Sum("amount"))["s"] or 0
    assert CashMove.objects.aggregate(s=Sum("amount"))["s"] == cash
    granted = {case.pk: case.granted for case in Case.objects.all()}
    for pk, amount in granted.items():
        back = SaleLine.objects.filter(line_key__startswith=f"#refund:case:{pk}:").aggregate(s=Sum("amount"))["s"] or 0
        assert -back == amount


def stock_agrees() -> None:
    for stock in StockItem.objects.select_related("pool"):
        moves = StockMove.objects.filter(item=stock).aggregate(s=Sum("quantity"))["s"] or 0
        items = OrderItem.objects.filter(sku_id=stock.sku_id, node_id=stock.node_id)
        waiting = sum(item.left for item in items if item.order.status not in ("closed",))
        kept = sum(item.with_buyer for item in items)
        held = sum(
            line.pieces
            for case in Case.objects.exclude(hold_key="").filter(hold_node_id=stock.node_id, sku_id=stock.sku_id)
            for line in case.lines.all()
        )
        pool = stock.pool
        assert stock.on_hand == moves
        assert (stock.shipped, pool.reserved + pool.confirmed - stock.shipped) == (kept, waiting + held)
        assert pool.capacity - stock.shipped == stock.on_hand
