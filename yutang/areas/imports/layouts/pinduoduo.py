"""Pinduoduo 拼多多: one row per order, no buyer. Refunds are words, not amounts: 退款成功 gives everything back."""

from __future__ import annotations

import numpy as np

from ..mapping import Mapping
from ..schema import OrderStatus
from .base import AMOUNT, FREIGHT, ORDER_REFUND, Layout, Whole, is_word

PAID = ("用户实付金额(元)", "用户实付金额", "商家实收金额(元)", "商家实收金额")


def prepare(whole: Whole, _: Whole | None) -> Whole:
    whole.spread_order_amount(LAYOUT.mapping)
    refunded = np.zeros(len(whole), bool)
    for header in ("售后状态", "订单状态"):
        words = whole.column(header)
        if words is not None:
            refunded |= is_word(words, "退款成功")
    paid, none = whole.money(*PAID)
    groups, first = whole.orders(["订单号"])
    whole.put_once(ORDER_REFUND, np.where(refunded[first], whole.once(groups, len(first), paid, none), 0), first)
    return whole


LAYOUT = Layout(
    kind="pinduoduo",
    source="pinduoduo",
    label="Pinduoduo: order export",
    label_zh="拼多多：订单导出",
    mapping=Mapping(
        columns={
            "order_no": ("订单号",),
            "status": ("订单状态",),
            "title": ("商品",),
            "quantity": ("商品数量(件)", "商品数量"),
            "order_amount": PAID,
            "amount": (AMOUNT,),
            "freight": (FREIGHT, "邮费(元)", "邮费"),
            "order_refund": (ORDER_REFUND,),
            "discount": ("店铺优惠折扣(元)", "店铺优惠折扣"),
            "ordered_at": ("订单成交时间",),
            "paid_at": ("支付时间",),
            "shipped_at": ("发货时间",),
            "completed_at": ("确认收货时间",),
            "product_code": ("商品id",),
            "sku_code": ("商家编码-规格维度", "商家编码-SKU维度", "商家编码-商品维度"),
            "spec": ("商品规格",),
            "phone": ("用户购买手机号",),
            "province": ("省",),
            "city": ("市",),
            "district": ("区",),
            "address": ("街道/镇", "街道"),
            "store_code": ("门店名称",),
            "note": ("买家留言", "商家备注"),
        },
        statuses={
            "待付款": OrderStatus.UNPAID,
            "待支付": OrderStatus.UNPAID,
            "待成团": OrderStatus.PAID,
            "待发货": OrderStatus.PAID,
            "部分发货": OrderStatus.PARTLY_SHIPPED,
            "已发货": OrderStatus.SHIPPED,
            "已发货，待收货": OrderStatus.SHIPPED,
            "已收货": OrderStatus.COMPLETED,
            "已收货，*": OrderStatus.COMPLETED,
            "已完成": OrderStatus.COMPLETED,
            "已取消": OrderStatus.CLOSED,
            "已取消，*": OrderStatus.CLOSED,
            "未发货，退款成功": OrderStatus.CLOSED,
            "已发货，退款成功": OrderStatus.CLOSED,
            "退款成功": OrderStatus.CLOSED,
        },
        defaults={"quantity": "1"},
        timezone="Asia/Shanghai",
        amount="order_amount",
        order_no_date=(r"^(\d{6})-", "%y%m%d"),
    ),
    marks=(
        "商品数量(件)",
        "用户实付金额(元)",
        "商家实收金额(元)",
        "订单成交时间",
        "团ID",
        "样式ID",
        "多多支付立减金额(元)",
        "是否抽奖或0元试用",
    ),
    also=("售后状态", *PAID),
    prepare=prepare,
)
