"""What a buyer may ask back, and what is refused at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.factories.aftersale import agree, ask, opened, refused, shipped, shopper
from tests.factories.catalog import make_freight
from tests.factories.shop import actor as by_hand
from tests.factories.shop import buyer, paid, place, stocked
from yutang.areas.aftersale import queries, services
from yutang.areas.aftersale.errors import (
    AmountTooLarge,
    AskSeparately,
    BadReason,
    BadReplacement,
    CannotBeAsked,
    NotNow,
    OneAtATime,
    TextTooLong,
    TooManyPieces,
)
from yutang.areas.aftersale.models import Case, CaseLine, CaseStep
from yutang.areas.aftersale.queries_asking import what_can_be_asked
from yutang.areas.merchants.queries import root_node
from yutang.areas.orders import services as orders
from yutang.areas.orders.models import OrderItem
from yutang.core import clock
from yutang.core.errors import NotFound


def kinds(order) -> list[list[str]]:
    return [line.kinds() for line in what_can_be_asked(order).lines]


def test_of_an_order_that_has_not_left(merchant, actor):
    order = paid((stocked(price=1_000), 3))
    asking = what_can_be_asked(order)
    (line,) = asking.lines
    assert (line.unshipped, line.handed_over, line.until, line.most(3)) == (3, 0, None, 3_000)
    assert line.kinds() == ["refund_only"]


def test_of_an_order_that_has_left(merchant, actor):
    order = shipped((stocked(), 3))
    (line,) = what_can_be_asked(order).lines
    assert (line.unshipped, line.handed_over) == (0, 3)
    assert line.kinds() == ["refund_only", "return_refund", "exchange"]
    assert "unwanted" in {reason.code for reason in line.reasons("return_refund", is_unshipped=False)}


def test_nothing_of_what_was_never_paid(merchant, actor):
    order = place((stocked(), 1))
    assert what_can_be_asked(order).lines == []
    with pytest.raises(CannotBeAsked):
        opened(order, (0, 1), kind="refund_only")


def test_what_cannot_be_sent_back_is_not(merchant, actor):
    assert kinds(shipped((stocked(kind="service"), 1))) == [["refund_only"]]


def test_at_a_store_nothing_is_exchanged_by_post(merchant, actor):
    order = paid((stocked(), 1), fulfilment="pickup", node_id=root_node().pk)
    orders.pick_up(code=order.shop.pickup_code, node_id=root_node().pk, key="p", actor=actor)
    order.refresh_from_db()
    assert kinds(order) == [["refund_only", "return_refund"]]


def test_the_days_of_a_promise(merchant, actor):
    """Seven days without a reason, fifteen for a fault, then nothing."""
    order = shipped((stocked(), 1), is_completed=True)
    end = order.completed_at
    for days, codes in ((6, {"unwanted", "quality"}), (8, {"quality"}), (14, {"quality"}), (15, None)):
        with time_machine.travel(end + timedelta(days=days, minutes=1), tick=False):
            (line,) = what_can_be_asked(order).lines
            found = {reason.code for reason in line.reasons("return_refund", is_unshipped=False)}
            assert ({"unwanted", "quality"} & found if line.kinds() else None) == codes
            assert line.until == end + timedelta(days=15)
    with time_machine.travel(end + timedelta(days=8), tick=False), pytest.raises(BadReason):
        opened(order, (0, 1))
    with time_machine.travel(end + timedelta(days=16), tick=False), pytest.raises(CannotBeAsked):
        opened(order, (0, 1), reason="quality")


def test_a_case_is_opened_once(merchant, actor):
    order = shipped((stocked(price=1_000), 3))
    case = opened(order, (0, 2), key="tap", text=" Too sweet ")
    assert opened(order, (0, 1), key="tap").pk == case.pk
    case = Case.objects.get()
    assert (case.state, case.amount, case.text, case.is_unshipped) == ("asked", 2_000, "Too sweet", False)
    assert case.deadline_at - case.opened_at == timedelta(hours=48)
    assert list(CaseLine.objects.values_list("position", "pieces", "amount")) == [(0, 2, 2_000)]
    assert list(CaseStep.objects.values_list("what", "side", "state")) == [("opened", "buyer", "asked")]


def test_before_shipping_the_shop_has_a_day(merchant, actor):
    case = opened(paid((stocked(), 1)), (0, 1), kind="refund_only")
    assert case.is_unshipped
    assert case.deadline_at - case.opened_at == timedelta(hours=24)


def test_pieces_of_an_open_case_are_asked_for_once(merchant, actor):
    order = shipped((stocked(price=1_000), 3))
    case = opened(order, (0, 2))
    with pytest.raises(TooManyPieces) as error:
        opened(order, (0, 2))
    assert error.value.params["left"] == 1
    assert opened(order, (0, 1)).amount == 1_000
    services.withdraw(case_id=case.pk, actor=shopper())
    assert opened(order, (0, 2)).amount == 2_000


def test_the_last_piece_takes_the_rest(merchant, actor):
    order = shipped((stocked(price=1_000), 3))
    OrderItem.objects.update(amount=1_000)
    assert [opened(order, (0, 1)).amount for _ in range(3)] == [333, 334, 333]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"lines": [(0, 4)]}, TooManyPieces), ({"lines": [(0, 0)]}, TooManyPieces),
        ({"lines": [(9, 1)]}, CannotBeAsked),
        ({"lines": []}, CannotBeAsked), ({"lines": [(0, 1), (0, 1)]}, CannotBeAsked),
        ({"reason": "late"}, BadReason), ({"reason": "nonsense"}, BadReason), ({"amount": 1_001}, AmountTooLarge),
        ({"amount": 0}, AmountTooLarge), ({"amount": -1}, AmountTooLarge), ({"freight": 1}, AmountTooLarge),
        ({"text": "x" * 501}, TextTooLong), ({"kind": "exchange", "reason": "quality", "sku_id": 0}, BadReplacement),
        ({"kind": "exchange", "reason": "quality", "lines": [(0, 1), (1, 1)]}, OneAtATime),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(merchant, actor, wrong, error):
    order = shipped((stocked(price=1_000), 3), (stocked(price=500), 1))
    with pytest.raises(error):
        opened(order, *wrong.pop("lines", [(0, 1)]), **wrong)


def test_shipped_and_unshipped_are_asked_for_apart(merchant, actor):
    order = paid((stocked(), 1), (stocked(), 1))
    orders.ship(order_id=order.pk, pieces={0: 1}, key="p", actor=actor)
    with pytest.raises(AskSeparately):
        opened(order, (0, 1), (1, 1), kind="refund_only", reason="agreed")


def test_freight_goes_back_with_all_of_it_or_for_a_fault(merchant, actor):
    make_freight()
    order = paid((stocked(), 2))
    assert order.shop.freight > 0
    part = {"kind": "refund_only", "freight": order.shop.freight}
    with pytest.raises(AmountTooLarge) as error:
        opened(order, (0, 1), **part)
    assert error.value.field == "freight"
    assert opened(order, (0, 1), reason="late", **part).freight == order.shop.freight
    with pytest.raises(AmountTooLarge):  # it is asked for already
        opened(order, (0, 1), reason="late", **part)
    gone = shipped((stocked(), 1))
    with pytest.raises(AmountTooLarge):
        opened(gone, (0, 1), freight=1)
    assert opened(gone, (0, 1), reason="quality", freight=gone.shop.freight).freight == gone.shop.freight


def test_change_a_request(merchant, actor):
    order = shipped((stocked(price=1_000), 3))
    case = refused(opened(order, (0, 1)), offer=500)
    changed = services.change(case_id=case.pk, ask=ask((0, 2), reason="quality", amount=1_500), actor=shopper())
    assert (changed.state, changed.amount, changed.reason, changed.offered) == ("asked", 1_500, "quality", None)
    assert changed.deadline_at > clock.now() + timedelta(hours=47)
    assert CaseLine.objects.get().pieces == 2
    agree(case)
    with pytest.raises(NotNow):
        services.change(case_id=case.pk, ask=ask((0, 1)), actor=shopper())


def test_withdraw(merchant, actor):
    case = opened(shipped((stocked(), 1)), (0, 1))
    for _ in range(2):
        done = services.withdraw(case_id=case.pk, actor=shopper())
        assert (done.state, done.closed_because, done.deadline_at) == ("closed", "withdrawn", None)
    assert CaseStep.objects.filter(what="withdraw").count() == 1
    with pytest.raises(NotNow):
        services.agree(case_id=case.pk, seen=None, actor=by_hand())


def test_a_shopper_sees_the_own_cases(merchant, actor):
    order = shipped((stocked(), 1))
    case = opened(order, (0, 1))
    stranger = buyer("+8613900000000")
    assert queries.case_of(order.customer_id, case.pk) == case
    assert list(queries.cases_of(order.customer_id)) == [case]
    assert list(queries.cases_of(stranger.customer_id)) == []
    with pytest.raises(NotFound):
        queries.case_of(stranger.customer_id, case.pk)
