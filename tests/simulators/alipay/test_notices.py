"""Notices and everything that can happen to them."""

from __future__ import annotations

import threading

import pytest

from tests.patience import PATIENCE
from tests.simulators.alipay import rig
from tests.simulators.alipay.merchant import Merchant
from yutang.connectors.alipay import notices
from yutang.connectors.alipay.errors import Untrusted
from yutang.simulators.alipay import AlipaySimulator, NoticeFaults
from yutang.simulators.alipay.faults import Fortune


def simulator(clock, **more):
    return AlipaySimulator(rig.account(), now=clock, **{"ladder": rig.AT_ONCE} | more)


def pay(alipay, http, clock, merchant, *numbers):
    client = rig.client(alipay, http, now=clock)
    for number in numbers:
        client.precreate(rig.charge(number, notify_url=merchant.notify_url))
        alipay.pay(number)


def is_signed(form) -> bool:
    try:
        return bool(notices.open(form, keys=rig.account().keys, now=rig.NOON))
    except Untrusted:
        return False


def test_one_payment_one_notice(alipay, http, clock, merchant):
    pay(alipay, http, clock, merchant, "T1")
    alipay.settle()
    assert [(form["out_trade_no"], form["trade_status"]) for form in merchant.forms] == [("T1", "TRADE_SUCCESS")]
    assert [(found.attempt, found.is_taken, found.is_forged) for found in alipay.deliveries] == [(1, True, False)]


@pytest.mark.parametrize("answer", ["fail", "Success", "success\n", ""])
def test_only_success_ends_it(http, clock, answer):
    """The third time is a `success`; each attempt is signed anew with the time it is sent."""
    with (
        Merchant(lambda form: answer if len(merchant.forms) < 3 else "success") as merchant,
        simulator(clock) as alipay,
    ):
        pay(alipay, http, clock, merchant, "T1")
        alipay.settle()
        assert [found.attempt for found in alipay.deliveries] == [1, 2, 3]
    assert len({form["notify_id"] for form in merchant.forms}) == 1
    assert all(is_signed(form) for form in merchant.forms)


def test_after_eight_attempts_nothing_more_comes(http, clock):
    with Merchant(lambda form: "fail") as merchant, simulator(clock) as alipay:
        pay(alipay, http, clock, merchant, "T1")
        alipay.settle()
        assert [found.answer for found in alipay.deliveries] == ["fail"] * 8


def test_a_merchant_who_is_away(http, clock):
    with Merchant() as merchant:
        gone = merchant
    with simulator(clock) as alipay:
        pay(alipay, http, clock, gone, "T1")
        alipay.settle()
        assert {found.answer for found in alipay.deliveries} == {"ConnectError"}


def test_repetitions_wait_as_long_as_the_ladder_says(http, clock):
    arrived = threading.Event()

    def refuse(form: dict[str, str]) -> str:
        arrived.set()
        return "fail"

    with Merchant(refuse) as merchant, simulator(clock, ladder=(3600.0,)) as alipay:
        pay(alipay, http, clock, merchant, "T1")
        assert arrived.wait(PATIENCE)
        with pytest.raises(TimeoutError):
            alipay.settle(timeout=0)
        assert len(merchant.forms) == 1


def test_every_notice_twice(http, clock, merchant):
    with simulator(clock, faults=NoticeFaults(duplicate=1)) as alipay:
        pay(alipay, http, clock, merchant, "T1")
        alipay.settle()
    assert [form["notify_id"] for form in merchant.forms] == [merchant.forms[0]["notify_id"]] * 2


def test_lost_ones_never_come_and_the_query_still_knows(http, clock, merchant):
    with simulator(clock, faults=NoticeFaults(lost=1)) as alipay:
        pay(alipay, http, clock, merchant, "T1")
        alipay.settle()
        assert (merchant.forms, alipay.deliveries, len(alipay.lost)) == ([], [], 1)
        assert rig.client(alipay, http, now=clock).query(out_trade_no="T1").is_paid


def test_late_ones_come(http, clock, merchant):
    with simulator(clock, faults=NoticeFaults(late=1, late_by=0.05)) as alipay:
        pay(alipay, http, clock, merchant, "T1")
        alipay.settle()
    assert len(merchant.forms) == 1


def test_a_forged_one_comes_first_and_is_not_repeated(http, clock):
    with (
        Merchant(lambda form: "success" if is_signed(form) else "fail") as merchant,
        simulator(clock, faults=NoticeFaults(forged=1)) as alipay,
    ):
        pay(alipay, http, clock, merchant, "T1")
        alipay.settle()
        assert [(found.is_forged, found.answer) for found in alipay.deliveries] == [(True, "fail"), (False, "success")]
    assert [is_signed(form) for form in merchant.forms] == [False, True]
    assert {form["total_amount"] for form in merchant.forms} == {"12.34"}


def test_a_later_one_overtakes(http, clock, merchant):
    def pattern(seed):
        fortune = Fortune(NoticeFaults(seed=seed, out_of_order=0.5))
        return [fortune.next().is_held for _ in range(2)]

    seed = next(seed for seed in range(100) if pattern(seed) == [True, False])
    with simulator(clock, faults=NoticeFaults(seed=seed, out_of_order=0.5)) as alipay:
        pay(alipay, http, clock, merchant, "T1", "T2")
        alipay.settle()
    assert [form["out_trade_no"] for form in merchant.forms] == ["T2", "T1"]


def test_the_same_seed_gives_the_same_faults():
    faults = NoticeFaults(seed=7, late=0.3, lost=0.3, duplicate=0.3, forged=0.3, out_of_order=0.3)
    fates = [[fortune.next() for _ in range(50)] for fortune in (Fortune(faults), Fortune(faults))]
    assert fates[0] == fates[1]
    assert len({fate.is_lost for fate in fates[0]}) == 2


def test_without_an_address_nothing_is_sent(alipay, http, clock):
    alipay.book.place(rig.charge(notify_url=""))
    alipay.pay("T1")
    alipay.settle()
    assert alipay.deliveries == []


def test_nothing_outlives_the_block(http, clock):
    with Merchant(lambda form: "fail") as merchant, simulator(clock, ladder=(3600.0,)) as alipay:
        pay(alipay, http, clock, merchant, "T1")
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("alipay")] == []
