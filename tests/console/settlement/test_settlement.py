from __future__ import annotations

import csv
import io

import pytest
import time_machine

from tests.console.conftest import text
from tests.factories.merchants import make_merchant
from tests.factories.settlement import IN_MAY, MAY, after, give_back, make_store, sell
from yutang.areas.catalog import services as catalog
from yutang.areas.settlement import services
from yutang.areas.settlement.models import Payment, Statement, StoreTerms, Supplier
from yutang.areas.settlement.queries import Party
from yutang.core import tenancy

PERIOD = {"since": MAY[0], "until": MAY[1]}
QUERY = f"since={MAY[0]}&until={MAY[1]}"


@pytest.fixture
def north(merchant, actor):
    store = make_store("N")
    services.save_terms(node_id=store.pk, share=9_000, serve_share=1_000, gift_share=0, actor=actor)
    return store


@pytest.fixture
def closed(merchant, actor, north):
    sell(north, 10_000)
    with time_machine.travel(after(MAY[1]), tick=False):
        return services.close(party=Party("node", north.pk), since=MAY[0], until=MAY[1], actor=actor)


def rows(response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_every_figure_opens_its_rows(client_for, merchant, actor, north):
    south = make_store("S")
    order = sell(north, 10_000, served_at=south)
    give_back(order, 1_000, IN_MAY)
    sell(south, 500)
    client = client_for(merchant)
    page = client.get(f"/settlement/stores/{north.pk}?{QUERY}")
    assert [(r["line"].what, r["line"].base, r["line"].due) for r in page.context["lines"]] == [
        ("sold", 9_000, 8_100), ("served_by", 9_000, 0),
    ]  # fmt: skip
    assert "CN¥81.00" in text(page)
    for what, node, amounts in (
        ("sold", north, [-1_000, 10_000]), ("served_by", north, [-1_000, 10_000]), ("served_for", north, []),
        ("served_for", south, [-1_000, 10_000]), ("cash", north, []),
    ):  # fmt: skip
        found = client.get(f"/settlement/stores/{node.pk}/rows?what={what}&{QUERY}")
        assert [row.amount for row in found.context["page"].rows] == amounts, what
    assert client.get(f"/settlement/stores/{north.pk}/rows?what=gift&{QUERY}").status_code == 404
    assert rows(client.get(f"/settlement/stores/{north.pk}?{QUERY}&format=csv"))[1:] == [
        ["Sold by the store", "9000", "8100", "2"], ["Given out by other stores", "9000", "0", "2"],
    ]  # fmt: skip


def test_terms_are_set_in_percent(client_for, merchant, north):
    client = client_for(merchant)
    path = f"/settlement/stores/{north.pk}/terms"
    assert 'value="90"' in text(client.get(path)).replace("90.00", "90")
    assert client.post(path, {"share": "87.5", "serve_share": "5", "gift_share": "0"}).status_code == 302
    assert StoreTerms.objects.get().share == 8_750
    assert client.post(path, {"share": "101", "serve_share": "5", "gift_share": "0"}).status_code == 422


def test_a_period_is_closed_once_and_paid(client_for, merchant, actor, north):
    sell(north, 10_000)
    path = f"/settlement/stores/{north.pk}/close"
    with time_machine.travel(after(MAY[1]), tick=False):
        client = client_for(merchant, role="finance")
        first = client.post(path, PERIOD).headers["Location"]
        assert client.post(path, PERIOD).headers["Location"] == first
        assert client.post(path, {"since": "x"}).headers["Location"] == f"/settlement/stores/{north.pk}"
        found = Statement.objects.get()
        page = client.get(first)
        assert "CN¥90.00" in text(page)
        key = page.context["form"].initial["key"]
        pay = {"amount": "40", "key": key, "note": "Bank"}
        assert client.post(f"{first}/pay", pay).status_code == 302
        assert client.post(f"{first}/pay", pay).status_code == 302
        assert client.post(f"{first}/pay", pay | {"amount": "51", "key": "another-key"}).status_code == 422
    assert [p.amount for p in Payment.objects.all()] == [4_000]
    client = client_for(merchant, role="finance")
    assert "CN¥50.00" in text(client.get(f"/settlement/statements/{found.pk}"))
    assert rows(client.get(f"/settlement/statements/{found.pk}?format=csv"))[1] == [
        "Sold by the store",
        "10000",
        "9000",
        "1",
    ]


def test_suppliers(client_for, merchant, actor, north):
    client = client_for(merchant)
    drinks = catalog.save_category(name="Drinks", actor=actor)
    given = {"name": "Farm", "category_id": drinks.pk, "share": "60"}
    assert client.post("/settlement/suppliers", given).status_code == 302
    farm = Supplier.objects.get()
    assert "Farm" in text(client.get("/settlement"))
    assert "Nothing happened in this period." in text(client.get(f"/settlement/suppliers/{farm.pk}?{QUERY}"))


def test_the_overview(client_for, merchant, closed, django_assert_num_queries):
    client = client_for(merchant)
    with django_assert_num_queries(11):
        page = text(client.get("/settlement"))
    assert f"#{closed.pk}" in page
    assert "Store N" in page


def test_a_store_sees_its_own_and_closes_nothing(client_for, merchant, actor, closed, north):
    south = make_store("S")
    services.save_terms(node_id=south.pk, share=1, serve_share=1, gift_share=1, actor=actor)
    mine, other = (client_for(merchant, role="store_manager", node=node) for node in (north, south))
    assert mine.get(f"/settlement/statements/{closed.pk}").status_code == 200
    assert "Store S" not in text(mine.get("/settlement"))
    assert mine.post(f"/settlement/stores/{north.pk}/close", PERIOD).status_code == 403
    for path in (f"statements/{closed.pk}", f"stores/{north.pk}", f"stores/{north.pk}/rows"):
        assert other.get(f"/settlement/{path}").status_code == 404
    chief = client_for(merchant, role="owner", node=north)
    assert chief.post(f"/settlement/stores/{north.pk}/close", PERIOD).status_code == 403
    assert chief.get(f"/settlement/stores/{north.pk}/terms").status_code == 403


def test_another_merchant_sees_nothing(client_for, merchant, closed, north):
    other = make_merchant()
    client = client_for(other)
    assert client.get(f"/settlement/statements/{closed.pk}").status_code == 404
    assert client.post(f"/settlement/statements/{closed.pk}/pay", {"amount": "1"}).status_code == 404
    assert tenancy.current_merchant_id() == merchant.pk


@pytest.mark.parametrize("role", ["guide", "operations"])
def test_needs_the_permission(client_for, merchant, role):
    assert client_for(merchant, role=role).get("/settlement").status_code == 403
