"""Same-city delivery in the console: what stores say of it, and an order that is brought."""

from __future__ import annotations

import pytest

from tests.console.orders.test_order import KEY, text
from tests.factories import shop as own
from tests.factories.merchants import make_store
from yutang.areas.customers.addresses import regions
from yutang.areas.merchants.models import OrgNode
from yutang.areas.orders import services
from yutang.areas.orders.models import LocalFee, LocalTerms, Order, Parcel
from yutang.areas.orders.services import District
from yutang.core import tenancy
from yutang.core.models import AuditEntry

WEST = regions.tree()["浙江省"]["杭州市"].index("西湖区")


@pytest.fixture
def store(merchant):
    with tenancy.scope(merchant.pk):
        return make_store("S1", province="浙江", city="杭州")


def address(store) -> str:
    return f"/orders/local/{store.pk}"


def test_a_store_says_where_and_for_how_much(client_for, merchant, store):
    client = client_for(merchant)
    assert "西湖区" in text(client.get(address(store)))
    sent = {"delivers": "on", "lead_minutes": "45", f"fee-{WEST}": "5.00", f"free-{WEST}": "99", f"least-{WEST}": "30"}
    assert client.post(address(store), sent).headers["Location"] == "/orders/local"
    with tenancy.scope(merchant.pk):
        fee = LocalFee.objects.get()
        assert (fee.city, fee.district, fee.fee, fee.free_from, fee.least) == ("杭州市", "西湖区", 500, 9_900, 3_000)
        assert (LocalTerms.objects.get().lead_minutes, OrgNode.objects.get(pk=store.pk).delivers) == (45, True)
        assert AuditEntry.objects.filter(action="orders.local").count() == 1
    page = text(client.get(address(store)))
    for value in ("5.00", "99.00", "30.00", "45"):
        assert f'value="{value}"' in page, value
    client.post(address(store), {"lead_minutes": "45"})  # off, and nothing is left
    with tenancy.scope(merchant.pk):
        assert (LocalFee.objects.exists(), OrgNode.objects.get(pk=store.pk).delivers) == (False, False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"delivers": "on"}, {f"fee-{WEST}": "x"}, {f"free-{WEST}": "10"}, {f"least-{WEST}": "10"},
        {f"fee-{WEST}": "5", f"free-{WEST}": "0"}, {"lead_minutes": "1441"}, {"lead_minutes": ""},
    ],
)  # fmt: skip
def test_what_it_cannot_say(client_for, merchant, store, wrong):
    assert client_for(merchant).post(address(store), {"lead_minutes": "60", **wrong}).status_code == 422
    with tenancy.scope(merchant.pk):
        assert not LocalTerms.objects.exists()


def test_a_store_without_a_place(client_for, merchant):
    with tenancy.scope(merchant.pk):
        nowhere = make_store("S2")
    page = text(client_for(merchant).get(f"/orders/local/{nowhere.pk}"))
    assert "lead_minutes" not in page


def test_the_wrong_person(client_for, merchant, store):
    with tenancy.scope(merchant.pk):
        other = make_store("S2", province="浙江省", city="杭州市")
    assert client_for(merchant, "guide").get("/orders/local").status_code == 403
    own_one = client_for(merchant, "owner", store)
    page = text(own_one.get("/orders/local"))
    assert (address(store) in page, address(other) in page) == (True, False)
    assert own_one.get(address(other)).status_code == 404


def test_out_for_delivery_and_delivered(client_for, merchant, store):
    with tenancy.scope(merchant.pk):
        services.save_local(
            node_id=store.pk, delivers=True, lead_minutes=60, actor=own.actor(),
            districts=[District("浙江省", "杭州市", "西湖区", 500)],
        )  # fmt: skip
        cake = own.stocked(2, node_id=store.pk)
        order = own.paid((cake, 1), fulfilment="local", node_id=store.pk)
    client, page = client_for(merchant), f"/orders/{order.pk}"
    assert "courier_phone" in text(client.get(page))
    assert "/delivered" not in text(client.get(page))
    sent = {"key": KEY, "pieces-0": "1", "carrier": "Li", "courier_phone": "138 0000 0000"}
    assert client.post(f"{page}/ship", {**sent, "courier_phone": "call me"}).status_code == 422
    assert client.post(f"{page}/ship", {**sent, "carrier": ""}).status_code == 422
    client.post(f"{page}/ship", sent)
    shown = text(client.get(page))
    assert "138 0000 0000" in shown
    assert f"{page}/delivered" in shown
    client.post(f"{page}/delivered")
    with tenancy.scope(merchant.pk):
        assert Order.objects.get(pk=order.pk).status == Order.Status.COMPLETED
        assert Parcel.objects.get().carrier == "Li"


def test_who_may_not_say_delivered(client_for, merchant):
    with tenancy.scope(merchant.pk):
        order = own.paid((own.stocked(1), 1))
    assert client_for(merchant, "finance").post(f"/orders/{order.pk}/delivered").status_code == 403
