"""Youzan 有赞: order file and item file, joined on 订单号. Often the one file with whole phone numbers."""

from __future__ import annotations

from ..mapping import Mapping
from ..schema import OrderStatus
from .base import AMOUNT, FREIGHT, ORDER_REFUND, REFUND, Layout, Whole
from .joining import join, money_of_orders

STATUSES = {
    "待付款": OrderStatus.UNPAID,
    "待支付": OrderStatus.UNPAID,
    "待成团": OrderStatus.PAID,
    "待接单": OrderStatus.PAID,
    "待发货": OrderStatus.PAID,
    "部分发货": OrderStatus.PARTLY_SHIPPED,
    "已发货": OrderStatus.SHIPPED,
    "交易完成": OrderStatus.COMPLETED,
    "已完成": OrderStatus.COMPLETED,
    "交易关闭": OrderStatus.CLOSED,
    "已关闭": OrderStatus.CLOSED,
}
PAID = ("订单实付金额", "订单实收金额", "应收订单金额")
PHONE = ("买家手机号", "收货人手机号/提货人手机号", "收货人手机号")
# E20240131120501… : the order number starts with the time it was placed.
ORDER_NO_DATE = (r"^[A-Za-z]{1,2}(\d{14})", "%Y%m%d%H%M%S")


def prepare_orders(orders: Whole, items: Whole | None) -> Whole:
    if items is None:
        items = Whole(orders.table.slice(0, 0), {}, orders.context)
    joined = join(
        orders,
        items,
        order_no=("订单号",),
        item_order_no=("订单号",),
        item_fields={
            "=title": (("商品名称",), ("全部商品名称",)),
            "=spec": (("商品规格",), ()),
            "=sku_code": (("规格编码", "商品编码"), ()),
            "=product_code": (("商品编码",), ()),
            "=quantity": (("商品数量",), ()),
            "=price": (("商品单价",), ()),
            "=line_paid": (("商品实际成交金额",), ()),
            "=line_refund": (("商品已退款金额",), ()),
            "=discount": (("店铺优惠(分摊)",), ("店铺优惠合计",)),
            "=item_status": (("订单商品状态",), ()),
            "=shipped_at": (("商品发货时间",), ()),
            "=note": (("商品留言",), ("买家备注",)),
        },
    )
    money_of_orders(
        joined,
        paid=PAID,
        freight=("运费",),
        line_paid="=line_paid",
        refunded=("订单已退款金额",),
        line_refund="=line_refund",
        price="=price",
        quantity="=quantity",
        status="订单状态",
        paid_at="买家付款时间",
    )
    return joined


def prepare_items(items: Whole, _: Whole | None) -> Whole:
    """The item file alone: lines without buyers, dated by their order number."""
    items.put("=order_no", items.text("订单号"), written="订单号")
    money_of_orders(
        items,
        paid=(),
        freight=(),
        line_paid="商品实际成交金额",
        refunded=(),
        line_refund="商品已退款金额",
        price="商品单价",
        quantity="商品数量",
        status="订单商品状态",
        paid_at="买家付款时间",
    )
    return items


_COMPUTED = {"amount": (AMOUNT,), "freight": (FREIGHT,), "refund": (REFUND,), "order_refund": (ORDER_REFUND,)}

ORDERS = Layout(
    kind="youzan_orders",
    source="youzan",
    label="Youzan: order file",
    label_zh="有赞：订单报表",
    mapping=Mapping(
        columns={
            **_COMPUTED,
            "order_no": ("=order_no", "订单号"),
            "shop": ("归属店铺",),
            "status": ("订单状态", "=item_status"),
            "ordered_at": ("订单创建时间",),
            "paid_at": ("买家付款时间",),
            "shipped_at": ("=shipped_at",),
            "completed_at": ("交易成功时间",),
            "title": ("=title",),
            "spec": ("=spec",),
            "sku_code": ("=sku_code",),
            "product_code": ("=product_code",),
            "quantity": ("=quantity",),
            "discount": ("=discount",),
            "phone": PHONE,
            "name": ("买家昵称",),
            "receiver": ("收货人/提货人", "收货人"),
            "province": ("收货人省份",),
            "city": ("收货人城市",),
            "district": ("收货人地区",),
            "address": ("详细收货地址/提货地址", "详细收货地址"),
            "store_code": ("下单网点",),
            "guide": ("销售导购", "专属导购"),
            "host": ("分销员",),
            "note": ("=note",),
        },
        statuses=STATUSES,
        defaults={"quantity": "1"},
        timezone="Asia/Shanghai",
        order_no_date=ORDER_NO_DATE,
    ),
    marks=(
        "归属店铺",
        "买家付款时间",
        "订单实付金额",
        "全部商品名称",
        "销售渠道",
        "买家昵称",
        "收货人省份",
        "订单已退款金额",
    ),
    also=(*PAID, *PHONE, "运费", "店铺优惠合计", "买家备注"),
    prepare=prepare_orders,
    companion="youzan_items",
)

ITEMS = Layout(
    kind="youzan_items",
    source="youzan",
    label="Youzan: item file",
    label_zh="有赞：订单商品报表",
    mapping=Mapping(
        columns={
            **_COMPUTED,
            "order_no": ("订单号",),
            "status": ("订单商品状态", "订单状态"),
            "completed_at": ("交易成功时间",),
            "shipped_at": ("商品发货时间",),
            "title": ("商品名称",),
            "spec": ("商品规格",),
            "sku_code": ("规格编码", "商品编码"),
            "product_code": ("商品编码",),
            "quantity": ("商品数量",),
            "discount": ("店铺优惠(分摊)",),
            "note": ("商品留言",),
        },
        statuses=STATUSES,
        defaults={"quantity": "1"},
        timezone="Asia/Shanghai",
        order_no_date=ORDER_NO_DATE,
    ),
    marks=(
        "订单商品状态",
        "商品实际成交金额",
        "店铺优惠(分摊)",
        "商品类目",
        "规格编码",
        "商品金额小计",
        "商品发货状态",
    ),
    also=("商品单价", "商品已退款金额", "外部订单号"),
    prepare=prepare_items,
    companion="youzan_orders",
)
