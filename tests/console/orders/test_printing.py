"""Pick lists and packing slips: what stands on them, for whom, and how much is asked for them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.pool import make_order, make_person, make_store, sql
from tests.factories import shop as own
from tests.factories.catalog import make_product
from tests.factories.merchants import make_merchant
from yutang.areas.aftersale import services as aftersale
from yutang.areas.catalog import services as catalog
from yutang.areas.catalog.models import Category, Sku
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import queries_packing, services
from yutang.areas.orders.services import Recipient
from yutang.core import audit, tenancy

HOME = Recipient("欧阳小明", "+8613712345678", "浙江省", "杭州市", "西湖区", "文三路 9 号")


@pytest.fixture
def store(merchant):
    return make_store(merchant)


def thing(code: str, category: Category | None = None) -> Sku:
    """At the headquarters."""
    draft = catalog.SkuDraft(code=code, price=10_000, weight=500)
    sku = make_product(draft, category_id=category.pk if category else None).skus.get()
    own.put(sku, 20)
    return sku


@pytest.fixture
def world(merchant, store):
    """Two orders to ship, one of them partly gone and partly called off; one to fetch; one with nothing to do."""
    with tenancy.scope(merchant.pk):
        cakes, breads = (catalog.save_category(name=name, actor=own.actor()) for name in ("Cakes", "Breads"))
        bread, cake, jam = thing("A1", breads), thing("Z9", cakes), thing("A0")
        served = own.stocked(20, name="Fetched", node_id=store.pk)
        first = own.paid((cake, 2), (bread, 1), recipient=HOME, note="No nuts <please>")
        second = own.paid((cake, 4), (jam, 1), recipient=HOME)
        services.ship(order_id=second.pk, pieces={0: 1}, key="a", actor=own.actor())
        ask = aftersale.Ask(kind="refund_only", reason="unwanted", lines=[(0, 1)])
        aftersale.open_case(order_id=second.pk, ask=ask, key="k", actor=own.actor())
        fetched = own.paid((served, 3), fulfilment="pickup", node_id=store.pk)
        done = own.paid((bread, 1))
        services.ship(order_id=done.pk, key="b", actor=own.actor())
    imported = make_order(merchant, make_person(merchant), amounts=(5000,), order_no="TB-1")
    return {"first": first, "second": second, "fetched": fetched, "done": done, "imported": imported}


def printed(client, *orders, status=200, **form):
    answer = client.post("/orders/print", {"ids": [order.pk for order in orders], **form})
    assert answer.status_code == status, answer.content.decode()[:800]
    return answer


def picked(answer) -> list[tuple[str, list[tuple[str, str, int]]]]:
    return [
        (one.store, [(pick.category, pick.item.sku_code, pick.pieces) for pick in one.picks])
        for one in answer.context["lists"]
    ]


def test_a_pick_list_sums_what_may_leave_now_by_store_category_and_code(client_for, merchant, store, world):
    answer = printed(client_for(merchant), *world.values(), show="pick")
    with tenancy.scope(merchant.pk):
        root, fetched = merchants.root_node(), world["fetched"].items.get()
    of_root = (root.name, [("Cakes", "Z9", 4), ("Breads", "A1", 1), ("", "A0", 1)])
    of_store = (store.name, [("", fetched.sku_code, 3)])
    assert picked(answer) == sorted([of_root, of_store])
    by_order = {
        order.order_no: [(item.sku_code, pieces) for item, pieces in lines]
        for one in answer.context["lists"] for order, lines in one.orders
    }  # fmt: skip
    assert by_order[world["second"].order_no] == [("Z9", 2), ("A0", 1)]
    assert by_order.keys() == {world[name].order_no for name in ("first", "second", "fetched")}
    page = answer.content.decode()
    assert "2 chosen orders are left out" in page
    assert "No nuts &lt;please&gt;" in page
    assert "欧" not in page


def test_slips_are_masked_until_somebody_who_may_asks_for_all_of_it(client_for, merchant, world):
    client = client_for(merchant)
    page = printed(client, world["first"], world["second"], show="slips").content.decode()
    assert page.count('<section class="yk-a4">') == 2
    assert ("欧**" in page, "文三路" in page, "5678" in page) == (True, False, True)
    assert "1 more piece stays here" in page
    with tenancy.scope(merchant.pk):
        assert not audit.entries(actor=own.actor()).filter(action="orders.print").exists()
    page = printed(client, world["first"], world["second"], in_full="slips").content.decode()
    assert "欧阳小明" in page
    assert "文三路 9 号" in page
    with tenancy.scope(merchant.pk):
        entry = audit.entries(actor=own.actor()).get(action="orders.print")
    assert entry.detail == {"orders": sorted([world["first"].pk, world["second"].pk])}


def test_a_slip_for_the_shelf_is_small_and_keeps_the_pickup_code_to_itself(client_for, merchant, world):
    page = printed(client_for(merchant), world["fetched"], show="small").content.decode()
    assert '<section class="yk-small">' in page
    assert f"<title>{world['fetched'].order_no}</title>" in page  # of the QR code
    assert world["fetched"].shop.pickup_code not in page


def test_all_that_the_filters_of_a_tab_leave(client_for, merchant, store, world, monkeypatch):
    client = client_for(merchant)
    listed = client.get("/orders?tab=to_ship&q=&node=").content.decode()
    assert 'href="/orders/print?tab=to_ship&amp;q=&amp;node=&amp;show=pick"' in listed
    assert "/orders/print?" not in client.get("/orders?tab=unpaid").content.decode()
    for query, names in {
        "tab=to_ship": ["first", "second"], "tab=to_pick_up": ["fetched"], "tab=to_pick_up&q=nobody": [],
        f"tab=to_ship&node={store.pk}": [], f"tab=to_ship&q={world['second'].order_no}": ["second"], "tab=done": [],
    }.items():  # fmt: skip
        answer = client.get(f"/orders/print?{query}")
        assert [one.order.pk for one in answer.context["packings"]] == [world[name].pk for name in names], query
    assert "Nothing to pack" in client.get("/orders/print").content.decode()
    monkeypatch.setattr(queries_packing, "MOST", 1)
    answer = client.get("/orders/print?tab=to_ship")
    assert [one.order.pk for one in answer.context["packings"]] == [world["first"].pk]
    assert "Only the first 1 are here" in answer.content.decode()


def test_who_may_print_what(client_for, merchant, store, world):
    manager = client_for(merchant, "store_manager", store)
    assert [one.order.pk for one in printed(manager, *world.values()).context["packings"]] == [world["fetched"].pk]
    assert printed(client_for(make_merchant()), *world.values()).context["packings"] == []
    for role in ("finance", "developer"):
        client = client_for(merchant, role)
        printed(client, world["first"], status=403)
        assert "/orders/print" not in client.get(f"/orders/{world['first'].pk}").content.decode()
    guide = client_for(merchant, "guide", store)
    printed(guide, world["fetched"], in_full="slips", status=403)  # who may not see recipients may not print them
    assert "Recipients in full" not in printed(guide, world["fetched"], show="slips").content.decode()
    page = client_for(merchant).get(f"/orders/{world['first'].pk}").content.decode()
    assert f'href="/orders/print?show=slips&amp;ids={world["first"].pk}"' in page
    assert "/orders/print" not in client_for(merchant).get(f"/orders/{world['done'].pk}").content.decode()


@pytest.mark.parametrize("count", [1, 50])
def test_many_orders_ask_as_much_as_one(client_for, merchant, count):
    with tenancy.scope(merchant.pk):
        cake, bread = own.stocked(200), own.stocked(200)
        orders = [own.paid((cake, 1), (bread, 2)) for _ in range(count)]
    client = client_for(merchant)
    printed(client, *orders)
    for form, queries in (({"show": "pick"}, 9), ({"show": "slips"}, 7), ({"in_full": "small"}, 8)):
        with CaptureQueriesContext(connection) as captured:
            printed(client, *orders, **form)
        assert len(sql(captured)) == queries, form


def test_nonsense_prints_nothing(client_for, merchant):
    client = client_for(merchant)
    for form in ({"ids": ["x", "-1", "9" * 30], "show": "x"}, {"in_full": "x"}, {"show": ["", "slips"]}):
        assert client.post("/orders/print", form).context["packings"] == []
