"""The shop agrees or refuses; goods come back; money goes back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.console.conftest import make_member
from tests.factories.aftersale import agree, ask, opened, receive, refused, sent, shipped, shopper
from tests.factories.catalog import make_freight
from tests.factories.shop import actor as by_hand
from tests.factories.shop import paid, stocked
from yutang.areas.aftersale import queries, services
from yutang.areas.aftersale.errors import AmountTooLarge, Changed, LeftMeanwhile, NotNow, TextMissing
from yutang.areas.aftersale.models import Case, CaseStep
from yutang.areas.inventory.models import StockItem
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import services as orders
from yutang.areas.orders.errors import PiecesHeld, TooManyPieces
from yutang.areas.orders.models import Order, OrderItem, SaleLine
from yutang.areas.orders.services import Back
from yutang.areas.payments.models import Refund, Tender
from yutang.core.models import AuditEntry, Event


def stock() -> tuple[int, int, int]:
    row = StockItem.objects.select_related("pool").get()
    return row.on_hand, row.shipped, row.pool.available


def test_calling_off_what_has_not_left(merchant, actor):
    make_freight()
    order = paid((stocked(10), 2))
    case = agree(opened(order, (0, 2), kind="refund_only", freight=order.shop.freight))
    total = order.shop.total
    assert (case.state, case.granted, case.closed_because, case.deadline_at) == ("done", total, "refunded", None)
    assert Refund.objects.get().amount == total
    assert stock() == (10, 0, 10)
    assert Order.objects.get(pk=order.pk).status == "closed"
    assert Event.objects.filter(name="aftersale.moved").count() == 2


def test_what_is_called_off_is_not_shipped(merchant, actor):
    order = paid((stocked(10), 3))
    case = opened(order, (0, 1), kind="refund_only")
    with pytest.raises(TooManyPieces):
        orders.ship(order_id=order.pk, pieces={0: 3}, key="a", actor=actor)
    orders.ship(order_id=order.pk, key="b", actor=actor)  # everything that may go
    assert OrderItem.objects.get().shipped == 2
    with pytest.raises(PiecesHeld):
        orders.ship(order_id=order.pk, key="c", actor=actor)
    assert Order.objects.get(pk=order.pk).status == "partly_shipped"
    agree(case)
    assert Order.objects.get(pk=order.pk).status == "shipped"
    assert stock() == (8, 2, 8)


def test_a_refusal_lets_it_go(merchant, actor):
    order = paid((stocked(10), 1))
    case = refused(opened(order, (0, 1), kind="refund_only"), offer=100)
    orders.ship(order_id=order.pk, key="a", actor=actor)
    for answer in (services.accept, services.escalate):
        more = {"reason": "no", "side": services.Side.BUYER} if answer is services.escalate else {}
        with pytest.raises(LeftMeanwhile):
            answer(case_id=case.pk, actor=shopper(), **more)
    changed = services.change(case_id=case.pk, ask=ask((0, 1)), actor=shopper())
    assert (changed.kind, changed.is_unshipped) == ("return_refund", False)


def test_who_asks_for_less_after_a_rejection_is_paid_that(merchant, actor):
    """What was agreed before is no longer: neither more than is asked for now, nor freight that nobody asked for."""
    make_freight()
    order = shipped((stocked(10, price=1_000), 1))
    case = sent(opened(order, (0, 1)))
    services.reject(case_id=case.pk, reason="It was worn.", actor=by_hand())
    services.change(case_id=case.pk, ask=ask((0, 1), amount=400), actor=shopper())
    refused(case)
    case = receive(case)
    assert (case.state, case.granted) == ("done", 400)
    assert Refund.objects.get().amount == 400


def test_money_without_goods(merchant, actor):
    order = shipped((stocked(10, price=1_000), 2))
    case = agree(opened(order, (0, 1), kind="refund_only", reason="damaged", amount=300))
    assert (case.state, case.granted) == ("done", 300)
    assert stock() == (8, 2, 8)
    assert (OrderItem.objects.get().returned, OrderItem.objects.get().refunded) == (0, 300)


def test_a_return(merchant, actor):
    order = shipped((stocked(10, price=1_000), 3))
    services.save_terms(
        terms={name: bound.default for name, bound in queries.bounds().items()}, promises=queries.promises(),
        address={"return_name": "Returns", "return_address": "Street 1"}, actor=actor,
    )  # fmt: skip
    case = agree(opened(order, (0, 2)))
    assert (case.state, case.agreed, case.return_address) == ("sending", 2_000, "Returns Street 1")
    assert case.deadline_at - case.answered_at >= timedelta(days=7)
    with pytest.raises(TextMissing) as error:
        services.send_back(case_id=case.pk, carrier="SF", tracking_no=" ", actor=shopper())
    assert error.value.field == "tracking_no"
    case = services.send_back(case_id=case.pk, carrier="SF", tracking_no="SF1", actor=shopper())
    assert case.state == "returning"
    assert not Refund.objects.exists()
    case = receive(case)
    assert (case.state, case.granted, case.is_received_late) == ("done", 2_000, False)
    assert stock() == (9, 1, 9)
    assert list(CaseStep.objects.order_by("pk").values_list("what", "side")) == [
        ("opened", "buyer"), ("agree", "merchant"), ("send_back", "buyer"), ("receive", "merchant"),
    ]  # fmt: skip
    assert SaleLine.objects.filter(kind="refund").get().quantity == -2


def test_goods_brought_to_the_store(merchant, actor):
    case = receive(agree(opened(shipped((stocked(10), 1)), (0, 1))), is_restocked=False)
    assert (case.state, case.granted) == ("done", 10_000)
    assert stock() == (9, 1, 9)  # outside stock


def test_returning_a_piece_while_others_still_wait(merchant, actor):
    """The piece that comes back is not taken for the one that never left."""
    order = paid((stocked(10), 2))
    orders.ship(order_id=order.pk, pieces={0: 1}, key="a", actor=actor)
    receive(sent(opened(order, (0, 1))))
    assert stock() == (10, 0, 9)
    item = OrderItem.objects.get()
    assert (item.shipped, item.returned, item.cancelled, item.left) == (1, 1, 0, 1)
    orders.ship(order_id=order.pk, key="b", actor=actor)
    assert Order.objects.get(pk=order.pk).status == "shipped"


def test_less_is_offered_and_taken(merchant, actor):
    order = shipped((stocked(10, price=1_000), 1), (stocked(10, price=2_000), 1))
    case = opened(order, (0, 1), (1, 1), kind="refund_only", reason="quality")
    with pytest.raises(AmountTooLarge):
        refused(case, offer=3_001)
    with pytest.raises(TextMissing):
        refused(case, reason=" ")
    refused(case, offer=1_000)
    case = services.accept(case_id=case.pk, actor=shopper())
    assert (case.state, case.granted) == ("done", 1_000)
    assert list(OrderItem.objects.order_by("position").values_list("refunded", flat=True)) == [333, 667]


def test_goods_that_are_turned_down(merchant, actor):
    case = sent(opened(shipped((stocked(10), 1)), (0, 1)))
    case = services.reject(case_id=case.pk, reason="Worn.", offer=4_000, actor=by_hand())
    assert (case.state, case.offered) == ("refused", 4_000)
    with pytest.raises(NotNow):  # what is here is not sent a second time
        services.send_back(case_id=case.pk, carrier="SF", tracking_no="2", actor=shopper())
    case = services.accept(case_id=case.pk, actor=shopper())
    assert (case.state, case.granted) == ("done", 4_000)
    assert stock() == (9, 1, 9)  # outside stock


def test_nothing_is_accepted_that_was_not_offered(merchant, actor):
    case = refused(opened(shipped((stocked(), 1)), (0, 1)))
    with pytest.raises(NotNow):
        services.accept(case_id=case.pk, actor=shopper())


def test_only_what_was_seen_is_done(merchant, actor):
    order = shipped((stocked(10, price=1_000), 2))
    case = opened(order, (0, 2), kind="refund_only", reason="quality")
    seen = services.said(services.effects(services.agreed_parts(case)))
    orders.refund(order_id=order.pk, back=[Back(0, 0, 500)], reason="x", key="x", actor=actor)
    with pytest.raises(Changed):
        services.agree(case_id=case.pk, seen=seen, actor=actor)
    case.refresh_from_db()
    assert case.state == "asked"
    seen = services.said(services.effects(services.agreed_parts(case)))
    assert services.agree(case_id=case.pk, seen=seen, actor=actor).granted == 1_500  # no more than is left
    tender = Tender.objects.get()
    assert tender.refunded_amount == tender.amount


def test_a_colleague_is_audited_a_buyer_is_not(merchant, actor):
    colleague = merchants.actor_for(make_member(merchant).user, merchant.pk)
    case = opened(shipped((stocked(), 1)), (0, 1))
    services.agree(case_id=case.pk, seen="", actor=colleague)
    found = AuditEntry.objects.filter(object_type="aftersale_case").values_list("action", "object_id")
    assert list(found) == [("aftersale.agree", str(case.pk))]


@pytest.mark.parametrize("state", ["done", "closed"])
def test_nothing_happens_to_what_is_over(merchant, actor, state):
    case = opened(shipped((stocked(), 1)), (0, 1), kind="refund_only", reason="quality")
    case = agree(case) if state == "done" else services.withdraw(case_id=case.pk, actor=shopper())
    before = Case.objects.values().get(pk=case.pk)
    for act in (
        lambda: agree(case), lambda: refused(case), lambda: receive(case),
        lambda: services.send_back(case_id=case.pk, carrier="a", tracking_no="b", actor=shopper()),
        lambda: services.add_evidence(case_id=case.pk, text="x", side=services.Side.BUYER, actor=shopper()),
        lambda: services.escalate(case_id=case.pk, reason="x", side=services.Side.BUYER, actor=shopper()),
    ):  # fmt: skip
        with pytest.raises(NotNow):
            act()
    assert Case.objects.values().get(pk=case.pk) == before
