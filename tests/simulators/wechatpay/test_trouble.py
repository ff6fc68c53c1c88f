"""All trouble at once: a caller who queries what it does not know, and acts once per notice, arrives at the truth."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

import pytest

from tests.connectors.wechatpay import rig
from tests.connectors.wechatpay.rig import client_of, new, refund_of
from yutang.connectors.wechatpay import errors
from yutang.connectors.wechatpay.shapes import TransactionNotice
from yutang.simulators.wechatpay.faults import Faults

T = TypeVar("T")
TROUBLE = Faults(lost=0.2, late=0.2, duplicated=0.3, out_of_order=0.3, forged=0.2, probed=0.2, answers=0.3)


def until_known(call: Callable[[], T]) -> T:
    """The same request, same number, until there is an answer."""
    while True:
        try:
            return call()
        except errors.OutcomeUnknown:
            continue


@pytest.mark.parametrize("seed", range(3))
def test_every_cent_is_found_in_spite_of_it(clock, receiver, seed):
    numbers = [f"YT-TROUBLE-{count:02d}" for count in range(12)]
    with rig.simulator(clock, faults=TROUBLE, seed=seed) as platform, client_of(platform, clock) as client:
        for at, number in enumerate(numbers):
            until_known(
                lambda number=number, at=at: client.create_native(new(number, notify_url=receiver.url, amount=100 + at))
            )
            platform.pay(number)
        for at, number in enumerate(numbers[::2]):
            refund = refund_of(
                number, out_refund_no=f"R-{number}", amount=1 + at, total=100 + 2 * at, notify_url=receiver.url
            )
            until_known(lambda refund=refund: client.refund(refund))
        platform.drain()

        paid: dict[str, int] = {}
        refunded: dict[str, int] = {}
        refused = 0
        for headers, body in receiver.received:
            try:
                notice = client.open_notice(headers, body)
            except errors.Untrusted:
                refused += 1
            else:
                if isinstance(notice, TransactionNotice):
                    paid[notice.transaction.out_trade_no] = notice.transaction.amount
                else:
                    refunded[notice.refund.out_refund_no] = notice.refund.amount
        missed = [number for number in numbers if number not in paid]
        for number in missed:
            paid[number] = until_known(lambda number=number: client.query(out_trade_no=number)).amount
        for number in (f"R-{number}" for number in numbers[::2]):
            if number not in refunded:
                refunded[number] = until_known(lambda number=number: client.query_refund(number)).amount

    assert paid == {number: 100 + at for at, number in enumerate(numbers)}
    assert refunded == {f"R-{number}": 1 + at for at, number in enumerate(numbers[::2])}
    assert missed
    assert refused


def test_many_refunds_at_once_never_exceed_the_payment(clock):
    with rig.simulator(clock) as platform, client_of(platform, clock) as client:
        client.create_native(new())
        platform.pay("YT20261122-0001")
        outcomes: list[str] = []

        def refund(count: int) -> None:
            try:
                outcomes.append(client.refund(refund_of(out_refund_no=f"R-{count}", amount=1990)).status)
            except errors.Refused as error:
                outcomes.append(error.code)

        threads = [threading.Thread(target=refund, args=(count,)) for count in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["INVALID_REQUEST"] * 7 + ["PROCESSING"]
        assert platform.book.trade(out_trade_no="YT20261122-0001").refunded == 1990
