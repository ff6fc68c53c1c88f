"""To whom and where an order was sent is handed out, and goes with an erasure; amounts stay."""

from __future__ import annotations

from tests.factories import shop
from yutang.areas.customers.erasing import person as known
from yutang.areas.customers.models import Customer
from yutang.areas.orders import privacy
from yutang.areas.orders.models import SaleLine, ShopOrder


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
