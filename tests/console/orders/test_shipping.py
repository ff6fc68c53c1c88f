"""Shipping by file, on the screen."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.pool import sql
from tests.console.conftest import text
from tests.factories import shop as own
from tests.factories.merchants import make_merchant
from yutang.areas.imports import shipments
from yutang.areas.imports.models import ShipmentRun
from yutang.areas.orders.models import Order
from yutang.core import tenancy
from yutang.ui.fields import TableFileField


def made(merchant) -> Order:
    with tenancy.scope(merchant.pk):
        return own.paid((own.stocked(9, name="Cake"), 2))


def upload(client, *lines: str):
    content = "\n".join(["Order number,Carrier,Tracking number", *lines]).encode()
    return client.post("/orders/shipping", {"file": SimpleUploadedFile("s.csv", content)})


def test_out_filled_in_and_back(client_for, merchant):
    order = made(merchant)
    client = client_for(merchant)
    assert "/orders/shipping" in text(client.get("/orders"))
    exported = b"".join(client.post("/orders/shipping/export", {"format": "csv"}).streaming_content).decode()
    assert order.order_no in exported
    assert "王小明" in exported
    assert ",13800138000," in exported  # as couriers' programs take it
    answer = upload(client, f"{order.order_no},SF,SF10000001", "1,SF,SF10000002")
    with tenancy.scope(merchant.pk):
        run = ShipmentRun.objects.get()
    assert answer.headers["Location"] == f"/orders/shipping/{run.pk}"
    page = text(client.get(f"/orders/shipping/{run.pk}"))
    assert "Nothing has been shipped yet: 1 order can be." in page
    assert "there is no order of your shop with this number" in page
    assert client.post(f"/orders/shipping/{run.pk}/start").status_code == 302
    assert 'hx-trigger="every 1s"' in text(client.get(f"/orders/shipping/{run.pk}"))
    shipments.execute(run_id=run.pk, actor=own.access.system(merchant.pk))
    part = text(client.get(f"/orders/shipping/{run.pk}", headers={"HX-Request": "true", "HX-Target": "run"}))
    assert "every 1s" not in part
    assert "<html" not in part
    left_out = b"".join(client.get(f"/orders/shipping/{run.pk}/problems").streaming_content).decode("utf-8-sig")
    assert left_out.splitlines()[1].startswith("3,1,")
    client.post(f"/orders/shipping/{run.pk}/start")
    assert "cannot be started or changed now" in text(client.get(f"/orders/shipping/{run.pk}"))


def test_what_is_no_such_file(client_for, merchant):
    client = client_for(merchant)
    assert "This field is required." in text(client.post("/orders/shipping", {}), 422)
    for content in (b"", b"\x00\x01\x02", b"PK\x03\x04broken", b"a,b\n1,2", "订单号,快递单号\n1,2".encode()):
        answer = client.post("/orders/shipping", {"file": SimpleUploadedFile("s.csv", content)})
        assert answer.status_code == 422, content
    with tenancy.scope(merchant.pk):
        assert not ShipmentRun.objects.exists()


def test_the_list_asks_as_much_for_many_files_as_for_one(client_for, merchant):
    client = client_for(merchant)
    order = made(merchant)
    counts = []
    for number in range(3):
        upload(client, f"{order.order_no},SF,SF1000000{number}")
        with CaptureQueriesContext(connection) as captured:
            text(client.get("/orders/shipping"))
        counts.append(len(sql(captured)))
    assert counts == [5, 5, 5]


def test_the_wrong_person(client_for, merchant):
    order = made(merchant)
    upload(client_for(merchant), f"{order.order_no},SF,SF10000001")
    with tenancy.scope(merchant.pk):
        run = ShipmentRun.objects.get()
    for client, status in ((client_for(make_merchant()), 404), (client_for(merchant, "guide"), 403)):
        for address in (f"/orders/shipping/{run.pk}", f"/orders/shipping/{run.pk}/problems"):
            assert client.get(address).status_code == status
        assert client.post(f"/orders/shipping/{run.pk}/start").status_code == status
    assert client_for(merchant, "guide").post("/orders/shipping/export").status_code == 403


def test_a_file_that_is_too_large_is_not_read(client_for, merchant, monkeypatch):
    monkeypatch.setattr(TableFileField, "MOST_MEGABYTES", 0)
    assert "At most 0 MB." in text(upload(client_for(merchant), "1,SF,SF10000002"), 422)
    with tenancy.scope(merchant.pk):
        assert not ShipmentRun.objects.exists()
