"""Pinduoduo: UTF-8 CSV with BOM, one row per order, ids with a trailing tab, commas in numbers, no buyer id."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..money import yuan_commas
from ..truth import Order, Truth
from .common import Row, clock, columns

ENCODING = "utf-8-sig"
HEADERS = columns(
    "商品,订单号,订单状态,商品数量(件),是否审核中,支付时间,承诺发货时间,承诺送达时间,发货时间,确认收货时间,商品id,商品规格,样式ID,商品一级类目,"
    "商品二级类目,商品三级类目,商品四级类目,商家编码-规格维度,商家编码-商品维度,商家备注,买家留言,售后状态,消费者资料,订单成交时间,团ID,团身份,"
    "商品总价(元),邮费(元),店铺优惠折扣(元),平台优惠折扣(元),多多支付立减金额(元),上门安装费(元),送货入户费(元),送货入户并安装费(元),"
    "用户实付金额(元),商家实收金额(元),快递单号,快递公司,省,市,区,街道/镇,是否抽奖或0元试用,是否顺丰加价,用户购买手机号,是否门店自提,门店名称,"
    "海淘清关订单号,支付ID,支付方式,保税仓,是否直播间成交,是否分期,分期期数,订单来源,是否社区团购"
)
# Older files name the SKU column differently and begin with the order time.
OLD_HEADERS = [
    "订单成交时间",
    *[{"商家编码-规格维度": "商家编码-SKU维度"}.get(header, header) for header in HEADERS if header != "订单成交时间"],
]


def status(order: Order) -> str:
    if order.status == "closed":
        return "已取消，退款成功" if order.refunds else "已取消"
    if order.status == "shipped":
        return "已发货，待收货" if int(order.order_no[-1]) % 2 else "已发货,待收货"
    return {"unpaid": "待付款", "paid": "待发货", "completed": "已收货"}[order.status]


def has_date_only(order: Order) -> bool:
    """The order time is blank in the file; the number's date is all there is."""
    return order.paid_at is not None and clock(order.ordered_at).endswith("00:00:00")


def rows(orders: Sequence[Order], truth: Truth) -> Iterator[Row]:
    people = truth.person_by_no
    for order in orders:
        person = people[order.buyer_no]
        line = order.lines[0]
        listed = line.price * line.quantity
        hidden = int(order.order_no[-2]) < 4
        live = "是" if int(order.order_no[-3]) < 2 else "否"
        yield {
            "商品": line.title,
            "订单号": order.order_no + "\t",
            "订单状态": status(order),
            "商品数量(件)": f"{line.quantity:,}",
            "是否审核中": "否",
            "支付时间": clock(order.paid_at, "\t"),
            "发货时间": clock(order.shipped_at, "\t"),
            "确认收货时间": clock(order.completed_at, "\t"),
            "商品id": f"{line.product_code}\t",
            "商品规格": line.spec,
            "样式ID": f"{line.product_code}1\t",
            "商品一级类目": "零食/坚果/特产",
            "商品二级类目": "饼干/糕点",
            "商家编码-规格维度": line.sku,
            "商家编码-SKU维度": line.sku,
            "商家编码-商品维度": line.product,
            "买家留言": order.note,
            "售后状态": "退款成功" if order.refunds else "无售后或售后取消",
            "订单成交时间": "" if has_date_only(order) else clock(order.ordered_at),
            "团身份": "团长" if hidden else "团员",
            "商品总价(元)": yuan_commas(listed),
            "邮费(元)": yuan_commas(order.freight),
            "店铺优惠折扣(元)": yuan_commas(listed - line.amount),
            "平台优惠折扣(元)": "0.00",
            "多多支付立减金额(元)": "0.00",
            "用户实付金额(元)": yuan_commas(order.total if order.is_sale else 0),
            "商家实收金额(元)": yuan_commas(order.total if order.is_sale else 0),
            "快递单号": f"YT{order.order_no[-13:]}\t" if order.shipped_at else "",
            "快递公司": "圆通快递" if order.shipped_at else "",
            "省": "***" if hidden else person.province,
            "市": "***" if hidden else person.city,
            "区": "***" if hidden else person.district,
            "是否抽奖或0元试用": "否",
            "是否顺丰加价": "否",
            "用户购买手机号": f"{order.phone_shown}\t" if order.phone_shown else "",
            "是否门店自提": "否",
            "支付方式": order.payment_method if order.paid_at else "",
            "是否直播间成交": live,
            "是否分期": "否",
            "订单来源": "APP",
            "是否社区团购": "否",
        }
