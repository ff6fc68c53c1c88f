from __future__ import annotations

import re

import pytest
import time_machine

from tests.api.pool import make_store
from tests.factories import shop as own
from tests.factories.merchants import make_merchant
from yutang.areas.inventory.models import StockItem
from yutang.areas.segments.models import Segment
from yutang.core import tenancy

NOW = "2026-03-15 02:00:00+00:00"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=True):
        yield


def page(client, address="/"):
    response = client.get(address)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def test_an_empty_pool_says_what_to_do(client_for, transactional_db):
    shown = page(client_for(make_merchant()))
    assert "Your pond is still empty" in shown
    assert "data-chart" not in shown
    assert 'href="/products/new"' in shown
    assert 'href="/settings/payments"' in shown


def test_the_figures_of_the_last_30_days(client_for, shop):
    shown = page(client_for(shop.merchant))
    for figure in ("CN¥1,259.96", "10 days", "50.0%"):
        assert figure in shown, figure
    assert 'id="chart-trend"' in shown
    assert 'id="chart-pareto"' in shown
    assert "Data as of" in shown
    assert "Changes are against 2026-01-15 – 2026-02-13" in shown


def test_the_value_of_a_customer_is_the_product_shown(client_for, shop):
    shown = page(client_for(shop.merchant))
    worth = re.search(r'<div class="yt-product">(.*?)</div>', shown)[1]
    figures = re.findall(r'yt-kpi-value">([^<]+)<', worth)
    signs = re.findall(r'yt-times" aria-hidden="true">(.)<', worth)
    assert signs == ["×", "="]
    frequency, average, value = (float(figure.strip("CN¥").replace(",", "")) for figure in figures)
    assert frequency * average == pytest.approx(value, abs=0.02)


def test_days_and_store_stay_in_the_address(client_for, shop):
    client = client_for(shop.merchant)
    shown = page(client, f"/?range=7d&store={shop.second.pk}")
    assert "CN¥5.00" in shown
    assert f'href="/figures/sales.net?range=7d&amp;store={shop.second.pk}"' in shown
    custom = page(client, "/?since=2026-03-01&until=2026-03-02")
    assert "CN¥1,234.56" in custom
    assert 'href="/figures/sales.net?since=2026-03-01&amp;until=2026-03-02"' in custom


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/?since=2026-02-30", 422),
        ("/?since=2026-03-05&until=2026-03-01", 422),
        ("/?store=999999", 404),
        ("/?store=first", 404),
        ("/?store=²", 404),
        ("/?range=yesteryear", 200),
        ("/figures/nothing", 404),
        ("/figures/nothing/rows", 404),
        ("/figures/cohorts?by=hour", 422),
        ("/figures/sales.net/rows?cursor=after.1", 200),
        ("/figures/sales.net/rows?cursor=after.999999999999999999.999999999999999999", 200),
    ],
)
def test_bad_input_gets_a_clear_answer(client_for, shop, address, status):
    assert client_for(shop.merchant).get(address).status_code == status


def test_each_figure_opens_its_definition_sql_and_rows(client_for, shop):
    shown = page(client_for(shop.merchant), "/figures/customers.repeat")
    assert "Customers who have bought on at least two different days." in shown
    assert "WITH line AS MATERIALIZED" in shown
    assert "anna" in shown
    assert "bo</td>" not in shown
    assert "1 in all" in shown
    assert 'data-label="Customer"' in shown  # on a phone each cell says its column


def test_rows_come_alone_when_htmx_asks(client_for, shop):
    client = client_for(shop.merchant)
    part = client.get("/figures/sales.net/rows", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "5 in all" in part
    assert "<html" in page(client, "/figures/sales.net/rows")


def test_cohorts(client_for, shop):
    for by, label in (("week", "2026-02-23"), ("month", "2026-03"), ("quarter", "2026 Q1")):
        assert label in page(client_for(shop.merchant), f"/figures/cohorts?by={by}")


def test_a_store_manager_sees_the_own_store_only(client_for, shop):
    client = client_for(shop.merchant, role="store_manager", node=shop.second)
    shown = page(client)
    assert "CN¥5.00" in shown
    assert "CN¥1,259.96" not in shown
    assert client.get(f"/?store={shop.first.pk}").status_code == 404
    assert "anna" not in page(client, "/figures/sales.net")


def test_names_only_for_those_who_may_see_customers(client_for, shop):
    assert "anna" not in page(client_for(shop.merchant, role="developer"), "/figures/customers.repeat")


def test_another_merchant_sees_nothing_of_it(client_for, shop):
    assert "Your pond is still empty" in page(client_for(make_merchant()))


def test_without_the_permission_the_page_is_refused(client_for, shop):
    for address in ("/figures/sales.net", "/figures/sales.net/rows", "/figures/cohorts"):
        assert client_for(shop.merchant, role="guide").get(address).status_code == 403


def test_database_queries_do_not_grow(client_for, shop, django_assert_num_queries):
    client = client_for(shop.merchant)
    for address, count in (("/", 18), ("/figures/sales.net", 17), ("/figures/sales.net/rows", 13)):
        client.get(address)
        with django_assert_num_queries(count):
            client.get(address)


def test_what_waits_leads_to_its_list(client_for, transactional_db):
    merchant = make_merchant()
    store = make_store(merchant)
    with tenancy.scope(merchant.pk):
        cake, last = own.stocked(20), own.stocked(1, node_id=store.pk)
        own.paid((cake, 1))
        own.paid((last, 1), fulfilment="pickup", node_id=store.pk)
        own.paid((cake, 1), identity=own.buyer("+8613811112222"))
        StockItem.objects.filter(sku=last).update(safety=5)
    of_store = {"/orders?tab=to_pick_up": 1, "/stock?tab=low": 1}
    assert waiting(client_for(merchant)) == {"/orders?tab=to_ship": 2, **of_store}
    assert waiting(client_for(merchant, "store_manager", store)) == of_store
    assert waiting(client_for(merchant, "finance")) == {}  # who only looks


def waiting(client) -> dict[str, int]:
    found = re.findall(r'class="yt-task" href="([^"]+)".*?<strong>(\d+)</strong>', page(client))
    return {address: int(count) for address, count in found}


def test_the_people_of_a_figure_become_a_segment(client_for, shop):
    client = client_for(shop.merchant)
    shown = page(client, "/figures/customers.buyers?range=7d")
    assert 'action="/figures/customers.buyers/save?range=7d"' in shown
    saved = client.post("/figures/customers.buyers/save?range=7d", {"name": "This week"})
    with tenancy.scope(shop.merchant.pk):
        segment = Segment.objects.get()
    assert saved.headers["Location"] == f"/segments/{segment.pk}"
    assert (segment.name, segment.last_count) == ("This week", 2)
    assert "2026-03-09 to 2026-03-15" in segment.description
    nobody = client.post("/figures/orders.anonymous_share/save?range=today", {"name": "Nobody"})
    assert "/figures/" in nobody.headers["Location"]
    with tenancy.scope(shop.merchant.pk):
        assert Segment.objects.count() == 1
    assert client_for(shop.merchant, role="finance").post("/figures/customers.buyers/save").status_code == 403
