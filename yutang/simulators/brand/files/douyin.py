"""Douyin shop: UTF-8 CSV with BOM, one row per sub-order, a tab before every id, a dash for nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..money import yuan
from ..truth import Order, Truth
from .common import Row, clock, columns, hide_name

ENCODING = "utf-8-sig"
HEADERS = columns(
    "主订单编号,子订单编号,选购商品,商品规格,商品数量,商品ID,商家编码,商品单价,订单应付金额,运费,优惠总金额,平台优惠,商家优惠,达人优惠,商家改价,"
    "支付优惠,红包抵扣,支付方式,手续费,收件人,收件人手机号,省,市,区,街道,详细地址,是否修改过地址,买家留言,订单提交时间,旗帜颜色,商家备注,"
    "订单完成时间,支付完成时间,APP渠道,流量来源,订单状态,承诺发货时间,订单类型,鲁班落地页ID,达人ID,达人昵称,所属门店ID,售后状态,取消原因,"
    "预约发货时间,仓库ID,仓库名称,是否安心购,广告渠道,流量类型,流量体裁,流量渠道,发货主体,发货时间,降价类优惠,平台实际承担优惠金额,"
    "商家实际承担优惠金额,达人实际承担优惠金额,预计送达时间"
)
STATUS = {
    "unpaid": "待支付",
    "paid": "待发货",
    "partly_shipped": "已发货",
    "shipped": "已发货",
    "completed": "已完成",
    "closed": "已关闭",
}


def rows(orders: Sequence[Order], truth: Truth) -> Iterator[Row]:
    people = truth.person_by_no
    for order in orders:
        person = people[order.buyer_no]
        hidden = order.phone_shown.startswith(("##", "$$"))
        for place, line in enumerate(order.lines):
            freight = order.freight if place == 0 else 0
            off = line.price * line.quantity - line.amount
            yield {
                "主订单编号": f"\t{order.order_no}",
                "子订单编号": f"\t{line.line_key}",
                "选购商品": line.title,
                "商品规格": line.spec,
                "商品数量": str(line.quantity),
                "商品ID": f"\t{line.product_code}",
                "商家编码": line.sku,
                "商品单价": yuan(line.price),
                "订单应付金额": yuan(line.amount + freight),
                "运费": yuan(freight),
                "优惠总金额": yuan(off),
                "平台优惠": "0.00",
                "商家优惠": yuan(off),
                "达人优惠": "0.00",
                "支付方式": order.payment_method if order.paid_at else "-",
                "收件人": order.phone_shown[::-1] if hidden else hide_name(person.name),
                "收件人手机号": order.phone_shown,
                "省": person.province,
                "市": person.city,
                "区": person.district,
                "街道": "-",
                "详细地址": order.phone_shown if hidden else "****",
                "是否修改过地址": "否",
                "买家留言": order.note or "-",
                "订单提交时间": f"{clock(order.ordered_at)}\t",
                "旗帜颜色": "-",
                "商家备注": "-",
                "订单完成时间": clock(order.completed_at, "-"),
                "支付完成时间": clock(order.paid_at, "-"),
                "APP渠道": "抖音",
                "流量来源": "-",
                "订单状态": STATUS[order.status],
                "订单类型": "普通订单",
                "达人ID": f"\t{abs_id(order.host)}" if order.host else "-",
                "达人昵称": order.host or "-",
                "所属门店ID": "-",
                "售后状态": "退款成功" if order.refunds else "-",
                "取消原因": "-" if order.status != "closed" else ("退款" if order.paid_at else "超时未支付"),
                "流量体裁": _genre(order),
                "流量渠道": "-",
                "发货时间": clock(order.shipped_at, "-"),
            }


def abs_id(host: str) -> str:
    """A stable number for a host's name."""
    return str(70000000 + sum(ord(letter) * place for place, letter in enumerate(host, start=1)))


def _genre(order: Order) -> str:
    if order.host:
        return "直播" if int(order.order_no[-1]) < 7 else "短视频"
    return "商品卡"
