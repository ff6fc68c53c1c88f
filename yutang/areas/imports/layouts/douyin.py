"""Douyin 抖店: one row per sub-order; in merged exports one row per order with the sub-orders' values joined by `;`.

订单应付金额 of a row includes the row's 运费; an order's freight is the sum over its rows. There is no refund amount: a
sub-order whose after-sale succeeded, or that was closed after payment, is given back whole.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from .. import headers as names
from ..allocate import allocate
from ..mapping import Mapping
from ..schema import OrderStatus
from .base import AMOUNT, FREIGHT, REFUND, Layout, Whole, is_word

SPLIT = (
    "子订单编号", "选购商品", "商品规格", "商品数量", "商品ID", "商家编码", "货号", "商品单价", "订单应付金额", "运费",
    "优惠总金额", "售后状态", "订单状态",
)  # fmt: skip


def prepare(whole: Whole, _: Whole | None) -> Whole:
    origin = _split_merged(whole)
    paid, _none = whole.money("订单应付金额")
    freight, _none = whole.money("运费")
    # A merged row may give one amount for all its sub-orders: count it once and spread it over them.
    rows, first, groups = np.unique(origin, return_index=True, return_inverse=True)
    shares = whole.list_value(["商品单价"], ["商品数量"])
    merged = np.bincount(groups, minlength=len(rows))[groups] > 1
    single = merged & _same_in_group(paid, groups, first) & ~whole_split(whole)
    paid = np.where(single, allocate(paid[first], groups, shares), paid)
    freight = np.where(single & ~_is_first(first, len(whole)), 0, freight)
    freight = np.clip(freight, 0, np.maximum(paid, 0))
    whole.put(AMOUNT, paid - freight)
    orders, first_of_order = whole.orders(["主订单编号"] if whole.has("主订单编号") else ["子订单编号"])
    totals = np.zeros(len(first_of_order), np.int64)
    np.add.at(totals, orders, freight)
    whole.put_once(FREIGHT, totals, first_of_order)

    returned = np.zeros(len(whole), bool)
    after_sale, status, paid_at = whole.column("售后状态"), whole.column("订单状态"), whole.column("支付完成时间")
    if after_sale is not None:
        returned |= is_word(after_sale, "退款成功|已退款|已全额退款")
    if status is not None and paid_at is not None:
        returned |= is_word(status, "关闭|取消") & ~paid_at.empty
    whole.put(REFUND, np.where(returned, paid, 0), empty=~returned | (paid == 0))
    return whole


def whole_split(whole: Whole) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Rows whose amount was itself one of the joined values."""
    marked = whole.table.column("=amount_split").combine_chunks().to_numpy(zero_copy_only=False)
    return np.asarray(marked, bool)


def _split_merged(whole: Whole) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Give each sub-order of a merged row a row of its own. Returns the original row of each."""
    ids = whole.text("子订单编号")
    count = len(whole)
    parts = [1 if text is None or ";" not in text else text.strip(";").count(";") + 1 for text in ids.to_pylist()]
    origin = np.repeat(np.arange(count), parts)
    split = np.zeros(len(origin), bool)
    if len(origin) != count:
        place = np.arange(len(origin)) - np.repeat(np.cumsum([0, *parts[:-1]]), parts)
        sizes = np.asarray(parts)[origin]
        headers = [header for header in SPLIT if whole.has(header)]
        texts = {header: whole.text(header).to_pylist() for header in headers}
        whole.table = whole.table.take(pa.array(origin))
        for header, cells in texts.items():
            values: list[str | None] = []
            for i, (row, part, size) in enumerate(zip(origin.tolist(), place.tolist(), sizes.tolist(), strict=True)):
                pieces = (cells[row] or "").strip(";").split(";") if size > 1 else []
                joined = len(pieces) == size
                values.append(pieces[part].strip() if joined else cells[row])
                if joined and header == "订单应付金额":
                    split[i] = True
            whole.put(names.key(header), pa.array(values, pa.string()))
    whole.put("=amount_split", pa.array(split.astype(np.int64)))
    if len(origin) != count:  # places count sub-orders now
        whole.number_lines(["主订单编号", "子订单编号"])
    return origin


def _same_in_group(values: np.ndarray, groups: np.ndarray, first: np.ndarray) -> np.ndarray:
    return np.asarray(values == values[first][groups])


def _is_first(first: np.ndarray, count: int) -> np.ndarray:
    mask = np.zeros(count, bool)
    mask[first] = True
    return mask


LAYOUT = Layout(
    kind="douyin",
    source="douyin",
    label="Douyin shop: order export",
    label_zh="抖店：订单导出",
    mapping=Mapping(
        columns={
            "order_no": ("主订单编号", "子订单编号"),
            "line_key": ("子订单编号",),
            "status": ("订单状态",),
            "title": ("选购商品",),
            "spec": ("商品规格",),
            "quantity": ("商品数量",),
            "product_code": ("商品ID",),
            "sku_code": ("商家编码", "货号"),
            "amount": (AMOUNT,),
            "freight": (FREIGHT,),
            "refund": (REFUND,),
            "discount": ("优惠总金额",),
            "ordered_at": ("订单提交时间",),
            "paid_at": ("支付完成时间",),
            "shipped_at": ("发货时间",),
            "completed_at": ("订单完成时间",),
            "name": ("收件人",),
            "phone": ("收件人手机号",),
            "province": ("省",),
            "city": ("市",),
            "district": ("区",),
            "address": ("详细地址",),
            "store_code": ("所属门店ID",),
            "host": ("达人昵称", "达人ID"),
            "note": ("买家留言", "商家备注"),
        },
        statuses={
            "待支付": OrderStatus.UNPAID,
            "待付款": OrderStatus.UNPAID,
            "已支付": OrderStatus.PAID,
            "备货中": OrderStatus.PAID,
            "待发货": OrderStatus.PAID,
            "部分发货": OrderStatus.PARTLY_SHIPPED,
            "已发货": OrderStatus.SHIPPED,
            "已完成": OrderStatus.COMPLETED,
            "已关闭": OrderStatus.CLOSED,
            "已取消": OrderStatus.CLOSED,
        },
        defaults={"quantity": "1"},
        timezone="Asia/Shanghai",
    ),
    marks=(
        "选购商品",
        "订单应付金额",
        "订单提交时间",
        "支付完成时间",
        "达人ID",
        "达人昵称",
        "鲁班落地页ID",
        "流量体裁",
        "收件人手机号",
    ),
    also=(*SPLIT, "商品单价"),
    prepare=prepare,
)
