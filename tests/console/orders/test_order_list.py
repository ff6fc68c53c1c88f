"""The list of orders of all channels: works, narrows, wrong person, limit."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.pool import make_order, make_person, make_store, sql
from tests.factories import shop as own
from tests.factories.merchants import make_merchant
from yutang.areas.orders import queries_list, services
from yutang.areas.orders.models import Order
from yutang.core import tenancy


def listed(client, query: str = "") -> list[int]:
    """Ids of the orders shown, in their order."""
    page = client.get(f"/orders{query}", headers={"HX-Request": "true", "HX-Target": "results"})
    assert page.status_code == 200, page.content.decode()[:800]
    return [row.pk for row in page.context["page"].rows]


@pytest.fixture
def world(merchant):
    """One order for each tab, and one of a marketplace."""
    store = make_store(merchant)
    with tenancy.scope(merchant.pk):
        cake, bread = own.stocked(20, name="Cheesecake", node_id=store.pk), own.stocked(20, name="Bread")
        unpaid, paid = own.place((cake, 1)), own.paid((cake, 1), (bread, 2), identity=own.buyer("+8613811112222"))
        fetched = own.paid((cake, 1), fulfilment="pickup", node_id=store.pk)
        sent, part, closed = own.paid((bread, 1)), own.paid((bread, 2)), own.place((bread, 1))
        services.ship(order_id=sent.pk, tracking_no="SF100", key="a", actor=own.actor())
        services.ship(order_id=part.pk, pieces={0: 1}, key="b", actor=own.actor())
        services.close(order_id=closed.pk, because="by_staff", actor=own.actor())
        code = fetched.shop.pickup_code
    imported = make_order(merchant, make_person(merchant, name="Zhang San"), amounts=(5000, -2000), order_no="TB-1")
    waiting = make_order(merchant, None, order_no="TB-2", source="jd", amounts=(700,), status="paid")
    return {
        "unpaid": unpaid.pk, "paid": paid.pk, "fetched": fetched.pk, "sent": sent.pk, "part": part.pk,
        "waiting": waiting.pk, "closed": closed.pk, "imported": imported.pk, "code": code, "store": store,
        "channel": imported.channel_id, "number": paid.order_no,
    }  # fmt: skip


def test_tabs(client_for, merchant, world):
    client = client_for(merchant)
    everything = ("unpaid", "paid", "fetched", "sent", "part", "closed", "imported", "waiting")
    by_tab = {
        "": {*everything}, "unpaid": {"unpaid"},
        "to_ship": {"paid", "part"}, "to_ship_elsewhere": {"waiting"}, "to_pick_up": {"fetched"},
        "to_receive": {"sent"}, "done": {"imported"},
        "closed": {"closed"}, "nonsense": {*everything},
    }  # fmt: skip
    for tab, names in by_tab.items():
        found = listed(client, f"?tab={tab}")
        assert sorted(found) == sorted(world[name] for name in names), tab
    page = client.get("/orders?tab=to_pick_up&q=x").content.decode()
    assert 'href="/orders?tab=unpaid&amp;q=x"' in page  # filters are kept from tab to tab


def test_search_and_filters(client_for, merchant, world):
    client = client_for(merchant)
    cases = {
        f"?q={world['number']}": {"paid"}, "?q=SF100": {"sent"}, f"?q={world['code']}": {"fetched"},
        "?q=TB-1": {"imported"}, "?q=Zhang San": {"imported"}, "?q=13811112222": {"paid"}, "?q=nobody": set(),
        "?product=cheese": {"unpaid", "paid", "fetched"}, "?product=nothing": set(),
        f"?channel={world['channel']}": {"imported"}, f"?node={world['store'].pk}": {"fetched"},
        "?payment=refunded": {"imported"}, "?payment=unpaid": {"unpaid", "closed"},
        "?until=2026-03-31": {"imported", "waiting"}, "?since=2026-04-01&q=TB-1": set(),
        "?since=never&channel=x&node=y&q=TB-1": {"imported"},
    }  # fmt: skip
    for query, names in cases.items():
        assert sorted(listed(client, query)) == sorted(world[name] for name in names), query


def tabs(client, address: str = "/orders") -> list[str]:
    """What the tabs say, and the chips below them."""
    context = client.get(address).context
    return [label for _address, label in context["tabs"]] + [label for _address, label, _tab in context["places"]]


def test_counts_of_what_waits(client_for, merchant, world):
    client = client_for(merchant)
    counted = ["All", "To pay 1", "To ship 2", "To pick up 1", "To receive 1", "Completed", "Closed"]
    assert tabs(client) == counted
    assert tabs(client, "/orders?tab=to_ship&q=nothing") == [*counted, "Own shop 2", "Other channels 1"]
    page = client.get("/orders?tab=to_ship_elsewhere&q=TB-2").content.decode()
    assert 'href="/orders?tab=to_ship&amp;q=TB-2">Own shop 2' in page
    assert "shipped on their platforms" in page
    manager = client_for(merchant, "store_manager", world["store"])
    assert tabs(manager)[1:5] == ["To pay", "To ship", "To pick up 1", "To receive"]


def test_counts_end_at_a_limit_and_take_one_statement(client_for, merchant):
    with tenancy.scope(merchant.pk):
        first = own.paid((own.stocked(9), 1))
        many = [
            Order(
                merchant_id=merchant.pk, channel_id=first.channel_id, order_no=f"M{n}", status="paid",
                node_id=first.node_id, ordered_at=first.ordered_at, updated_at=first.updated_at,
            )
            for n in range(101)
        ]  # fmt: skip
        Order.objects.bulk_create(many)
        with CaptureQueriesContext(connection) as captured:
            found = queries_list.waiting(own.actor(), dict.fromkeys(queries_list.WAITING, "orders.view"))
    assert found == {"to_ship": 1, "to_ship_elsewhere": 100}
    assert len([one for one in sql(captured) if "orders_order" in one]) == 1
    assert tabs(client_for(merchant), "/orders?tab=to_ship")[-2:] == ["Own shop 1", "Other channels 99+"]


def test_pages_by_key_with_the_same_number_of_queries(client_for, merchant):
    with tenancy.scope(merchant.pk):
        cake = own.stocked(100)
        ids = [own.place((cake, 1)).pk for _ in range(35)]
    client = client_for(merchant)
    listed(client)
    with CaptureQueriesContext(connection) as captured:
        first = client.get("/orders", headers={"HX-Request": "true", "HX-Target": "results"})
    page = first.context["page"]
    assert [row.pk for row in page.rows] == sorted(ids, reverse=True)[:30]
    assert len(sql(captured)) == 9
    assert listed(client, f"?cursor={page.next_cursor}") == sorted(ids, reverse=True)[30:]


def test_the_wrong_person(client_for, merchant, world):
    assert client_for(merchant, "developer").get("/orders").status_code == 403
    assert listed(client_for(make_merchant())) == []
    manager = client_for(merchant, "store_manager", world["store"])
    assert listed(manager) == [world["fetched"]]
    assert listed(manager, "?q=TB-1") == []
