"""Bills of both simulated services with differences put in: each is found, named once, and explains the sums."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db.models import Sum

from yutang.areas.payments import providers, queries, services
from yutang.areas.payments.models import BillDay, BillEntry, Difference, Refund, Tender
from yutang.areas.payments.providers import Paid
from yutang.areas.payments.services import asking
from yutang.core import clock
from yutang.simulators.alipay.faults import AnswerFault as AlipayFault
from yutang.simulators.wechatpay.faults import AnswerFault as WechatFault

DAY = date(2026, 3, 5)
NOON = datetime(2026, 3, 5, 4, tzinfo=UTC)  # in Shanghai
MIDNIGHT = datetime(2026, 3, 5, 16, tzinfo=UTC)
TOO_EARLY = datetime(2026, 3, 6, 2, 29, tzinfo=UTC)
NEXT_DAY = datetime(2026, 3, 6, 2, 31, tzinfo=UTC)
DAY_AFTER = NEXT_DAY + timedelta(days=1)


class Desk:
    """Payments and refunds at one service, and what may go wrong with them."""

    def __init__(self, till, service, provider, method):
        self.till, self.service, self.provider, self.method = till, service, provider, method

    def begun(self, price=10_000) -> Tender:
        """Paid at the service; we have not heard of it."""
        tender = self.till.start(self.till.order(price), self.provider, self.method)
        self.service.pay(tender.no)
        return tender

    def paid(self, price=10_000) -> Tender:
        tender = self.begun(price)
        assert asking.ask(tender, actor=self.till.actor)
        return self.till.fresh(tender)

    def refunded(self, amount=3_000) -> Refund:
        tender = self.paid()
        with self.till.scope():
            refund = services.refund(
                tender_id=tender.pk, amount=amount, key=f"k{tender.pk}", reason="", actor=self.till.actor
            )
        self.till.work()
        asking._ask_refund(self.fetch(refund), self.till.actor)
        refund = self.till.fresh(refund)
        assert refund.state == "succeeded"
        return refund

    def fetch(self, refund) -> Refund:
        with self.till.scope():
            return Refund.objects.select_related("tender").get(pk=refund.pk)

    def change(self, row, **values):
        with self.till.scope():
            type(row).objects.filter(pk=row.pk).update(**values)
        return row

    def reconcile(self, day=DAY) -> BillDay:
        return services.reconcile(account_id=self.service.ours.pk, day=day, actor=self.till.actor)

    def found(self, day=DAY) -> dict[tuple[str, str], str]:
        with self.till.scope():
            rows = list(queries.differences().filter(bill__day=day))
            assert len({(row.about, row.no, row.provider_no) for row in rows}) == len(rows), "named twice"
            return {(row.about, row.no): row.kind for row in rows}


@pytest.fixture(params=["wechatpay", "alipay"])
def desk(request, till):
    with time_machine.travel(NOON) as traveller:
        if request.param == "wechatpay":
            made = Desk(till, request.getfixturevalue("wechat"), "wechatpay", "native")
        else:
            made = Desk(till, request.getfixturevalue("alipay"), "alipay", "precreate")
        made.at = traveller.move_to
        yield made


def explained(desk, day=DAY) -> None:
    """The differences of a day are exactly what our sums and the bill's differ by."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=8)
    within = (start, start + timedelta(days=1, microseconds=-1))
    with desk.till.scope():
        bill = BillDay.objects.get(day=day)
        ours = {
            "payment": Tender.objects.filter(state="paid", paid_at__range=within).aggregate(all=Sum("amount")),
            "refund": Refund.objects.filter(state="succeeded", finished_at__range=within).aggregate(all=Sum("amount")),
        }
        theirs = {"payment": bill.paid_amount, "refund": bill.refunded_amount}
        for about in ours:
            rows = Difference.objects.filter(bill=bill, about=about)
            sums = rows.aggregate(ours=Sum("our_amount"), theirs=Sum("their_amount"))
            apart = (sums["theirs"] or 0) - (sums["ours"] or 0)
            assert theirs[about] - (ours[about]["all"] or 0) == apart
        assert bill.entry_count == BillEntry.objects.filter(bill=bill).count()
        assert bill.matched_count + bill.differences.exclude(their_amount=None).count() == bill.entry_count


def test_what_agrees_is_matched(desk):
    for price in (100, 8_800, 12_345):
        desk.paid(price)
    desk.refunded()
    desk.at(NEXT_DAY)
    bill = desk.reconcile()
    assert (bill.state, bill.entry_count, bill.matched_count, bill.difference_count) == ("compared", 5, 5, 0)
    assert (bill.paid_amount, bill.refunded_amount) == (31_245, 3_000)
    assert bill.fee_amount >= 0
    explained(desk)


