"""Shopify: UTF-8 CSV; order cells only on an order's first row, times with the shop's own offset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from ..money import yuan
from ..truth import Order, Person, Truth
from .common import Row, columns

ENCODING = "utf-8"
SHOP_ZONE = ZoneInfo("America/Los_Angeles")
_ADDRESS = columns("Name,Street,Address1,Address2,Company,City,Zip,Province,Country,Phone")
HEADERS = [
    *columns(
        "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,"
        "Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,"
        "Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,"
        "Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status"
    ),
    *[f"Billing {part}" for part in _ADDRESS],
    *[f"Shipping {part}" for part in _ADDRESS],
    *columns(
        "Notes,Note Attributes,Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,"
        "Outstanding Balance,Employee,Location,Device ID,Id,Tags,Risk Level,Source,Lineitem discount,"
        "Tax 1 Name,Tax 1 Value,Tax 2 Name,Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,Tax 4 Value,"
        "Tax 5 Name,Tax 5 Value,Phone,Receipt Number,Duties,Billing Province Name,Shipping Province Name,"
        "Payment ID,Payment Terms Name,Next Payment Due At,Payment References"
    ),
]


def offset_clock(moment: datetime | None) -> str:
    """2026-05-01 10:00:00 -0700."""
    return "" if moment is None else moment.astimezone(SHOP_ZONE).strftime("%Y-%m-%d %H:%M:%S %z")


def financial_status(order: Order) -> str:
    if order.status == "unpaid":
        return "pending"
    if order.status == "closed":
        return "refunded" if order.refunds else "voided"
    return "partially_refunded" if order.refunds else "paid"


def fulfilment_status(order: Order) -> str:
    return {"shipped": "fulfilled", "partly_shipped": "partial"}.get(order.status, "unfulfilled")


def rows(orders: Sequence[Order], truth: Truth) -> Iterator[Row]:
    people = truth.person_by_no
    for order in orders:
        person = people[order.buyer_no]
        phone = f"'{order.phone_shown}" if order.phone_shown else ""
        off = sum(line.price * line.quantity for line in order.lines) - order.goods_amount
        head = {
            "Financial Status": financial_status(order),
            "Paid at": offset_clock(order.paid_at),
            "Fulfillment Status": fulfilment_status(order),
            "Fulfilled at": offset_clock(order.shipped_at),
            "Accepts Marketing": "yes" if person.person_no % 3 else "no",
            "Currency": "CNY",
            "Subtotal": yuan(order.goods_amount),
            "Shipping": yuan(order.freight),
            "Taxes": "0.00",
            "Total": yuan(order.total),
            "Discount Code": "WELCOME" if off else "",
            "Discount Amount": yuan(off),
            "Shipping Method": "International",
            "Notes": order.note,
            "Cancelled at": offset_clock(order.closed_at),
            "Payment Method": "Shopify Payments",
            "Refunded Amount": yuan(order.refunded),
            "Outstanding Balance": yuan(0 if order.is_sale else order.total),
            "Id": str(5_000_000_000_000 + int(order.order_no[1:]) * 32),
            "Risk Level": "Low",
            "Source": "web",
            "Phone": phone,
        }
        head |= _address("Billing", person, phone) | _address("Shipping", person, phone)
        for place, line in enumerate(order.lines):
            item = {
                "Name": order.order_no,
                "Email": person.email,
                "Created at": offset_clock(order.ordered_at),
                "Lineitem quantity": str(line.quantity),
                "Lineitem name": line.title,
                "Lineitem price": yuan(line.price),
                "Lineitem sku": line.sku,
                "Lineitem requires shipping": "true",
                "Lineitem taxable": "false",
                "Lineitem fulfillment status": "fulfilled" if order.shipped_at else "pending",
                "Lineitem discount": "0.00",
                "Vendor": truth.brand_en,
            }
            yield head | item if place == 0 else item


def _address(prefix: str, person: Person, phone: str) -> Row:
    return {
        f"{prefix} Name": person.name,
        f"{prefix} Street": person.address,
        f"{prefix} Address1": person.address,
        f"{prefix} City": person.city,
        f"{prefix} Zip": f"'{10000 + person.person_no * 7 % 89999:05d}",
        f"{prefix} Province": person.province,
        f"{prefix} Country": person.country,
        f"{prefix} Phone": phone,
    }
