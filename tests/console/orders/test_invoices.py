"""Invoices on the screen: the list, a file, one written down and reversed."""

from __future__ import annotations

import csv
import io

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.pool import make_store
from tests.areas.orders.test_invoicing import follow
from tests.console.conftest import text
from tests.factories import shop as own
from tests.factories.invoices import COMPANY, PERSON, TAX_NO, asked, written
from tests.factories.merchants import make_merchant
from yutang.areas.orders import services
from yutang.areas.orders.models import Invoice, Order
from yutang.areas.orders.services import Back
from yutang.core import clock, tenancy
from yutang.core.models import AuditEntry

NUMBER = "25332000000012345678"


def made(merchant, details=COMPANY, **overrides) -> Order:
    with tenancy.scope(merchant.pk):
        order = own.paid((own.stocked(9, name="Cake", node_id=overrides.get("node_id")), 2), **overrides)
        asked(order, details)
    return order


def filled(page: str, **more) -> dict[str, str]:
    """The form as the page holds it."""
    hidden = dict.fromkeys(("revision", "amount"), "")
    for name in hidden:
        hidden[name] = page.split(f'name="{name}" value="')[1].split('"')[0]
    return {"number": NUMBER, "issued_on": clock.now().date().isoformat(), "url": "", **hidden, **more}


def test_from_waiting_to_reversed(client_for, merchant):
    order = made(merchant)
    client = client_for(merchant, "finance")
    where = f"/orders/{order.pk}/invoice"
    assert "/orders/invoices" in text(client.get("/orders"))
    page = text(client.get("/orders/invoices"))
    for shown in (order.order_no, "杭州***", "9111****433B", "CN¥200.00", "To be issued"):
        assert shown in page, shown
    assert COMPANY.title not in page
    page = text(client.get(where))
    for shown in (COMPANY.title, TAX_NO, COMPANY.email, "Cake", "× 2", "CN¥200.00", "Mark as issued"):
        assert shown in page, shown
    form = filled(page, url="https://example.com/1.pdf")
    assert client.post(where, form).headers["Location"] == where
    page = text(client.get(where))
    assert NUMBER in page
    assert "Mark as issued" not in page
    assert where in text(client.get(f"/orders/{order.pk}"))
    assert order.order_no not in text(client.get("/orders/invoices"))
    assert order.order_no in text(client.get("/orders/invoices?tab=issued"))
    with tenancy.scope(merchant.pk):
        services.refund(order_id=order.pk, back=[Back(0, 1)], reason="x", key="r", actor=own.actor())
        follow(merchant)
        assert AuditEntry.objects.filter(action="orders.look_at_invoice").count() == 2
    assert "-CN¥100.00" in text(client.get("/orders/invoices?tab=to_reverse"))
    page = text(client.get(where))
    assert "CN¥100.00 went back since it was issued" in page
    client.post(where, filled(page, number="RED-0001"))
    with tenancy.scope(merchant.pk):
        assert Invoice.objects.get().state == "issued"
    assert "Red-letter invoice" in text(client.get(where))


def test_what_is_refused(client_for, merchant):
    order, other = made(merchant), made(merchant)
    client = client_for(merchant)
    where = f"/orders/{order.pk}/invoice"
    form = filled(text(client.get(where)))
    tomorrow = "2999-01-01"
    for wrong, said in (
        ({"number": ""}, "This field is required."), ({"number": "1"}, "Write 4 to 40 letters and digits."),
        ({"issued_on": tomorrow}, "This day is still to come."), ({"issued_on": "x"}, "Enter a valid date."),
        ({"url": "ftp://x"}, "begins with https://"), ({"revision": "9"}, "has changed the invoice meanwhile"),
        ({"amount": "1"}, "has changed the invoice meanwhile"),
    ):  # fmt: skip
        assert said in text(client.post(where, form | wrong), 422), wrong
    with tenancy.scope(merchant.pk):
        written(other)
    assert "stands on another invoice already" in text(client.post(where, form), 422)
    with tenancy.scope(merchant.pk):
        asked(order, PERSON)
    page = text(client.post(where, form | {"number": "FREE-0001"}), 422)
    assert "has changed the invoice meanwhile" in page
    assert PERSON.title in page
    assert client.post(where, filled(page, number="FREE-0001")).status_code == 302


