"""JD 京东 POP: one row per SKU; the order's amounts repeat on each of its rows and are counted once."""

from __future__ import annotations

import numpy as np

from ..mapping import Mapping
from ..schema import OrderStatus
from .base import AMOUNT, FREIGHT, ORDER_REFUND, Layout, Whole, is_word

PAID = "=paid"


def prepare(whole: Whole, _: Whole | None) -> Whole:
    """What the buyer paid is the balance he used plus what was left to pay (余额支付 + 应付金额), freight included."""
    payable, none = whole.money("应付金额")
    if none.all():
        payable, none = whole.money("结算金额", "订单金额")
    balance, _empty = whole.money("余额支付")
    whole.put(PAID, payable + balance, written="应付金额", empty=none)
    whole.spread_order_amount(LAYOUT.mapping)
    # A cancelled (删除) order is always given back whole; the file prints no refund of its own.
    status, paid_at = whole.column("订单状态"), whole.column("付款确认时间")
    if status is not None and paid_at is not None:
        groups, first = whole.orders(["订单号"])
        gone = (is_word(status, "删除|取消") & ~paid_at.empty)[first]
        totals = whole.once(groups, len(first), payable + balance, none)
        whole.put_once(ORDER_REFUND, np.where(gone, totals, 0), first)
    return whole


LAYOUT = Layout(
    kind="jd",
    source="jd",
    label="JD: order export",
    label_zh="京东：订单导出",
    mapping=Mapping(
        columns={
            "order_no": ("订单号", "订单编号"),
            "product_code": ("商品ID",),
            "sku_code": ("货号", "商家SKUID"),
            "title": ("商品名称",),
            "quantity": ("订购数量",),
            "price": ("京东价",),
            "order_amount": (PAID, "应付金额"),
            "amount": (AMOUNT,),
            "freight": (FREIGHT, "运费金额"),
            "order_refund": (ORDER_REFUND,),
            "status": ("订单状态",),
            "ordered_at": ("下单时间",),
            "paid_at": ("付款确认时间",),
            "completed_at": ("订单完成时间",),
            "buyer_id": ("下单帐号",),
            "name": ("客户姓名",),
            "address": ("客户地址",),
            "phone": ("联系电话",),
            "note": ("订单备注",),
        },
        statuses={
            "等待付款": OrderStatus.UNPAID,
            "等待出库": OrderStatus.PAID,
            "锁定": OrderStatus.PAID,
            "等待确认收货": OrderStatus.SHIPPED,
            "等待收货": OrderStatus.SHIPPED,
            "完成": OrderStatus.COMPLETED,
            "已完成": OrderStatus.COMPLETED,
            "(删除)*": OrderStatus.CLOSED,
            "(锁定)*": OrderStatus.PAID,
            "已取消": OrderStatus.CLOSED,
        },
        defaults={"quantity": "1"},
        timezone="Asia/Shanghai",
        amount="order_amount",
    ),
    marks=(
        "订购数量",
        "京东价",
        "结算金额",
        "余额支付",
        "下单帐号",
        "付款确认时间",
        "客户姓名",
        "商家SKUID",
        "运费金额",
    ),
    also=("应付金额", "结算金额", "订单金额", "余额支付"),
    prepare=prepare,
)
