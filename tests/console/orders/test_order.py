"""One order: what it shows, and what staff do with it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.pool import make_order, make_person, make_store, sql
from tests.console.conftest import text
from tests.factories import shop as own
from tests.factories.merchants import make_merchant
from yutang.areas.inventory.models import StockItem
from yutang.areas.orders import services
from yutang.areas.orders.models import Order, OrderItem, OrderStep, Parcel
from yutang.areas.orders.services import Back
from yutang.areas.payments.models import Refund, Tender
from yutang.core import tenancy
from yutang.core.models import AuditEntry

KEY = "a" * 32


def made(merchant, *pieces: int, is_paid: bool = True, price: int = 10_000, **overrides) -> Order:
    with tenancy.scope(merchant.pk):
        wanted = [(own.stocked(20, price=price, name=f"Cake {n}"), quantity) for n, quantity in enumerate(pieces)]
        return (own.paid if is_paid else own.place)(*wanted, **overrides)


def actions(merchant) -> list[str]:
    return list(AuditEntry.objects.filter(object_type="order").order_by("id").values_list("action", flat=True))


def test_page_of_an_order(client_for, merchant):
    order = made(merchant, 2, 1, note="No candles")
    client = client_for(merchant)
    with CaptureQueriesContext(connection) as captured:
        page = text(client.get(f"/orders/{order.pk}"))
    assert len(sql(captured)) == 16
    for shown in ("Cake 0", "Cake 1", "CN¥200.00", "CN¥300.00", "Sandbox payment", "No candles", "To ship"):
        assert shown in page, shown
    assert f'href="/customers/{order.customer_id}"' in page
    assert "王**" in page
    assert "138****8000" in page
    assert "王小明" not in page
    assert "文三路" not in page


def test_page_of_an_imported_order(client_for, merchant):
    order = make_order(merchant, make_person(merchant), amounts=(5000, -2000), raw_status="交易成功")
    page = text(client_for(merchant).get(f"/orders/{order.pk}"))
    assert "Cake 1" in page
    assert "CN¥30.00" in page
    assert "交易成功" in page
    assert client_for(merchant).get(f"/orders/{order.pk}/refund").status_code == 404
    assert client_for(merchant).post(f"/orders/{order.pk}/ship").status_code == 404


def test_the_recipient_in_full_is_audited(client_for, merchant):
    order = made(merchant, 1)
    assert "王小明" in text(client_for(merchant).post(f"/orders/{order.pk}/recipient"))
    with tenancy.scope(merchant.pk):
        assert actions(merchant)[-1] == "orders.unmask"
    assert client_for(merchant, "service").post(f"/orders/{order.pk}/recipient").status_code == 403


def test_ship_a_part_and_then_the_rest(client_for, merchant):
    order = made(merchant, 2, 1)
    client = client_for(merchant)
    sent = {"key": KEY, "pieces-0": "1", "pieces-1": "", "carrier": "SF", "tracking_no": "SF1"}
    for _ in range(2):  # sent twice, shipped once
        assert client.post(f"/orders/{order.pk}/ship", sent).headers["Location"] == f"/orders/{order.pk}"
    page = text(client.get(f"/orders/{order.pk}"))
    assert "Partly shipped" in page
    assert "1 × Cake 0 · SF1" in page
    client.post(f"/orders/{order.pk}/ship", {"key": "b" * 32, "pieces-0": "1", "pieces-1": "1", "is_uncarried": "on"})
    with tenancy.scope(merchant.pk):
        assert list(Parcel.objects.order_by("pk").values_list("pieces", flat=True)) == [{"0": 1}, {"0": 1, "1": 1}]
        assert Order.objects.get(pk=order.pk).status == "shipped"
        assert actions(merchant) == ["orders.ship", "orders.ship"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"pieces-0": "3"}, "less than or equal to 2"),
        ({"pieces-0": "0"}, "only 2 left"),
        ({"pieces-0": "-1"}, "greater"),
        ({"tracking_no": ""}, "This field is required."),
        ({"carrier": " "}, "This field is required."),
    ],
)
def test_what_cannot_be_shipped(client_for, merchant, wrong, said):
    order = made(merchant, 2)
    sent = {"key": KEY, "pieces-0": "2", "carrier": "SF", "tracking_no": "SF1", **wrong}
    assert said in text(client_for(merchant).post(f"/orders/{order.pk}/ship", sent), 422)
    with tenancy.scope(merchant.pk):
        assert not Parcel.objects.exists()


def test_close_an_unpaid_order(client_for, merchant):
    order = made(merchant, 2, is_paid=False)
    client = client_for(merchant)
    client.post(f"/orders/{order.pk}/close")
    assert "closed by staff" in text(client.get(f"/orders/{order.pk}"))
    paid = made(merchant, 1)
    client.post(f"/orders/{paid.pk}/close")
    assert "this cannot be done now" in text(client.get(f"/orders/{paid.pk}"))
    with tenancy.scope(merchant.pk):
        assert dict(Order.objects.values_list("pk", "status")) == {order.pk: "closed", paid.pk: "paid"}
        assert actions(merchant) == ["orders.close"]


def test_notes_on_orders_of_any_channel(client_for, merchant):
    client = client_for(merchant)
    for order in (made(merchant, 1), make_order(merchant)):
        client.post(f"/orders/{order.pk}/note", {"text": "  Call first "})
        client.post(f"/orders/{order.pk}/note", {"text": " "})
        assert "Call first" in text(client.get(f"/orders/{order.pk}"))
        with tenancy.scope(merchant.pk):
            assert OrderStep.objects.filter(order=order, what="noted").count() == 1


def refunding(**more) -> dict[str, str]:
    return {"key": KEY, "reason": "Broken", "is_restocked": "on", **more}


def test_a_refund_does_what_its_preview_says(client_for, merchant):
    order = made(merchant, 3)
    client = client_for(merchant)
    with tenancy.scope(merchant.pk):
        services.ship(order_id=order.pk, pieces={0: 2}, key="p", actor=own.actor())
    address = f"/orders/{order.pk}/refund"
    assert "Nothing happens before you confirm" in text(client.get(address))
    preview = client.post(address, refunding(**{"pieces-0": "2"}))
    page = text(preview)
    assert "CN¥200.00" in page
    assert "1 piece that never left is for others again." in page
    assert "1 piece comes back on hand." in page
    with tenancy.scope(merchant.pk):
        assert not Refund.objects.exists()
        effects = preview.context["effects"]
    done = client.post(address, refunding(**{"pieces-0": "2", "seen": preview.context["seen"], "confirm": "yes"}))
    assert done.headers["Location"] == f"/orders/{order.pk}"
    with tenancy.scope(merchant.pk):
        assert [(row.tender_id, row.amount) for row in Refund.objects.all()] == [
            (tender.pk, part) for tender, part in effects.money
        ]
        item, stock = OrderItem.objects.get(), StockItem.objects.get()
        assert (item.returned, item.cancelled, item.refunded) == (2, 1, 20_000)
        assert (stock.on_hand, stock.shipped) == (19, 1)
        assert Order.objects.get(pk=order.pk).status == effects.status == "shipped"
        assert actions(merchant)[-1] == "orders.refund"
    assert "Broken" in text(client.get(f"/orders/{order.pk}"))


def test_the_last_payment_gives_back_first(client_for, merchant):
    order = made(merchant, 1, is_paid=False)
    with tenancy.scope(merchant.pk):
        first = own.start(order, 4_000)
        own.notify(first)
        second = own.start(order)
        own.notify(second)
    preview = client_for(merchant).post(f"/orders/{order.pk}/refund", refunding(**{"amount-0": "70"}))
    money = [(tender.pk, part) for tender, part in preview.context["effects"].money]
    assert money == [(second.pk, 6_000), (first.pk, 1_000)]


def test_what_was_not_seen_is_not_done(client_for, merchant):
    order = made(merchant, 3)
    client = client_for(merchant)
    address = f"/orders/{order.pk}/refund"
    seen = client.post(address, refunding(**{"pieces-0": "1"})).context["seen"]
    again = client.post(address, refunding(**{"pieces-0": "2", "seen": seen, "confirm": "yes"}))
    assert again.context["effects"].planned.total == 20_000
    with tenancy.scope(merchant.pk):
        assert Tender.objects.get().refunded_amount == 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"pieces-0": "4"}, "less than or equal to 3"), ({"amount-0": "300.01"}, "More would be refunded"),
        ({}, "Choose what goes back."), ({"pieces-0": "1", "reason": ""}, "This field is required."),
        ({"freight": "1", "pieces-0": "1"}, "More would be refunded"), ({"amount-0": "x"}, "not an amount"),
    ],
)  # fmt: skip
def test_what_cannot_be_refunded(client_for, merchant, wrong, said):
    order = made(merchant, 3)
    assert said in text(client_for(merchant).post(f"/orders/{order.pk}/refund", refunding(**wrong)), 422)


def test_everything_back_closes_the_order(client_for, merchant):
    order = made(merchant, 1)
    page = text(client_for(merchant).post(f"/orders/{order.pk}/refund", refunding(**{"pieces-0": "1"})))
    assert "Everything is given back: the order is closed." in page
    with tenancy.scope(merchant.pk):
        services.refund(order_id=order.pk, back=[Back(0, 1)], reason="", key="k", actor=own.actor())
        assert Order.objects.get(pk=order.pk).status == "closed"


def test_the_wrong_person(client_for, merchant):
    order = made(merchant, 1)
    store = make_store(merchant)
    stranger, neighbour = client_for(make_merchant()), client_for(merchant, "owner", store)
    for client in (stranger, neighbour):
        assert client.get(f"/orders/{order.pk}").status_code == 404
        for action in ("ship", "close", "note", "refund", "recipient"):
            assert client.post(f"/orders/{order.pk}/{action}", {"key": KEY}).status_code == 404, action
    guide = client_for(merchant, "guide")
    assert guide.get(f"/orders/{order.pk}").status_code == 200
    for action in ("ship", "close", "note", "refund", "recipient"):
        assert guide.post(f"/orders/{order.pk}/{action}", {"key": KEY}).status_code == 403, action
    service = client_for(merchant, "service")
    assert service.get(f"/orders/{order.pk}/refund").status_code == 200
    assert service.post(f"/orders/{order.pk}/ship", {"key": KEY}).status_code == 403
