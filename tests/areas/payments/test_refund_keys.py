"""A repeated refund is the same one; that of something else with the same words and number is another."""

from __future__ import annotations

from tests.factories import shop
from tests.factories.membership import make_plan, ordered_card
from yutang.areas.payments import services
from yutang.areas.payments.models import Refund


def test_an_order_and_a_card_of_one_number_are_both_refunded(merchant, actor):
    order = shop.place((shop.stocked(), 1))
    card = ordered_card(make_plan(price=3_000), order.customer_id)
    tenders = {}
    for payable in (("order", order.pk), ("card", card.pk)):
        tender = services.open_tender(payable=payable, provider="sandbox", actor=actor)
        shop.notify(tender)
        tenders[payable] = tender
    for _ in range(2):
        for payable in tenders:
            services.refund_payable(payable=payable, amount=1_000, key="closed:7", reason="closed", actor=actor)
    back = Refund.objects.order_by("pk").values_list("tender_id", "amount")
    assert list(back) == [(tender.pk, 1_000) for tender in tenders.values()]
