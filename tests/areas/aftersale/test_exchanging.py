"""Others go out for what comes back: held, sent, counted once; and what was paid can still go back."""

from __future__ import annotations

import pytest

from tests.factories.aftersale import agree, ask, opened, receive, sent, shipped, shopper, wait
from tests.factories.catalog import make_product
from tests.factories.shop import actor as by_hand
from tests.factories.shop import put, stocked
from yutang.areas.aftersale import services
from yutang.areas.aftersale.errors import BadReplacement, NotNow, NotShippedYet
from yutang.areas.aftersale.models import Case
from yutang.areas.aftersale.queries_asking import what_can_be_asked
from yutang.areas.catalog.services import SkuDraft
from yutang.areas.inventory import queries as inventory
from yutang.areas.orders import services as orders
from yutang.areas.orders.errors import SoldOut
from yutang.areas.orders.models import Adjustment, Order, OrderItem, SaleLine
from yutang.areas.payments.models import Tender
from yutang.core import events
from yutang.core.models import Event, EventHandling

SIZE = {"kind": "exchange", "reason": "wrong_size"}


@pytest.fixture
def sizes(merchant):
    """A cake of 6 and one of 8 inches, ten of each."""
    product = make_product(
        SkuDraft(code="C6", price=9_000, values=("6",)), SkuDraft(code="C8", price=9_000, values=("8",)),
        specifications={"Size": ["6", "8"]},
    )  # fmt: skip
    small, large = product.skus.order_by("code")
    put(small, 10)
    put(large, 10)
    return small, large


def available(*skus) -> list[int]:
    found = inventory.available([sku.pk for sku in skus])
    return [found[sku.pk] for sku in skus]


def exchanged(order, sku, pieces: int = 1) -> Case:
    """Goods are back, the replacement waits to be shipped."""
    return receive(sent(opened(order, (0, pieces), **SIZE, sku_id=sku.pk)))


def resend(case: Case) -> Case:
    return services.resend(case_id=case.pk, carrier="SF", tracking_no="SF9", key="k", actor=by_hand())


def test_an_exchange(actor, sizes):
    small, large = sizes
    order = shipped((small, 2))
    case = opened(order, (0, 1), **SIZE, sku_id=large.pk)
    assert available(small, large) == [8, 10]
    agree(case)
    assert available(small, large) == [8, 9]
    services.send_back(case_id=case.pk, carrier="SF", tracking_no="1", actor=shopper())
    case = receive(case)
    assert (case.state, case.granted, case.hold_key) == ("resending", 0, "")
    assert available(small, large) == [9, 9]
    new = Order.objects.select_related("shop").get(pk=case.replacement_id)
    assert (new.status, new.shop.total, new.customer_id, new.sold_amount) == ("paid", 0, order.customer_id, 0)
    assert bytes(new.shop.recipient) == bytes(order.shop.recipient)
    assert [(row.label, row.amount) for row in Adjustment.objects.filter(order=new)] == [("Exchange", -9_000)]
    assert list(SaleLine.objects.filter(order_id=new.pk).values_list("kind", "quantity", "amount")) == [("goods", 1, 0)]
    case = resend(case)
    assert (case.state, case.closed_because, case.granted) == ("done", "exchanged", 0)
    assert available(small, large) == [9, 9]
    assert not Tender.objects.filter(refunded_amount__gt=0).exists()
    item = OrderItem.objects.get(order=order)
    assert (item.returned, item.exchanged, item.refunded) == (1, 1, 0)


def test_the_same_again_unless_told_otherwise(actor, sizes):
    order = shipped((sizes[0], 1))
    assert opened(order, (0, 1), **SIZE).sku_id == sizes[0].pk


def test_shipped_from_the_page_of_the_order(actor, sizes):
    case = exchanged(shipped((sizes[0], 1)), sizes[1])
    with pytest.raises(NotShippedYet):
        services.replacement_sent(case_id=case.pk, actor=actor)
    orders.ship(order_id=case.replacement_id, carrier="YTO", tracking_no="Y1", key="p", actor=actor)
    event = Event.objects.filter(name="orders.shipped").order_by("-pk").first()
    for _ in range(2):
        events.handle(merchant_id=actor.merchant_id, event_id=event.pk, handler="reactions.orders.end_exchange")
    assert EventHandling.objects.filter(event=event).count() == 1
    case.refresh_from_db()
    assert (case.state, case.closed_because) == ("done", "exchanged")