def test_every_difference_has_its_name(desk):
    kept = desk.paid()
    heard_by_the_bill = desk.begun()
    theirs = desk.change(desk.begun(), no="gone")
    other = desk.change(desk.paid(), amount=10_100)
    late = desk.change(desk.paid(), paid_at=MIDNIGHT + timedelta(seconds=5))
    refund, wrong, lost = desk.refunded(), desk.refunded(), desk.refunded()
    desk.change(wrong, amount=2_900)
    desk.change(lost, no="lost")
    failed = desk.change(desk.refunded(), state="failed")
    slow = desk.change(desk.refunded(), finished_at=MIDNIGHT + timedelta(hours=30))
    with desk.till.scope():
        by_hand = Refund(no="BYHAND", amount=500, merchant=desk.till.merchant, tender=kept)
    providers.get(desk.provider).refund(by_hand)
    mine = desk.till.start(desk.till.order(), desk.provider, desk.method)
    invented = Paid(mine.no, "4200000", mine.amount, mine.currency, clock.now())
    with desk.till.scope():
        assert services.take(provider=desk.provider, paid=invented, actor=desk.till.actor) == "applied"
    expected = {
        ("payment", theirs.no): "only_theirs", ("payment", mine.no): "only_ours",
        ("payment", other.no): "amount_differs", ("payment", late.no): "other_day",
        ("refund", wrong.no): "refund_mismatch", ("refund", failed.no): "refund_mismatch",
        ("refund", "BYHAND"): "only_theirs", ("refund", lost.no): "only_theirs", ("refund", "lost"): "only_ours",
        ("refund", slow.no): "other_day",
    }  # fmt: skip
    desk.at(NEXT_DAY)
    for _ in range(2):  # a second time changes nothing
        bill = desk.reconcile()
        assert desk.found() == expected
        explained(desk)
    assert desk.till.fresh(heard_by_the_bill).state == "paid"
    assert refund.no not in str(desk.found())
    assert bill.difference_count == len(expected)
    # The bill of the next day finds what we booked there.
    for days in (1, 2):
        desk.at(NOON + timedelta(days=days))
        desk.paid()  # else a service has no bill at all
    desk.at(DAY_AFTER)
    desk.reconcile(DAY + timedelta(days=1))
    assert desk.found(DAY + timedelta(days=1)) == {("payment", late.no): "other_day"}
    explained(desk, DAY + timedelta(days=1))
    desk.at(DAY_AFTER + timedelta(days=1))
    desk.reconcile(DAY + timedelta(days=2))
    assert desk.found(DAY + timedelta(days=2)) == {("refund", slow.no): "other_day"}
    assert desk.found() == expected


def test_a_bill_is_fetched_when_it_is_due_and_again_when_it_failed(desk):
    desk.paid()

    def due() -> int:
        return services.reconcile_due(now=clock.now(), actor=desk.till.actor)

    desk.at(TOO_EARLY)
    assert due() == 0
    desk.at(NEXT_DAY)
    if desk.provider == "wechatpay":
        desk.service.break_answers(WechatFault.SYSTEM_ERROR)
    else:
        desk.service.inject("bill", AlipayFault.LOST)
    assert due() == 0
    with desk.till.scope():
        bill = BillDay.objects.get()
    assert (bill.state, bool(bill.error)) == ("waiting", True)
    assert [due(), due()] == [1, 0]
    bill = desk.till.fresh(bill)
    assert (bill.state, bill.error, bill.matched_count) == ("compared", "", 1)
    # Quiet days: one service says so, the other only has no bill, until it is too late for one. None is fetched twice.
    for days, there in ((3, {"wechatpay": 3, "alipay": 0}), (6, {"wechatpay": 3, "alipay": 3})):
        desk.at(NEXT_DAY + timedelta(days=days))
        assert [due(), due()] == [there[desk.provider], 0]


def test_lists_are_read_by_index_in_pages(desk, django_assert_num_queries):
    desk.begun()
    desk.change(desk.begun(), no="gone")
    desk.at(NEXT_DAY)
    bill = desk.reconcile()
    with desk.till.scope(), django_assert_num_queries(2):
        assert [row.bill.day for row in queries.differences(bill.pk)[:50]] == [DAY]
        assert [row.account.provider for row in queries.bills()[:50]] == [desk.provider]
