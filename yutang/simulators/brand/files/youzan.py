"""Youzan, the own shop: UTF-8 CSV, an order report (分销员 twice) and an item report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..money import yuan
from ..truth import Order, Truth
from .common import Row, clock, columns, paid_total, receiver, refund_of

ENCODING = "utf-8"
ORDER_HEADERS = columns(
    "订单号,销售渠道,归属店铺,订单类型,订单状态,推广方式,订单来源,订单创建时间,买家付款时间,交易成功时间,付款方式,支付流水号,商品金额合计,运费,"
    "店铺优惠合计,应收订单金额,订单实付金额,支付优惠合计,订单实收金额,订单抵用积分数,店铺优惠方式,支付优惠方式,全部商品名称,商品种类数,订单配送方式,"
    "同城送达时间/提货时间,收货人省份,收货人城市,收货人地区,详细收货地址/提货地址,收货人/提货人,收货人手机号/提货人手机号,买家备注,订单星级,买家昵称,"
    "买家是否会员,买家手机号,下单网点,收银员,分销员,销售导购,专属导购,订单退款状态,订单已退款金额,商家订单备注,分销员,团长订单,订单风险标签,分销员手机号"
)
ITEM_HEADERS = columns(
    "订单号,外部订单号,订单商品状态,交易成功时间,商品名称,商品类型,商品类目,商品规格,规格编码,商品编码,商品单价,商品成本价,商品优惠方式,商品优惠后价格,"
    "商品数量,商品金额小计,店铺优惠（分摊）,商品实际成交金额,商品抵用积分数,商品留言,商品发货状态,商品发货物流公司,商品发货物流单号,商品发货时间,"
    "商品退款状态,商品已退款金额"
)
STATUS = {
    "unpaid": "待付款",
    "paid": "待发货",
    "partly_shipped": "待发货",
    "shipped": "已发货",
    "completed": "交易完成",
    "closed": "交易关闭",
}
FOOTER = ("合计",)


def order_rows(orders: Sequence[Order], truth: Truth) -> Iterator[Row]:
    people = truth.person_by_no
    for order in orders:
        person = people[order.buyer_no]
        listed = sum(line.price * line.quantity for line in order.lines)
        yield {
            "订单号": order.order_no,
            "销售渠道": "网店",
            "归属店铺": order.shop,
            "订单类型": "普通订单",
            "订单状态": STATUS[order.status],
            "订单来源": "微信小程序",
            "订单创建时间": clock(order.ordered_at),
            "买家付款时间": clock(order.paid_at),
            "交易成功时间": clock(order.completed_at),
            "付款方式": order.payment_method if order.paid_at else "",
            "支付流水号": f"{order.order_no[1:]}88\t" if order.paid_at else "",
            "商品金额合计": yuan(listed),
            "运费": yuan(order.freight),
            "店铺优惠合计": yuan(listed - order.goods_amount),
            "应收订单金额": yuan(order.total),
            "订单实付金额": paid_total(order),
            "支付优惠合计": "0.00",
            "订单实收金额": paid_total(order),
            "订单抵用积分数": "0",
            "全部商品名称": ";".join(line.title for line in order.lines),
            "商品种类数": str(len(order.lines)),
            "订单配送方式": "同城配送" if order.store_code else "快递发货",
            "收货人省份": person.province,
            "收货人城市": person.city,
            "收货人地区": person.district,
            "详细收货地址/提货地址": person.address,
            "收货人/提货人": receiver(order, person.name),
            "收货人手机号/提货人手机号": order.phone_shown,
            "买家备注": order.note,
            "买家昵称": person.nickname,
            "买家是否会员": "是" if person.account("member_card") else "否",
            "买家手机号": order.phone_shown,
            "下单网点": order.store_code or "",
            "销售导购": order.guide or "",
            "订单退款状态": _refund_word(order.refunded, order.total),
            "订单已退款金额": yuan(order.refunded),
            "团长订单": "否",
        }


def item_rows(orders: Sequence[Order]) -> Iterator[Row]:
    for order in orders:
        for line in order.lines:
            refund = refund_of(order, line.line_key)
            listed = line.price * line.quantity
            yield {
                "订单号": order.order_no,
                "订单商品状态": STATUS[order.status],
                "交易成功时间": clock(order.completed_at),
                "商品名称": line.title,
                "商品类型": "实物商品",
                "商品类目": "糕点面包",
                "商品规格": line.spec,
                "规格编码": line.sku,
                "商品编码": line.product,
                "商品单价": yuan(line.price),
                "商品优惠后价格": yuan(line.price),
                "商品数量": str(line.quantity),
                "商品金额小计": yuan(listed),
                "店铺优惠（分摊）": yuan(listed - line.amount),
                "商品实际成交金额": yuan(line.amount),
                "商品抵用积分数": "0",
                "商品发货状态": "已发货" if order.shipped_at else "待发货",
                "商品发货时间": clock(order.shipped_at),
                "商品退款状态": _refund_word(refund, line.amount),
                "商品已退款金额": yuan(refund),
            }


def _refund_word(refund: int, whole: int) -> str:
    if not refund:
        return "无退款"
    return "全额退款成功" if refund >= whole else "部分退款成功"
