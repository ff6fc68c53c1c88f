"""Must show: thousands of payments whose notices are lost, late, doubled, out of order and forged, over real HTTP."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db.models import Count, Sum

from tests import patience
from tests.areas.payments import rig
from tests.factories import shop
from yutang.areas.orders import services as orders
from yutang.areas.orders.errors import WrongState
from yutang.areas.orders.models import Order, SaleLine, ShopOrder
from yutang.areas.payments import queries, services
from yutang.areas.payments.models import BillDay, BillEntry, Notice, Refund, Tender
from yutang.areas.payments.services import asking, reconciling
from yutang.core import clock
from yutang.core.models import Event
from yutang.simulators.alipay.faults import NoticeFaults
from yutang.simulators.wechatpay.faults import Faults
from yutang.simulators.wechatpay.notifier import Kind

COUNT = int(os.environ.get("YUTANG_STORM", "200"))  # for each of the two services
PATIENCE = patience.PATIENCE + COUNT  # seconds for all notices: what takes longer hangs
PRICES = (1, 990, 8_800, 12_345, 100_000)
GAVE_UP = 10  # every tenth of those whose money has not arrived yet
NOON = datetime(2026, 3, 5, 4, tzinfo=UTC)  # in Shanghai: the storm has one day
NEXT_DAY = datetime(2026, 3, 6, 2, 31, tzinfo=UTC)  # when its bill is there


@dataclass(frozen=True)
class Told:
    """A notice as its service meant to send it."""

    id: str
    is_lost: bool
    is_late: bool
    is_doubled: bool
    is_held: bool
    is_forged: bool


class WechatStorm:
    provider, method = "wechatpay", "native"

    def __init__(self, platform):
        self.platform, self.pay = platform, platform.pay

    def fields(self):
        return rig.wechat_fields()

    def flush(self):
        self.platform.drain(PATIENCE)

    def forged(self):
        """Statuses that answered what was forged, and probes."""
        return [d.status for d in self.platform.deliveries if d.kind != Kind.GENUINE]

    def genuine(self):
        return {d.status for d in self.platform.deliveries if d.kind == Kind.GENUINE}

    def told(self):
        return [
            Told(notice.id, fate.is_lost, fate.is_late, fate.is_duplicated, fate.is_held, fate.is_forged)
            for notice, fate in self.platform.told
        ]

    def came(self):
        """The numbers of genuine and of forged notices, in the order in which they arrived."""
        of = {kind: [d.notice.id for d in self.platform.deliveries if d.kind == kind] for kind in Kind}
        return of[Kind.GENUINE], of[Kind.FORGED]

    def moved(self):
        """(what buyers paid, what went back)"""
        trades = [trade for trade in self.platform.book._trades.values() if trade.paid_at]
        return sum(trade.amount for trade in trades), sum(trade.refunded for trade in trades)


class AlipayStorm:
    provider, method = "alipay", "precreate"

    def __init__(self, service):
        self.service, self.pay = service, service.pay

    def fields(self):
        return rig.alipay_fields(self.service)

    def flush(self):
        self.service.settle(PATIENCE)

    def forged(self):
        return [int(d.answer.removeprefix("HTTP ")) for d in self.service.deliveries if d.is_forged]

    def genuine(self):
        return {204 if d.is_taken else d.answer for d in self.service.deliveries if not d.is_forged}

    def told(self):
        return [
            Told(
                notice.notify_id, fate.is_lost, fate.delay > 0, fate.copies > 1, fate.is_held,
                fate.is_forged_before and not fate.is_lost,
            )
            for notice, fate in self.service.told
        ]  # fmt: skip

    def came(self):
        of = {
            is_forged: [d.notify_id for d in self.service.deliveries if d.is_forged is is_forged]
            for is_forged in (False, True)
        }
        return of[False], of[True]

    def moved(self):
        trades = [trade for trade in self.service.book.all() if trade.paid_at]
        return sum(trade.charge.amount for trade in trades), sum(trade.refunded_total for trade in trades)


@pytest.fixture(params=["wechatpay", "alipay"])
def storm(request, till, public, wechat_with, alipay_with):
    if request.param == "wechatpay":
        faults = Faults(lost=0.1, late=0.2, duplicated=0.3, out_of_order=0.1, forged=0.15, probed=0.05)
        service, kind = wechat_with(faults=faults, seed=4), WechatStorm
    else:
        faults = NoticeFaults(seed=4, lost=0.1, late=0.2, duplicate=0.3, out_of_order=0.1, forged=0.15, late_by=3)
        service, kind = alipay_with(faults=faults), AlipayStorm
    with service:
        made = kind(service)
        with time_machine.travel(NOON):
            made.ours = till.connect(made.provider, made.fields(), (made.method,))
            yield made


def test_every_order_is_paid_exactly_once(storm, till, monkeypatch):
    with till.scope():
        shelf = [shop.stocked(COUNT, price) for price in PRICES]
        buyer = shop.buyer()
    for number in range(COUNT):
        with till.scope():
            order = shop.place((shelf[number % len(shelf)], 1), identity=buyer)
        storm.pay(till.start(order, storm.provider, storm.method).no)
    given_up = give_up(till)
    storm.flush()
    check_storm(storm)
    till.work()
    unheard = waiting(till)
    assert len(unheard) > COUNT * 0.05, "no notice was lost: the storm is none"
    with time_machine.travel(clock.now() + timedelta(minutes=2)), monkeypatch.context() as half:
        half.setattr(asking, "AT_A_TIME", len(unheard) // 2)
        assert services.ask_about_tenders(actor=till.actor) == len(unheard) // 2
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        till.work()
        while services.ask_about_refunds(actor=till.actor):
            storm.flush()
    with time_machine.travel(NEXT_DAY):
        reconcile(storm, till, monkeypatch)
    check_books(storm, till, given_up)


def waiting(till) -> list[str]:
    """Numbers of the tenders whose money we have not heard of, the oldest first."""
    with till.scope():
        found = Tender.objects.exclude(state="paid").order_by("pk").values_list("no", "state")
        assert {state for _, state in found} <= {"started"}
        return [no for no, _ in found]


def check_storm(storm) -> None:
    """What the service was to do wrong it did: by its log of what came when."""
    told, (genuine, forged) = storm.told(), storm.came()
    times, place = Counter(genuine), {}
    for at, id_ in enumerate(genuine):
        place.setdefault(id_, at)
    sent = [one for one in told if not one.is_lost]
    assert set(times) == {one.id for one in sent}
    assert {id_ for id_, n in times.items() if n > 1} == {one.id for one in sent if one.is_doubled}
    assert set(forged) == {one.id for one in told if one.is_forged}
    overtaken, first = set(), len(genuine)
    for one in reversed(sent):  # whoever came about later and arrived sooner
        if place[one.id] > first:
            overtaken.add(one.id)
        first = min(first, place[one.id])
    for what, wrong in {
        "late": [one for one in sent if one.is_late and not one.is_held and one.id in overtaken],
        "out of order": [one for one in sent if one.is_held and not one.is_late and one.id in overtaken],
        "duplicate": [one for one in sent if one.is_doubled],
        "forged": forged,
        "lost": [one for one in told if one.is_lost],
    }.items():
        assert len(wrong) > COUNT * 0.02, what


def reconcile(storm, till, monkeypatch) -> None:
    """The bill of the day names exactly what nobody has told us or asked for yet; once asked for, all is matched."""
    missed = waiting(till)
    asked = len(missed) // 2
    assert asked
    with monkeypatch.context() as few:
        few.setattr(reconciling, "_ASK_AT_MOST", asked)
        assert services.reconcile_due(now=clock.now(), actor=till.actor) == 1
    assert waiting(till) == missed[asked:]
    with till.scope():
        found = {(row.about, row.no): (row.kind, row.our_amount) for row in queries.differences()}
        assert found == {("payment", no): ("only_theirs", None) for no in missed[asked:]}
    while left := waiting(till):
        services.reconcile(account_id=storm.ours.pk, day=NOON.date(), actor=till.actor)
        assert len(waiting(till)) == max(0, len(left) - reconciling._ASK_AT_MOST)
    with till.scope():
        bill = BillDay.objects.get()
        entries = BillEntry.objects.count()
        assert (bill.state, bill.difference_count, bill.matched_count, bill.entry_count) == (
            "compared", 0, entries, entries,
        )  # fmt: skip
        assert entries == COUNT + Refund.objects.count()
        assert (bill.paid_amount, bill.refunded_amount) == storm.moved()
        assert not queries.differences().exists()


def give_up(till) -> set[int]:
    """Buyers close orders whose money is on its way; those it has reached meanwhile stay."""
    with till.scope():
        waiting = list(Order.objects.filter(status="unpaid").order_by("id").values_list("id", flat=True))[::GAVE_UP]
    closed = set()
    for order_id in waiting:
        # One order a transaction: a notice that waits for its stock has the next order locked.
        with suppress(WrongState), till.scope():
            closed.add(orders.close(order_id=order_id, because="buyer", actor=till.actor).pk)
    assert closed
    return closed


def check_books(storm, till, given_up: set[int]) -> None:
    forged = storm.forged()
    assert len(forged) > COUNT * 0.1
    assert set(forged) == {401}
    assert storm.genuine() == {204}
    with till.scope():
        assert Tender.objects.filter(state="paid").count() == COUNT
        totals = dict(ShopOrder.objects.values_list("order_id", "total"))
        assert set(Order.objects.filter(status="closed").values_list("id", flat=True)) == given_up
        assert Order.objects.filter(status="paid").count() == COUNT - len(given_up)
        # One sale each, of the right sum; none for whoever gave up.
        sold = SaleLine.objects.values_list("order_id").annotate(lines=Count("id"), amount=Sum("amount"))
        assert sorted(sold) == sorted((id_, 1, total) for id_, total in totals.items() if id_ not in given_up)
        assert Event.objects.filter(name="orders.paid").count() == COUNT - len(given_up)
        # Money of those who gave up went back, all of it and nothing else.
        refunds = Refund.objects.values_list("tender__payable_id", "amount", "state")
        assert sorted(refunds) == sorted((id_, totals[id_], "succeeded") for id_ in given_up)
        assert storm.moved() == (sum(totals.values()), sum(totals[id_] for id_ in given_up))
        notices = dict(Notice.objects.values_list("outcome").annotate(Count("id")))
        assert set(notices) <= {"applied", "repeated"}
        assert Notice.objects.filter(times__gt=1).count() > COUNT * 0.1
