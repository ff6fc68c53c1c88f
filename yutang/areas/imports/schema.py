"""The one table every reader produces: one row per order line, whatever platform the file came from.

Readers (`layouts/`, or a merchant's own mapping) turn files into Arrow tables of `CANONICAL`; everything after them
(staging, identity, orders, facts) knows only this shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa


class OrderStatus(StrEnum):
    """Where an order stands. Platforms' own words are mapped to these; the word itself is kept in `raw_status`."""

    UNPAID = "unpaid"
    PAID = "paid"
    PARTLY_SHIPPED = "partly_shipped"
    SHIPPED = "shipped"
    COMPLETED = "completed"
    CLOSED = "closed"  # never paid, or cancelled with everything given back: no sale lines


class LineKind(StrEnum):
    GOODS = "goods"
    FREIGHT = "freight"
    REFUND = "refund"  # negative amount


UTC_MICROS = pa.timestamp("us", tz="UTC")

CANONICAL = pa.schema(
    [
        # where it came from
        pa.field("row", pa.int64(), nullable=False),  # row number as a spreadsheet shows it: the header is row 1
        pa.field("shop", pa.string()),  # shop name or id at the platform; null when the file has none
        pa.field("order_no", pa.string(), nullable=False),
        # Unique inside the order and stable between exports: the sub-order number, else the line's place in its
        # order ("1", "2", …); "#freight" for freight; the refunded line's key + "#refund" for refunds.
        pa.field("line_key", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),  # LineKind
        pa.field("status", pa.string(), nullable=False),  # OrderStatus, of the order
        pa.field("raw_status", pa.string()),
        # when (all UTC)
        pa.field("ordered_at", UTC_MICROS, nullable=False),
        pa.field("paid_at", UTC_MICROS),
        pa.field("shipped_at", UTC_MICROS),
        pa.field("completed_at", UTC_MICROS),
        pa.field("updated_at", UTC_MICROS),  # the newest time in the row; decides which of two exports is newer
        # what
        pa.field("product_code", pa.string()),  # the platform's product id
        pa.field("sku_code", pa.string()),  # the merchant's own code (商家编码)
        pa.field("title", pa.string()),
        pa.field("spec", pa.string()),
        pa.field("quantity", pa.int64(), nullable=False),  # negative on credits; 0 on freight and money-only refunds
        pa.field("amount", pa.int64(), nullable=False),  # minor units, paid for this line after discounts, signed
        pa.field("discount", pa.int64()),  # minor units, informative
        # who; every identifier already cleaned, null when absent, masked, virtual or cipher text
        pa.field("buyer_id", pa.string()),  # platform buyer id (买家会员名, 下单帐号, customer number)
        pa.field("unionid", pa.string()),
        pa.field("openid", pa.string()),
        pa.field("external_userid", pa.string()),
        pa.field("oaid", pa.string()),
        pa.field("member_card", pa.string()),
        pa.field("phone", pa.string()),  # E.164, e.g. +8613800138000
        pa.field("email", pa.string()),  # lower case
        pa.field("name", pa.string()),  # buyer nickname, else receiver name
        pa.field("country", pa.string()),
        pa.field("province", pa.string()),
        pa.field("city", pa.string()),
        pa.field("district", pa.string()),
        pa.field("address", pa.string()),
        pa.field("birthday", pa.date32()),
        pa.field("accepts_marketing", pa.bool_()),
        # where it was sold
        pa.field("store_code", pa.string()),  # the merchant's own store (till, pickup store), else null
        pa.field("guide", pa.string()),  # staff named on the order (销售导购, 企微工号)
        pa.field("host", pa.string()),  # live host or promoter (达人)
        pa.field("note", pa.string()),
    ]
)


@dataclass(frozen=True)
class RowError:
    """Why a row was not imported. `code` is stable (translated on screen); `value` is what stood in the cell.

    row.required            a cell that no line can lack is empty (order number, status, order date, quantity, amount)
    row.id_corrupted        an id in scientific notation: a spreadsheet has thrown its last digits away
    row.date_unreadable     no date, or one that does not exist (30 February)
    row.number_unreadable   no decimal number
    row.too_large           a number beyond 2^53 minor units or pieces
    row.status_unknown      a status word that the layout or mapping does not list
    row.ragged              more or fewer cells than the header; `column` is empty, `value` the row
    """

    row: int
    column: str  # header as written in the file; the field's name where the file has no such column
    code: str  # row.id_corrupted, row.date_unreadable, row.status_unknown, row.number_unreadable, row.required, …
    value: str
