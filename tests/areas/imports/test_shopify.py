"""Shopify: following rows of an order leave the order's cells blank; times carry an offset."""

# ruff: noqa: E501 - rows of sample files stay on one line
from __future__ import annotations

from pathlib import Path

from tests.areas.imports.files import brief, read_all, write
from yutang.areas.imports.detect import detect

TEXT = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Total,"
    "Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Name,Billing Phone,Billing Zip,"
    "Cancelled at,Refunded Amount,Shipping Country\n"
    "#1001,Ann@Example.com,partially_refunded,2026-05-01 10:00:05 +0200,fulfilled,2026-05-02 10:00:00 +0200,yes,EUR,100.00,"
    "5.00,105.00,2026-05-01 10:00:00 +0200,1,Tea,10.00,K1,Ann Lee,'+49 30 901820,'10115,,10.00,DE\n"
    "#1001,,,,,,,,,,,,2,Cup,10.00,K2,,,,,,\n"
    "#1002,bob@example.com,pending,,unfulfilled,,no,EUR,10.00,0.00,10.00,2026-05-02 10:00:00 +0200,1,Tea,10.00,K1,Bob,,,,0.00,DE\n"
    "#1003,bob@example.com,on hold,,unfulfilled,,no,EUR,10.00,0.00,10.00,2026-05-02 10:00:00 +0200,1,Tea,10.00,K1,Bob,,,,,DE\n"
)


def test_orders(tmp_path: Path) -> None:
    path = write(tmp_path, "orders_export_1.csv", TEXT)
    assert detect(path).kind == "shopify"
    rows, errors = read_all(path, timezone="Europe/Berlin", phone_region="DE")
    assert [(e.row, e.code, e.value) for e in errors] == [(5, "row.status_unknown", "on hold")]
    assert brief(rows) == [
        ("#1001", "1", "goods", 1, 3333),
        ("#1001", "2", "goods", 2, 6667),
        ("#1002", "1", "goods", 1, 1000),
        ("#1001", "#freight", "freight", 0, 500),
        ("#1001", "#refund", "refund", 0, -1000),
    ]
    second, unpaid = rows[1], rows[2]
    assert (second["email"], second["phone"], second["name"]) == ("ann@example.com", "+4930901820", "Ann Lee")
    assert (second["status"], second["accepts_marketing"], second["country"]) == ("shipped", True, "DE")
    assert second["ordered_at"].isoformat() == "2026-05-01T08:00:00+00:00"
    assert (unpaid["status"], unpaid["accepts_marketing"]) == ("unpaid", False)
