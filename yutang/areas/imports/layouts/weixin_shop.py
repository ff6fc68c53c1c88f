"""微信小店 / 视频号: one row per product. Names the WeCom guide (企微工号) and the buyer there (企业微信加密id)."""

from __future__ import annotations

from ..mapping import Mapping
from ..schema import OrderStatus
from .base import AMOUNT, FREIGHT, REFUND, Layout, Whole
from .joining import money_of_orders

ORDER_LEVEL = (
    "订单下单时间", "订单发货时间", "订单确认收货时间", "订单状态", "收件人姓名", "收件人地址", "省", "市", "区",
    "收件人手机", "买家备注", "订单实际支付金额", "订单运费", "支付时间", "带货账号昵称", "企微工号", "企业微信加密id",
)  # fmt: skip


def prepare(whole: Whole, _: Whole | None) -> Whole:
    whole.fill_down(["订单号"], ORDER_LEVEL)
    whole.put("=order_no", whole.text("订单号"), written="订单号")
    money_of_orders(
        whole,
        paid=("订单实际支付金额",),
        freight=("订单运费",),
        line_paid="商品实际价格(总共)",
        refunded=(),
        line_refund="商品已退款金额",
        price="商品实际价格(单件)" if whole.has("商品实际价格(单件)") else "商品价格(单件)",
        quantity="商品数量",
        status="订单状态",
        paid_at="支付时间",
    )
    return whole


LAYOUT = Layout(
    kind="weixin_shop",
    source="weixin_shop",
    label="WeChat Shop: order export",
    label_zh="微信小店：订单导出",
    mapping=Mapping(
        columns={
            "order_no": ("订单号",),
            "status": ("订单状态",),
            "ordered_at": ("订单下单时间",),
            "paid_at": ("支付时间",),
            "shipped_at": ("订单发货时间",),
            "completed_at": ("订单确认收货时间",),
            "title": ("商品名称",),
            "spec": ("商品属性",),
            "product_code": ("商品编码(平台)",),
            "sku_code": ("SKU编码(自定义)", "商品编码(自定义)"),
            "quantity": ("商品数量",),
            "amount": (AMOUNT,),
            "freight": (FREIGHT,),
            "refund": (REFUND,),
            "discount": ("商品优惠",),
            "external_userid": ("企业微信加密id",),
            "name": ("收件人姓名",),
            "phone": ("收件人手机",),
            "province": ("省",),
            "city": ("市",),
            "district": ("区",),
            "address": ("收件人地址",),
            "guide": ("企微工号",),
            "host": ("带货账号昵称",),
            "note": ("买家备注", "商家备注"),
        },
        statuses={
            "待付款": OrderStatus.UNPAID,
            "待支付": OrderStatus.UNPAID,
            "待发货": OrderStatus.PAID,
            "礼物待收下": OrderStatus.PAID,
            "部分发货": OrderStatus.PARTLY_SHIPPED,
            "待收货": OrderStatus.SHIPPED,
            "已发货": OrderStatus.SHIPPED,
            "已完成": OrderStatus.COMPLETED,
            "完成": OrderStatus.COMPLETED,
            "交易成功": OrderStatus.COMPLETED,
            "已取消": OrderStatus.CLOSED,
            "已关闭": OrderStatus.CLOSED,
            "交易关闭": OrderStatus.CLOSED,
            "全部商品售后之后，订单取消": OrderStatus.CLOSED,
        },
        defaults={"quantity": "1"},
        timezone="Asia/Shanghai",
    ),
    marks=(
        "订单下单时间",
        "订单确认收货时间",
        "企微工号",
        "企业微信加密id",
        "商品编码(平台)",
        "商品实际价格(总共)",
        "带货方式",
        "打标颜色",
    ),
    also=(*ORDER_LEVEL, "商品实际价格(单件)", "商品价格(单件)", "商品实际价格(总共)", "商品已退款金额", "商品售后"),
    prepare=prepare,
)
