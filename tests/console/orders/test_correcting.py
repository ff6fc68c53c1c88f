"""Carrier and number of a parcel that has left, corrected on its order's page; what the buyer sees of it."""

from __future__ import annotations

from tests.api.pool import make_store
from tests.console.conftest import text
from tests.factories import shop as own
from tests.factories.merchants import make_merchant
from yutang.areas.orders import services
from yutang.areas.orders.models import Parcel
from yutang.core import tenancy


def sent(merchant, **how) -> Parcel:
    with tenancy.scope(merchant.pk):
        order = own.paid((own.stocked(9, name="Cake"), 1))
        return services.ship(order_id=order.pk, **how, key=f"p{order.pk}", actor=own.actor())


def address(parcel: Parcel) -> str:
    return f"/orders/{parcel.order_id}/parcels/{parcel.pk}"


def test_another_number(client_for, merchant):
    parcel, client = sent(merchant, carrier="SF", tracking_no="SF1"), client_for(merchant)
    assert f'href="{address(parcel)}"' in text(client.get(f"/orders/{parcel.order_id}"))
    assert 'value="SF SF1"' in text(client.get(address(parcel)))
    answer = client.post(address(parcel), {"carrier": "YTO", "tracking_no": "YT2", "was": "SF SF1"})
    assert answer.headers["Location"] == f"/orders/{parcel.order_id}"
    page = text(client.get(f"/orders/{parcel.order_id}"))
    for shown in ("SF SF1 → YTO YT2", "Parcel corrected", '<span class="yt-code">YT2</span>'):
        assert shown in page, shown
    late = text(client.post(address(parcel), {"carrier": "SF", "tracking_no": "SF3", "was": "SF SF1"}), 422)
    assert "Somebody has corrected this parcel meanwhile" in late
    assert "YTO YT2" in late


def test_without_a_carrier(client_for, merchant):
    parcel, client = sent(merchant, carrier="SF", tracking_no="SF1"), client_for(merchant)
    assert "This field is required." in text(client.post(address(parcel), {"carrier": "SF", "was": "SF SF1"}), 422)
    kept = {"carrier": "SF", "tracking_no": "SF1", "is_uncarried": "on", "was": "SF SF1"}
    assert client.post(address(parcel), kept).status_code == 302
    page = text(client.get(f"/orders/{parcel.order_id}"))
    assert "SF SF1 → Sent without a carrier" in page
    assert "checked" in text(client.get(address(parcel)))


def test_the_wrong_person(client_for, merchant):
    parcel, other = sent(merchant, carrier="SF", tracking_no="SF1"), sent(merchant)
    new = {"carrier": "SF", "tracking_no": "SF2", "was": "SF SF1"}
    for client, status in (
        (client_for(make_merchant()), 404), (client_for(merchant, "owner", make_store(merchant)), 404),
        (client_for(merchant, "guide"), 403), (client_for(merchant, "service"), 403),
    ):  # fmt: skip
        assert client.get(address(parcel)).status_code == status
        assert client.post(address(parcel), new).status_code == status
    foreign = f"/orders/{other.order_id}/parcels/{parcel.pk}"
    assert client_for(merchant).post(foreign, new).status_code == 404
    assert address(parcel) not in text(client_for(merchant, "service").get(f"/orders/{parcel.order_id}"))
    with tenancy.scope(merchant.pk):
        assert Parcel.objects.get(pk=parcel.pk).tracking_no == "SF1"