def test_found_by_number_and_title(client_for, merchant):
    order, other = made(merchant), made(merchant, PERSON)
    with tenancy.scope(merchant.pk):
        written(other)
    client = client_for(merchant)
    for query, found in ((order.order_no, order), (COMPANY.title, order), (NUMBER, other), (PERSON.title, other)):
        page = text(client.get("/orders/invoices", {"tab": "", "q": query}))
        assert [one.order_no in page for one in (order, other)] == [found == order, found == other], query
    assert "Nothing found" in text(client.get("/orders/invoices", {"q": "nobody"}))
    assert "No invoices here" in text(client.get("/orders/invoices", {"tab": "to_reverse"}))


def test_to_a_file(client_for, merchant):
    first, second = made(merchant), made(merchant, PERSON)
    client = client_for(merchant)
    answer = client.post("/orders/invoices/export", {"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [(row["Order number"], row["Invoice title"], row["Tax number"]) for row in rows] == [
        (first.order_no, COMPANY.title, TAX_NO), (second.order_no, PERSON.title, ""),
    ]  # fmt: skip
    assert [(row["Goods"], row["Quantity"], row["Amount with tax"], row["Invoice total"]) for row in rows] == [
        ("Cake", "2", "200.0", "200.0")
    ] * 2
    ticked = client.post("/orders/invoices/export", {"format": "csv", "ids": [second.pk, "x"]})
    content = b"".join(ticked.streaming_content).decode()
    assert (first.order_no in content, second.order_no in content) == (False, True)
    assert b"".join(client.post("/orders/invoices/export").streaming_content)[:2] == b"PK"
    with tenancy.scope(merchant.pk):
        entries = AuditEntry.objects.filter(action="orders.export_invoices").order_by("id")
        assert [entry.detail["orders"] for entry in entries] == [2, 1, 2]


def test_the_list_and_the_file_ask_as_much_for_many_as_for_one(client_for, merchant):
    client = client_for(merchant)
    listed, exported = [], []
    for _ in range(3):
        made(merchant)
        with CaptureQueriesContext(connection) as captured:
            text(client.get("/orders/invoices"))
        listed.append(len(captured))
        with CaptureQueriesContext(connection) as captured:
            b"".join(client.post("/orders/invoices/export", {"format": "csv"}).streaming_content)
        exported.append(len(captured))
    assert (listed, exported) == ([10] * 3, [17] * 3)


def test_the_wrong_person(client_for, merchant):
    north, south = make_store(merchant, "N"), make_store(merchant, "S")
    order = made(merchant, fulfilment="pickup", node_id=north.pk)
    where = f"/orders/{order.pk}/invoice"
    for client, status in (
        (client_for(make_merchant()), 404), (client_for(merchant, "service"), 403),
        (client_for(merchant, "finance", south), 404),
    ):  # fmt: skip
        assert client.get(where).status_code == status
        assert client.post(where, {"number": NUMBER}).status_code == status
        if status == 403:
            assert client.get("/orders/invoices").status_code == 403
            assert client.post("/orders/invoices/export").status_code == 403
            assert where not in text(client.get(f"/orders/{order.pk}"))
        else:
            assert order.order_no not in text(client.get("/orders/invoices"))
            content = b"".join(client.post("/orders/invoices/export", {"format": "csv"}).streaming_content)
            assert order.order_no not in content.decode()
    assert order.order_no in text(client_for(merchant, "finance", north).get("/orders/invoices"))
