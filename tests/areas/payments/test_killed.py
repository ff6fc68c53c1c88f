"""Must show: orders and payments over HTTP while web server and worker are killed, again and again. Afterwards there is
no order without its money and no money without its order."""

from __future__ import annotations

import itertools
import os
import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.db.models import Count, Sum
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.areas.payments import rig
from tests.factories import shop
from tests.killing import environment
from tests.patience import PATIENCE
from tests.ports import free_port
from tests.serving import Phone, Up
from yutang.areas.customers.addresses import book
from yutang.areas.inventory.models import StockItem, StockMove
from yutang.areas.orders.models import Order, OrderItem, SaleLine, ShopOrder
from yutang.areas.payments import services as payments
from yutang.areas.payments.models import Refund, Tender
from yutang.core import clock, jobs
from yutang.core.models import Event, EventHandling
from yutang.lake import engine, writer
from yutang.simulators.wechatpay.faults import Faults

pytestmark = [
    pytest.mark.kill,
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:Delete operation did not match any records"),
]
COUNT = int(os.environ.get("YUTANG_STORM", "40"))  # orders
BUYERS = 8  # at once
SKUS, PRICES = 5, (990, 8_800, 12_345, 100_000, 1)
SEED = 4
BETWEEN_KILLS = (0.3, 3.0)  # seconds
KILLS = 2 * max(1, COUNT // 40)  # at least; half of them of each part
ROUNDS = 5  # of the worker, until nothing waits
# What every tenth buyer does; the others pay, the even ones with WeChat Pay and the odd ones with play money.
GONE, CLOSES, TAPS_TWICE = 3, 6, {2, 5, 7}


@pytest.fixture
def platform(till, wechat_with):
    """WeChat Pay that loses, doubles and delays notices, and brings again what nobody took."""
    faults = Faults(lost=0.05, late=0.1, duplicated=0.2, forged=0.05)
    with wechat_with(faults=faults, seed=SEED, ladder=(1.0,) * 15, late=2.0) as service:
        till.connect("wechatpay", rig.wechat_fields(), ("native",))
        yield service


class Buyers:
    def __init__(self, up: Up, till: rig.Till, platform, skus) -> None:
        self.up, self.till, self.platform, self.skus = up, till, platform, skus
        self.killer = Killer(up)
        with till.scope():
            self.people = [shop.buyer(f"+86138{number:08d}") for number in range(BUYERS)]
            for identity in self.people:
                book.save_address(identity=identity, recipient=shop.HOME, actor=till.actor)
        self.free = list(self.people)

    def buy(self, number: int) -> int:
        """One order, from the checkout to its end; its id. So many must have been killed before it begins, that all
        are at the last one's."""
        self.killer.wait_for(number * KILLS // (COUNT - 1))
        person = self.free.pop()
        try:
            with Phone(self.up.port, self.till.merchant, person, PATIENCE) as phone:
                return self._buy(phone, number, number % 10)
        finally:
            self.free.append(person)
            connection.close()

    def _buy(self, phone: Phone, number: int, kind: int) -> int:
        form = phone.get(f"checkout?buy={self.skus[number % SKUS].pk}:1")
        assert form.status == 200, form
        led = {phone.post("checkout/place", form.hidden) for _ in range(2 if kind in TAPS_TWICE else 1)}
        assert {answer.status for answer in led} == {303}, led
        (where,) = {answer.location for answer in led}
        order = int(where.rpartition("/")[2])
        if kind == GONE:
            return order
        if kind % 2:
            self._play(phone, order)
        else:
            self._scan(phone, order, gives_up=kind == CLOSES)
        return order

    def _play(self, phone: Phone, order: int) -> None:
        sandbox = phone.post(f"pay/order/{order}/start", [("way", "sandbox:")])
        assert sandbox.status == 303, sandbox
        paid = phone.post(sandbox.location, [])
        assert (paid.status, paid.location) == (303, f"{phone.shop}orders/{order}")

    def _scan(self, phone: Phone, order: int, *, gives_up: bool) -> None:
        """The code on the page is paid by another app, which does not ask us; the page asks whether money has come."""
        started = phone.post(f"pay/order/{order}/start", [("way", "wechatpay:native")])
        assert started.status == 200, started
        with self.till.scope():
            no = Tender.objects.get(payable_id=order).no
        if gives_up:
            assert phone.post(f"orders/{order}/close", []).status == 303
        try:
            self.platform.pay(no)
        except ValueError:
            assert gives_up  # the job that closes the payment was faster
        assert phone.get(f"pay/order/{order}/state").status in (200, 303)


def test_no_order_without_its_money(platform, till, settings, tmp_path):
    with till.scope():
        skus = [shop.stocked(COUNT, price) for price in PRICES]
    port = free_port()
    settings.PUBLIC_URL = f"http://127.0.0.1:{port}"
    around = environment(settings, tmp_path) | {
        "YUTANG_PUBLIC_URL": settings.PUBLIC_URL, "YUTANG_WECHATPAY_URL": platform.base_url,
    }  # fmt: skip
    with Up(around, port) as up:
        buyers = Buyers(up, till, platform, skus)
        with buyers.killer as killer, ThreadPoolExecutor(BUYERS) as pool:
            orders = list(pool.map(buyers.buy, range(COUNT)))
        platform.drain(PATIENCE)
    assert min(killer.killed[part] for part in Up.PARTS) >= KILLS // len(Up.PARTS), killer.killed
    catch_up(up, till, platform)
    assert len(set(orders)) == COUNT
    with till.scope():
        assert set(Order.objects.values_list("pk", flat=True)) == set(orders)
        check_money(platform)
        check_stock(skus)
        check_facts()


class Killer:
    """Kills one part after the other, each a while after the shop answers again; `yutang up` starts them."""

    def __init__(self, up: Up) -> None:
        self.killed: Counter[str] = Counter()
        self._up, self._random, self._stopping = up, random.Random(SEED), threading.Event()
        self._has_killed = threading.Condition()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Killer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def wait_for(self, kills: int) -> None:
        with self._has_killed:
            assert self._has_killed.wait_for(lambda: self.killed.total() >= kills, PATIENCE), self.killed

    def _run(self) -> None:
        for part in itertools.cycle(Up.PARTS):
            if self._stopping.wait(self._random.uniform(*BETWEEN_KILLS)):
                return
            while not self._up.kill(part):  # it is being started
                if self._stopping.wait(0.1):
                    return
            with self._has_killed:
                self.killed[part] += 1
                self._has_killed.notify_all()
            while not self._up.answers() and not self._stopping.wait(0.1):
                pass  # who is killed before it answers sells nothing


def catch_up(up: Up, till: rig.Till, platform) -> None:
    """What time brings: dead workers are missed, lost notices asked for, jobs tried again."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 hour'")
    jobs.defer("core.retry_stalled", timestamp=0)  # as every minute
    drain(up)
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        while payments.ask_about_tenders(actor=till.actor):
            pass
        drain(up)
        payments.ask_about_refunds(actor=till.actor)
        platform.drain(PATIENCE)


def drain(up: Up) -> None:
    """Does all jobs, those too that wait for a later try."""
    waiting = ProcrastinateJob.objects.filter(status__in=("todo", "doing"))
    for _ in range(ROUNDS):
        if not waiting.exists():
            break
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")
        up.run("procrastinate", "worker", "--one-shot")
    assert not waiting.exists()
    assert not ProcrastinateJob.objects.filter(status="failed").exists()


def check_money(platform) -> None:
    """Every paid order has exactly its sum, everything else that came went back, and the platform's book agrees."""
    totals = dict(ShopOrder.objects.values_list("order_id", "total"))
    states = dict(Order.objects.values_list("pk", "status"))
    came = dict.fromkeys(totals, 0)
    for tender in Tender.objects.filter(state="paid"):
        came[tender.payable_id] += tender.amount - tender.refunded_amount
    assert came == {id_: total if states[id_] == "paid" else 0 for id_, total in totals.items()}
    assert set(states.values()) == {"paid", "unpaid", "closed"}
    # Of those whom nobody paid the first may have been closed by time meanwhile: a slow machine takes longer than that.
    closed_by_time = ShopOrder.objects.filter(closed_because="not_paid").count()
    assert Counter(states.values())["unpaid"] + closed_by_time == COUNT // 10
    assert not Refund.objects.exclude(state="succeeded").exists()
    back = Refund.objects.values("tender").annotate(amount=Sum("amount")).values_list("tender", "amount")
    assert dict(back) == dict(Tender.objects.filter(refunded_amount__gt=0).values_list("pk", "refunded_amount"))
    theirs = {(t.out_trade_no, t.amount, t.refunded) for t in platform.book._trades.values() if t.paid_at}
    ours = Tender.objects.filter(state="paid", provider="wechatpay").values_list("no", "amount", "refunded_amount")
    assert theirs == set(ours)


def check_stock(skus) -> None:
    """On hand is the sum of the moves; what is promised is the sum of the orders."""
    for sku in skus:
        item = StockItem.objects.select_related("pool").get(sku=sku)
        moved = StockMove.objects.filter(item=item).aggregate(n=Sum("quantity"))["n"]
        wanted = Counter(OrderItem.objects.filter(sku_id=sku.pk).values_list("order__status", flat=True))
        assert (item.on_hand, moved, item.pool.capacity) == (COUNT, COUNT, COUNT)
        assert (item.pool.reserved, item.pool.confirmed) == (wanted["unpaid"], wanted["paid"])


def check_facts() -> None:
    """One sale of the right sum for each paid order, in the pool as in the lake; its news was handled once."""
    paid = dict(Order.objects.filter(status="paid").values_list("pk", "shop__total"))
    sold = SaleLine.objects.values_list("order_id").annotate(n=Count("id"), amount=Sum("amount"))
    assert sorted(sold) == sorted((id_, 1, total) for id_, total in paid.items())
    while writer.run().busy:  # the last killed writer's connection may not be gone yet
        pass
    lake = engine.query("SELECT order_id, count(*) AS n, sum(amount) AS amount FROM orders.line GROUP BY order_id")
    rows = zip(*(lake.column(name).to_pylist() for name in ("order_id", "n", "amount")), strict=True)
    assert sorted(rows) == sorted((id_, 1, total) for id_, total in paid.items())
    told = Event.objects.filter(name="orders.paid").values_list("payload__order_id", flat=True)
    assert sorted(told) == sorted(paid)
    handled = EventHandling.objects.filter(event__name="orders.paid").values_list("handler")
    times = dict(handled.annotate(n=Count("id")))  # its key forbids that one does an event twice
    assert set(times.values()) == {len(paid)}, times
