"""The columns, in Chinese and in English. Coming back a file needs only the last three."""

from __future__ import annotations

from dataclasses import dataclass

from yutang.areas.imports import headers
from yutang.areas.imports.products.columns import Column

EDIT = "orders.edit"
COLUMNS = (
    Column("order_no", "订单号", "Order number"),
    Column("ordered_at", "下单时间", "Ordered at"),
    Column("store", "发货门店", "Store"),
    Column("goods", "商品", "Goods"),
    Column("pieces", "待发件数", "Pieces to ship", is_text=False),
    Column("name", "收件人", "Recipient"),
    Column("phone", "收件电话", "Phone"),
    Column("province", "省份", "Province"),
    Column("city", "城市", "City"),
    Column("district", "区县", "District"),
    Column("street", "详细地址", "Street and number"),
    Column("buyer_note", "买家留言", "Note of the buyer"),
    Column("carrier", "快递公司", "Carrier"),
    Column("tracking_no", "快递单号", "Tracking number"),
)
NEEDED = ("order_no", "carrier", "tracking_no")
BY_NAME = {column.name: column for column in COLUMNS}
BY_HEADER = {headers.key(header): column.name for column in COLUMNS for header in (column.zh, column.en)} | {
    headers.key(header): name
    for name, others in {
        "order_no": ("订单编号",), "carrier": ("物流公司", "承运商"), "tracking_no": ("物流单号", "运单号", "运单号码"),
    }.items()
    for header in others
}  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """Why a row was left out; `reason` in the reader's language."""

    row: int  # as a spreadsheet counts
    order_no: str
    reason: str
