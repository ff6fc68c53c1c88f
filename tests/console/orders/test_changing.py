"""Another price before it is paid, another address before it is shipped."""

from __future__ import annotations

import pytest

from tests.api.pool import make_store
from tests.console.conftest import text
from tests.factories import shop as own
from tests.factories.merchants import make_merchant
from yutang.areas.merchants import services as services_of_staff
from yutang.areas.orders import queries_shop, services
from yutang.areas.orders.models import Order, ShopOrder
from yutang.core import tenancy
from yutang.core.models import AuditEntry


def made(merchant, *, is_paid: bool = False) -> Order:
    with tenancy.scope(merchant.pk):
        return (own.paid if is_paid else own.place)((own.stocked(9, name="Cake"), 2))


def priced(**more) -> dict[str, str]:
    return {"goods": "180", "freight": "5", "reason": "Old friend", "expected": "20000", **more}


def test_another_price(client_for, merchant):
    order = made(merchant)
    client = client_for(merchant)
    assert f"/orders/{order.pk}/price" in text(client.get(f"/orders/{order.pk}"))
    page = text(client.get(f"/orders/{order.pk}/price"))
    assert 'value="200.00"' in page
    assert client.post(f"/orders/{order.pk}/price", priced()).headers["Location"] == f"/orders/{order.pk}"
    page = text(client.get(f"/orders/{order.pk}"))
    for shown in ("CN¥185.00", "CN¥200.00 → CN¥185.00 · Old friend", "Price agreed"):
        assert shown in page, shown


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"goods": "0", "freight": ""}, "more than what was paid"), ({"reason": ""}, "This field is required."),
        ({"goods": "x"}, "not an amount"), ({"expected": "1"}, "The price has changed meanwhile."),
    ],
)  # fmt: skip
def test_what_is_no_price(client_for, merchant, wrong, said):
    order = made(merchant)
    assert said in text(client_for(merchant).post(f"/orders/{order.pk}/price", priced(**wrong)), 422)
    with tenancy.scope(merchant.pk):
        assert ShopOrder.objects.get().total == 20_000


def test_a_paid_order_keeps_its_price(client_for, merchant):
    order = made(merchant, is_paid=True)
    client = client_for(merchant)
    assert f"/orders/{order.pk}/price" not in text(client.get(f"/orders/{order.pk}"))
    assert "this cannot be done now" in text(client.post(f"/orders/{order.pk}/price", priced()), 422)


ADDRESS = {
    "name": "李雷", "phone": "139 0013 9000", "province": "浙江省", "city": "杭州市", "district": "西湖区",
    "street": "文二路 9 号",
}  # fmt: skip


def test_another_address(client_for, merchant):
    order = made(merchant, is_paid=True)
    client = client_for(merchant)
    assert 'value="文三路 1 号"' in text(client.get(f"/orders/{order.pk}/address"))
    assert client.post(f"/orders/{order.pk}/address", ADDRESS).headers["Location"] == f"/orders/{order.pk}"
    with tenancy.scope(merchant.pk):
        found = queries_shop.recipient(ShopOrder.objects.get())
        assert (found.name, found.phone, found.street) == ("李雷", "+8613900139000", "文二路 9 号")
        looked = AuditEntry.objects.filter(object_type="order").order_by("id").values_list("action", flat=True)
        assert list(looked) == ["orders.unmask", "orders.readdress"]
    assert "Address changed" in text(client.get(f"/orders/{order.pk}"))


def test_who_may_not_see_it_does_not_see_it_here(client_for, merchant):
    order = made(merchant, is_paid=True)
    page = text(client_for(merchant, "operations").get(f"/orders/{order.pk}/address"))
    assert "文三路" not in page
    assert "王小明" not in page


def test_pasted_out_of_a_chat(client_for, merchant):
    order = made(merchant, is_paid=True)
    pasted = "李雷 13900139000 浙江省杭州市西湖区文二路9号"
    page = text(client_for(merchant).post(f"/orders/{order.pk}/address", {"pasted": pasted}))
    assert 'value="李雷"' in page
    assert 'value="西湖区"' in page


def test_all_that_is_wrong_is_said(client_for, merchant):
    order = made(merchant, is_paid=True)
    page = text(client_for(merchant).post(f"/orders/{order.pk}/address", {**ADDRESS, "phone": "1", "street": ""}), 422)
    assert "This is no phone number." in page
    assert "Write 2 to 120 characters." in page


def test_what_has_left_has_left(client_for, merchant):
    order = made(merchant, is_paid=True)
    with tenancy.scope(merchant.pk):
        services.ship(order_id=order.pk, key="p", actor=own.actor())
    client = client_for(merchant)
    assert "Change address" not in text(client.get(f"/orders/{order.pk}"))
    assert "this cannot be done now" in text(client.post(f"/orders/{order.pk}/address", ADDRESS), 422)


def test_the_wrong_person(client_for, merchant):
    order = made(merchant)
    for client, status in (
        (client_for(make_merchant()), 404), (client_for(merchant, "owner", make_store(merchant)), 404),
        (client_for(merchant, "guide"), 403), (client_for(merchant, "service"), 403),
    ):  # fmt: skip
        for action, sent in (("price", priced()), ("address", ADDRESS)):
            assert client.post(f"/orders/{order.pk}/{action}", sent).status_code == status, action
    with tenancy.scope(merchant.pk):
        assert ShopOrder.objects.get().total == 20_000


def test_who_sees_recipients_of_one_store_changes_those_of_others_without(client_for, merchant):
    order, store = made(merchant, is_paid=True), make_store(merchant)
    client = client_for(merchant, "operations")
    with tenancy.scope(merchant.pk):
        services_of_staff.grant_role(member=client.member, role_key="owner", node=store, actor=own.actor())
    page = text(client.get(f"/orders/{order.pk}/address"))
    assert "文三路" not in page
    with tenancy.scope(merchant.pk):
        assert not AuditEntry.objects.filter(action="orders.unmask").exists()