def test_what_was_held_is_free_when_it_ends_otherwise(actor, sizes):
    small, large = sizes
    order = shipped((small, 1))
    withdrawn = opened(order, (0, 1), **SIZE, sku_id=large.pk)
    agree(withdrawn)
    assert available(large) == [9]
    services.withdraw(case_id=withdrawn.pk, actor=shopper())
    assert available(large) == [10]
    unsent = agree(opened(order, (0, 1), **SIZE, sku_id=large.pk))
    assert wait(unsent).closed_because == "not_sent"
    changed = sent(opened(order, (0, 1), **SIZE, sku_id=large.pk))
    services.reject(case_id=changed.pk, reason="Worn.", actor=actor)
    assert available(large) == [9]
    services.change(
        case_id=changed.pk, ask=ask((0, 1), **SIZE, sku_id=large.pk, text="Only tried on."), actor=shopper()
    )  # fmt: skip
    assert available(large) == [10]
    assert agree(changed).state == "returning"
    assert available(large) == [9]


def test_nothing_left_to_exchange(actor, sizes):
    small, large = sizes
    shipped((large, 10))
    case = opened(shipped((small, 1)), (0, 1), **SIZE, sku_id=large.pk)
    with pytest.raises(SoldOut):
        agree(case)
    case = wait(case)  # nobody answers: then money
    assert (case.kind, case.state) == ("return_refund", "sending")
    services.send_back(case_id=case.pk, carrier="SF", tracking_no="1", actor=shopper())
    assert receive(case).granted == 9_000


def test_not_shipped_in_time_the_money_goes_back(actor, sizes):
    small, large = sizes
    order = shipped((small, 2))
    case = wait(exchanged(order, large))
    assert (case.state, case.granted, case.closed_because) == ("done", 9_000, "refunded")
    assert Order.objects.get(pk=case.replacement_id).status == "closed"
    assert available(small, large) == [9, 10]
    item = OrderItem.objects.get(order=order)
    assert (item.returned, item.exchanged, item.refunded) == (1, 0, 9_000)


def test_a_replacement_is_sent_back_for_its_money(actor, sizes):
    """Exchanged twice, then returned; then the rest: exactly what was paid goes back."""
    small, large = sizes
    order = shipped((small, 3))
    first = exchanged(order, large)
    resend(first)
    second = exchanged(first.replacement, small)
    resend(second)
    (line,) = what_can_be_asked(second.replacement).lines
    assert (line.handed_over, line.most(1)) == (1, 9_000)
    done = receive(sent(opened(second.replacement, (0, 1), reason="quality")))
    assert done.granted == 9_000
    (rest,) = what_can_be_asked(order).lines
    assert (rest.handed_over, rest.most(2)) == (2, 18_000)
    receive(sent(opened(order, (0, 2), reason="quality")))
    tender = Tender.objects.get(payable_id=order.pk)
    assert tender.refunded_amount == tender.amount == 27_000
    assert available(small, large) == [10, 10]


def test_a_replacement_is_called_off_for_its_money(actor, sizes):
    case = exchanged(shipped((sizes[0], 1)), sizes[1])
    done = agree(opened(case.replacement, (0, 1), kind="refund_only", reason="unwanted"))
    assert done.granted == 9_000
    assert available(*sizes) == [10, 10]
    with pytest.raises(NotNow):
        services.withdraw(case_id=case.pk, actor=shopper())


def test_money_of_what_was_replaced_stays_for_it(actor, sizes):
    """The buyer keeps the replacement and returns the others: the page of the order gives no more than theirs."""
    order = shipped((sizes[0], 2))
    resend(exchanged(order, sizes[1]))
    seen = orders.effects(order_id=order.pk, back=[orders.Back(0, 1)])
    assert seen.planned.items == {0: 9_000}


def test_sizes_of_another_price_are_not_exchanged(actor, sizes):
    other = stocked(5, price=9_000)
    with pytest.raises(BadReplacement):
        opened(shipped((sizes[0], 1)), (0, 1), **SIZE, sku_id=other.pk)
