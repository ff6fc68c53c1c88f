"""Taobao and Tmall: 订单报表 (money, buyer; one row per order) and 宝贝报表 (lines), old and new columns."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..mapping import Mapping
from ..schema import OrderStatus
from .base import AMOUNT, FREIGHT, ORDER_REFUND, REFUND, Layout, Whole, is_word
from .joining import join, money_of_orders

STATUSES = {
    "等待买家付款": OrderStatus.UNPAID,
    "买家已付款，等待卖家发货": OrderStatus.PAID,
    "卖家部分发货": OrderStatus.PARTLY_SHIPPED,
    "卖家已发货，等待买家确认": OrderStatus.SHIPPED,
    "交易成功": OrderStatus.COMPLETED,
    "交易关闭": OrderStatus.CLOSED,
}
ORDER_NO = ("订单编号", "主订单编号")
ITEM_ORDER_NO = ("主订单编号", "订单编号")
PAID = ("买家实际支付金额", "买家实付金额")
BUYER = {
    "shop": ("店铺名称", "店铺Id"),
    "status": ("订单状态",),
    "ordered_at": ("订单创建时间",),
    "paid_at": ("订单付款时间",),
    "shipped_at": ("发货时间",),
    "completed_at": ("确认收货时间",),
    "buyer_id": ("买家会员名",),
    "name": ("买家会员昵称",),
    "receiver": ("收货人姓名",),
    "address": ("修改后的收货地址", "收货地址"),
    "phone": ("联系手机", "联系电话"),
    "store_code": ("新零售导购门店id", "新零售导购门店名称"),
    "note": ("买家留言", "订单备注"),
    "oaid": ("OAID",),
}
_REFUND_OPEN = "关闭|拒绝|取消|等待|处理中|申请中|没有|无"


def prepare_orders(orders: Whole, items: Whole | None) -> Whole:
    fields: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
        "=line_key": (("子订单编号",), ()),
        "=title": (("商品标题", "标题"), ("宝贝标题",)),
        "=spec": (("商品属性",), ()),
        "=sku_code": (("商家编码", "外部系统编号"), ()),
        "=product_code": (("商品ID",), ()),
        "=quantity": (("购买数量",), ("宝贝总数量",)),
        "=price": (("商品价格", "价格"), ()),
        "=line_paid": (("买家实付金额",), ()),
        "=line_refund": (("退款金额",), ()),
        "=refund_status": (("退款状态",), ()),
        # An item of an order that the order report lacks still has its own status and times.
        "=status": (("订单状态",), ("订单状态",)),
        "=ordered_at": (("订单创建时间",), ("订单创建时间",)),
        "=paid_at": (("订单付款时间",), ("订单付款时间",)),
    }
    if items is None:
        items = Whole(orders.table.slice(0, 0), {}, orders.context)
    joined = join(orders, items, order_no=ORDER_NO, item_order_no=ITEM_ORDER_NO, item_fields=fields)
    for name, header in (("=status", "订单状态"), ("=ordered_at", "订单创建时间"), ("=paid_at", "订单付款时间")):
        joined.put(name, pc.coalesce(joined.text(header), joined.text(name)), written=header)
    _hide_open_refunds(joined)
    money_of_orders(
        joined,
        paid=PAID,
        freight=("买家应付邮费",),
        line_paid="=line_paid",
        refunded=("退款金额",),
        line_refund="=line_refund",
        price="=price",
        quantity="=quantity",
        status="=status",
        paid_at="=paid_at",
    )
    return joined


def prepare_items(items: Whole, _: Whole | None) -> Whole:
    """The item report alone: lines without buyers."""
    items.put("=refund_status", items.text("退款状态"))
    items.put("=line_refund", items.text("退款金额"), written="退款金额")
    _hide_open_refunds(items)
    items.put("=order_no", items.text(*ITEM_ORDER_NO), written="订单编号")
    money_of_orders(
        items,
        paid=(),
        freight=(),
        line_paid="买家实付金额",
        refunded=(),
        line_refund="=line_refund",
        price="商品价格" if items.has("商品价格") else "价格",
        quantity="购买数量",
        status="订单状态",
        paid_at="订单付款时间",
    )
    return items


def _hide_open_refunds(whole: Whole) -> None:
    """A refund that was asked for but refused, withdrawn or not decided yet is no refund."""
    status = whole.column("=refund_status")
    if status is not None:
        open_still = is_word(status, _REFUND_OPEN) & ~is_word(status, "成功|完成")
        refund = whole.text("=line_refund")
        whole.put("=line_refund", pc.if_else(pa.array(np.asarray(open_still)), None, refund).cast(pa.string()))


_COMPUTED = {"amount": (AMOUNT,), "freight": (FREIGHT,), "refund": (REFUND,), "order_refund": (ORDER_REFUND,)}

ORDERS = Layout(
    kind="taobao_orders",
    source="taobao",
    label="Taobao/Tmall: order report",
    label_zh="淘宝/天猫：订单报表",
    mapping=Mapping(
        columns={
            **BUYER,
            **_COMPUTED,
            "order_no": ("=order_no", *ORDER_NO),
            "line_key": ("=line_key",),
            "status": ("=status", "订单状态"),
            "ordered_at": ("=ordered_at", "订单创建时间"),
            "paid_at": ("=paid_at", "订单付款时间"),
            "title": ("=title",),
            "spec": ("=spec",),
            "sku_code": ("=sku_code",),
            "product_code": ("=product_code",),
            "quantity": ("=quantity",),
        },
        statuses=STATUSES,
        defaults={"quantity": "1"},
        timezone="Asia/Shanghai",
    ),
    marks=(
        "买家会员名",
        "买家应付货款",
        "买家应付邮费",
        "总金额",
        "买家实际支付金额",
        "宝贝标题",
        "宝贝种类",
        "宝贝总数量",
    ),
    also=(*ORDER_NO, *PAID, "退款金额"),
    prepare=prepare_orders,
    companion="taobao_items",
)

ITEMS = Layout(
    kind="taobao_items",
    source="taobao",
    label="Taobao/Tmall: item report",
    label_zh="淘宝/天猫：宝贝报表",
    mapping=Mapping(
        columns={
            **_COMPUTED,
            "order_no": ITEM_ORDER_NO,
            "line_key": ("子订单编号",),
            "status": ("订单状态",),
            "ordered_at": ("订单创建时间",),
            "paid_at": ("订单付款时间",),
            "shipped_at": ("发货时间",),
            "title": ("商品标题", "标题"),
            "spec": ("商品属性",),
            "sku_code": ("商家编码", "外部系统编号"),
            "product_code": ("商品ID",),
            "quantity": ("购买数量",),
        },
        statuses=STATUSES,
        defaults={"quantity": "1"},
        timezone="Asia/Shanghai",
    ),
    marks=("购买数量", "外部系统编号", "商品属性", "套餐信息", "子订单编号", "主订单编号", "商品标题", "标题"),
    also=("价格", "商品价格", "买家实付金额", "退款金额", "退款状态"),
    prepare=prepare_items,
    companion="taobao_orders",
)
