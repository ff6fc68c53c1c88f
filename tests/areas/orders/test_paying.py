"""An order and its money become true together, whatever a provider says, how often and when."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.factories.catalog import make_freight
from tests.factories.shop import notify, paid, pay, place, start, stocked
from yutang.areas.inventory import queries as inventory
from yutang.areas.orders import queries, services
from yutang.areas.orders.errors import WrongState
from yutang.areas.orders.models import Order, SaleLine, ShopOrder
from yutang.areas.payments import services as payments
from yutang.areas.payments.errors import AlreadyPaid, ForgedNotice, NoLongerPayable, TenderTooLarge, UnknownProvider
from yutang.areas.payments.models import Notice, Refund, Tender
from yutang.areas.payments.providers import Paid, sandbox
from yutang.core import clock

LATER = timedelta(minutes=31)


def test_money_makes_a_sale(merchant, actor):
    make_freight()
    cake = stocked(price=8800)
    order = paid((cake, 2))
    assert (order.status, order.sold_amount, order.line_count) == ("paid", 18_400, 2)
    assert list(SaleLine.objects.order_by("id").values_list("kind", "quantity", "amount")) == [
        ("goods", 2, 17_600), ("freight", 0, 800),
    ]  # fmt: skip
    assert inventory.available([cake.pk]) == {cake.pk: 8}
    assert queries.lines_of([order.pk])[order.pk][0].customer_id == order.customer_id


def test_a_notice_twice_is_one_payment(merchant, actor):
    order = place((stocked(), 1))
    tender = start(order)
    assert [notify(tender), notify(tender), notify(tender)] == ["applied", "repeated", "repeated"]
    assert Notice.objects.get().times == 3
    assert SaleLine.objects.count() == 1


def test_a_forged_notice_is_refused(merchant, actor):
    order = place((stocked(), 1))
    body, _ = sandbox.notice(start(order))
    with pytest.raises(ForgedNotice):
        sandbox.read(body, "0" * 64)
    assert not Notice.objects.exists()


def test_play_money_only_where_the_sandbox_is_on(merchant, actor, settings):
    order = place((stocked(), 1))
    settings.SANDBOX = False
    with pytest.raises(UnknownProvider):
        start(order)
    assert not Tender.objects.exists()


def test_another_amount_is_not_acted_on(merchant, actor):
    order = place((stocked(), 1))
    tender = start(order)
    less = Paid(tender.no, "X1", tender.amount - 1, tender.currency, clock.now())
    assert payments.take(provider="sandbox", paid=less, actor=actor) == "amount_differs"
    other = Paid("unknown", "X2", tender.amount, tender.currency, clock.now())
    assert payments.take(provider="sandbox", paid=other, actor=actor) == "unknown"
    order.refresh_from_db()
    assert order.status == "unpaid"


def test_two_tenders_make_one_order(merchant, actor):
    order = place((stocked(price=10_000), 1))
    first = start(order, 4_000)
    notify(first)
    order.refresh_from_db()
    assert order.status == "unpaid"
    with pytest.raises(TenderTooLarge):
        start(order, 6_001)
    notify(start(order))
    order.refresh_from_db()
    assert order.status == "paid"
    with pytest.raises(AlreadyPaid):
        start(order)


def test_paying_twice_in_two_ways_sends_the_second_back(merchant, actor):
    order = place((stocked(), 1))
    first, second = start(order), start(order, 5_000)
    notify(first)
    notify(second)
    second.refresh_from_db()
    assert (second.state, second.refunded_amount) == ("paid", 5_000)
    assert Refund.objects.get().state == "succeeded"
    assert Order.objects.get().sold_amount == 10_000


def test_what_nobody_pays_closes_and_gives_everything_back(merchant, actor, django_capture_on_commit_callbacks):
    cake = stocked(3)
    order = place((cake, 3))
    tender = start(order)
    with time_machine.travel(clock.now() + LATER):
        assert services.close_expired(now=clock.now(), actor=actor) == 1
        assert services.close_expired(now=clock.now(), actor=actor) == 0
        assert inventory.available([cake.pk]) == {cake.pk: 3}
        # The money was on its way: it goes back by itself.
        notify(tender)
    order = Order.objects.select_related("shop").get()
    assert (order.status, order.shop.closed_because, order.sold_amount) == ("closed", "not_paid", 0)
    assert (Tender.objects.get().refunded_amount, Refund.objects.get().state) == (10_000 * 3, "succeeded")
    with pytest.raises(NoLongerPayable):
        start(order)


def test_closing_returns_what_came_for_a_part(merchant, actor):
    order = place((stocked(), 1))
    notify(start(order, 3_000))
    services.close(order_id=order.pk, because="buyer", actor=actor)
    services.close(order_id=order.pk, because="buyer", actor=actor)
    assert [(r.amount, r.state) for r in Refund.objects.all()] == [(3_000, "succeeded")]


def test_a_paid_order_is_not_closed(merchant, actor):
    order = place((stocked(), 1))
    pay(order)
    with pytest.raises(WrongState):
        services.close(order_id=order.pk, because="buyer", actor=actor)
    assert ShopOrder.objects.get().expires_at is None


def test_cash_is_here_at_once(merchant, actor):
    order = place((stocked(), 1))
    with pytest.raises(UnknownProvider):  # only whoever has it in hand can say so
        payments.open_tender(payable=("order", order.pk), provider="cash", actor=actor)
    tender = payments.take_cash(payable=("order", order.pk), amount=10_000, actor=actor)
    assert tender.state == "paid"
    order.refresh_from_db()
    assert order.status == "paid"
