"""To whom and where an order was sent is handed out, and goes with an erasure; amounts stay."""

from __future__ import annotations

from tests.factories import shop
from yutang.areas.customers.erasing import person as known
from yutang.areas.customers.models import Customer
from yutang.areas.orders import privacy, services
from yutang.areas.orders.models import OrderStep, Parcel, SaleLine, ShopOrder


def test_the_recipient_is_copied_and_erased(merchant, actor):
    order = shop.paid((shop.stocked(), 1), note="请放门口")
    person = known(Customer.objects.get(pk=order.customer_id))
    sent = privacy.copy(person)["Deliveries"]
    assert (sent[0]["recipient"]["street"], sent[0]["note"]) == (shop.HOME.street, "请放门口")
    privacy.erase(person, actor)
    left = ShopOrder.objects.get()
    assert (left.recipient, left.province, left.city, left.buyer_note) == (None, "", "", "")
    assert privacy.copy(person)["Deliveries"][0]["recipient"] == {}
    assert SaleLine.objects.get().amount == left.total


def test_tracking_numbers_are_copied_and_erased(merchant, actor):
    """Whoever knows one asks the carrier for name and address."""
    orders = [
        shop.paid((shop.stocked(), 1), identity=shop.buyer(phone)) for phone in ("+8613800001111", "+8613800002222")
    ]
    for order in orders:
        parcel = services.ship(order_id=order.pk, carrier="SF", tracking_no="SF1", key=f"{order.pk}", actor=actor)
        services.correct_parcel(
            order_id=order.pk, parcel_id=parcel.pk, carrier="SF", tracking_no="SF2", was="SF SF1", actor=actor
        )
    person = known(Customer.objects.get(pk=orders[0].customer_id))
    assert [sent["tracking_no"] for sent in privacy.copy(person)["Deliveries"][0]["parcels"]] == ["SF2"]
    for _ in range(2):
        privacy.erase(person, actor)
    assert list(Parcel.objects.order_by("pk").values_list("carrier", "tracking_no")) == [("SF", ""), ("SF", "SF2")]
    steps = OrderStep.objects.filter(what__in=("shipped", "corrected")).order_by("pk")
    mine = Parcel.objects.get(order=orders[0]).pk
    assert [step.detail for step in steps.filter(order=orders[0])] == [{"parcel": mine}, {"parcel": mine}]
    assert all("SF" in str(step.detail) for step in steps.filter(order=orders[1]))
