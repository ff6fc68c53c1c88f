"""Another price before it is paid: it adds up, is explained, and only once the money is there it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.catalog import make_freight
from tests.factories.merchants import make_merchant
from tests.factories.shop import actor as clerk
from tests.factories.shop import notify, paid, pay, place, start, stocked
from yutang.areas.orders import services
from yutang.areas.orders.errors import PriceChanged, PriceTooLow, WrongState
from yutang.areas.orders.models import Adjustment, Order, OrderItem, OrderStep, SaleLine, ShopOrder
from yutang.areas.payments import services as payments
from yutang.areas.payments.models import Tender
from yutang.core import access, money, tenancy
from yutang.core.models import AuditEntry


def change(
    order: Order, goods: int, freight: int = 0, expected: int | None = None, reason: str = "Old friend"
) -> Order:
    seen = ShopOrder.objects.get(pk=order.pk).total if expected is None else expected
    return services.change_price(
        order_id=order.pk, goods=goods, freight=freight, expected=seen, reason="Old friend", actor=clerk()
    )


def test_less_for_the_goods_and_the_freight(merchant, actor):
    make_freight()
    order = place((stocked(price=3_000), 1), (stocked(price=7_000), 1))
    shop = ShopOrder.objects.get()
    assert (shop.total, shop.freight) == (10_800, 800)
    change(order, goods=8_888, freight=500)
    shop.refresh_from_db()
    assert (shop.total, shop.freight) == (9_388, 500)
    items = list(OrderItem.objects.order_by("position"))
    assert [item.amount for item in items] == [2_666, 6_222]
    for item in items:
        reasons = Adjustment.objects.filter(position=item.position)
        assert item.list_amount + sum(reason.amount for reason in reasons) == item.amount
    assert sum(Adjustment.objects.filter(position=None).values_list("amount", flat=True)) == 500
    step = OrderStep.objects.latest("id")
    assert (step.what, step.detail) == ("repriced", {"before": 10_800, "after": 9_388, "reason": "Old friend"})
    entry = AuditEntry.objects.get(action="orders.reprice")
    assert entry.detail == {"before": 10_800, "after": 9_388, "freight": 500}
    pay(order)
    assert sum(SaleLine.objects.values_list("amount", flat=True)) == Tender.objects.get().amount == 9_388


def test_the_same_again_writes_nothing(merchant, actor):
    order = place((stocked(), 1))
    change(order, goods=10_000)
    assert not Adjustment.objects.exists()
    assert not AuditEntry.objects.filter(action="orders.reprice").exists()


def test_what_cannot_be_changed(merchant, actor):
    with pytest.raises(WrongState):
        change(paid((stocked(), 1)), goods=1)
    order = place((stocked(), 1))
    with pytest.raises(PriceChanged):
        change(order, goods=1, expected=9_999)
    with pytest.raises(PriceTooLow):
        change(order, goods=0)
    notify(start(order, 4_000))
    with pytest.raises(PriceTooLow) as error:
        change(order, goods=4_000)
    assert error.value.params == {"paid": 4_000}
    change(order, goods=4_001)
    pay(order)
    assert Order.objects.get(pk=order.pk).status == "paid"


def test_money_of_the_old_price(merchant, actor):
    """Begun before, arrived after: what is too much goes back, what is missing stays to be paid."""
    cheaper, dearer = place((stocked(), 1)), place((stocked(), 1))
    before = [start(order) for order in (cheaper, dearer)]
    change(cheaper, goods=8_000)
    change(dearer, goods=12_000)
    assert [notify(tender) for tender in before] == ["applied", "applied"]
    for tender in before:
        tender.refresh_from_db()
    cheaper.refresh_from_db()
    dearer.refresh_from_db()
    assert (cheaper.status, before[0].refunded_amount) == ("paid", 2_000)
    assert (dearer.status, before[1].refunded_amount) == ("unpaid", 0)
    rest = pay(dearer)
    dearer.refresh_from_db()
    assert (rest.amount, dearer.status, dearer.sold_amount) == (2_000, "paid", 12_000)


@pytest.mark.django_db(transaction=True)
def test_only_payments_of_the_old_price_are_called_off(transactional_db):
    merchant = make_merchant()
    with tenancy.scope(merchant.pk):
        order = place((stocked(), 1))
        old = start(order)
        change(order, goods=9_000)
        new = start(order)
    by = access.system(merchant.pk, name="job")
    payments.close_tenders(payable=("order", order.pk), up_to=old.pk, actor=by)
    with tenancy.scope(merchant.pk):
        assert dict(Tender.objects.values_list("pk", "state")) == {old.pk: "closed", new.pk: "started"}


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=8), st.integers(1, 10**7))
def test_shares_lose_no_cent(amounts, goods):
    shares = money.allocated(goods, amounts)
    assert sum(shares) == goods
    assert min(shares) >= 0
