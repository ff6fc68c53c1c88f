"""JD POP: GBK CSV, one row per SKU, the order's amounts repeated on each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..money import yuan
from ..truth import Order, Truth
from .common import Row, clock, columns, receiver

ENCODING = "gbk"
HEADERS = columns(
    "订单号,商品ID,商品名称,订购数量,支付方式,下单时间,京东价,订单金额,结算金额,余额支付,应付金额,订单状态,订单类型,下单帐号,客户姓名,客户地址,"
    "联系电话,订单备注,发票类型,发票抬头,发票内容,商家备注,商家备注等级（等级1-5为由高到低）,运费金额,付款确认时间,增值税发票,货号,订单完成时间,"
    "订单来源,订单渠道,送装服务,服务费,仓库ID,仓库名称,商家SKUID,是否为品牌商订单,是否为toplife订单,普通发票纳税编号"
)
STATUS = {
    "unpaid": "等待付款",
    "paid": "等待出库",
    "partly_shipped": "等待确认收货",
    "shipped": "等待确认收货",
    "completed": "完成",
    "closed": "(删除)等待出库",
}


def rows(orders: Sequence[Order], truth: Truth) -> Iterator[Row]:
    people = truth.person_by_no
    for order in orders:
        person = people[order.buyer_no]
        common = {
            "订单号": order.order_no,
            "支付方式": "货到付款" if order.payment_method == "货到付款" else "在线支付",
            "下单时间": clock(order.ordered_at),
            "订单金额": yuan(sum(line.price * line.quantity for line in order.lines)),
            "结算金额": yuan(order.total),
            "余额支付": "0.00",
            "应付金额": yuan(order.total),
            "订单状态": STATUS[order.status],
            "订单类型": "SOP",
            "下单帐号": order.account,
            "客户姓名": receiver(order, person.name),
            "客户地址": f"{person.province}{person.city}{person.district}{person.address}",
            "联系电话": order.phone_shown,
            "订单备注": order.note,
            "发票类型": "不需要开具发票",
            "商家备注等级（等级1-5为由高到低）": "",
            "运费金额": yuan(order.freight),
            "付款确认时间": clock(order.paid_at),
            "增值税发票": "无",
            "订单完成时间": clock(order.completed_at),
            "订单来源": "APP",
            "订单渠道": "京东",
            "服务费": "0.00",
            "是否为品牌商订单": "否",
            "是否为toplife订单": "否",
        }
        for line in order.lines:
            yield common | {
                "商品ID": line.product_code or "",
                "商品名称": line.title,
                "订购数量": str(line.quantity),
                "京东价": yuan(line.price),
                "货号": line.sku,
                "商家SKUID": line.sku,
            }
