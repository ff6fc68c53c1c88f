"""微信小店: UTF-8 CSV with BOM, one row per article, the order's amounts repeated; WeCom guide and customer shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..money import yuan
from ..truth import Order, Truth
from .common import Row, clock, columns, paid_total, receiver, refund_of

ENCODING = "utf-8-sig"
HEADERS = columns(
    "订单号,订单下单时间,订单发货时间,订单确认收货时间,订单完成结算时间,订单状态,发货方式,收件人姓名,收件人地址,省,市,区,收件人手机,买家备注,商家备注,"
    "打标颜色,商品总价,订单实际支付金额,订单实际收款金额,订单运费,商品优惠,跨店优惠,商品改价,积分抵扣,支付方式,支付时间,交易单号,物流公司,快递单号,"
    "技术服务费,带货方式,带货账号类型,带货账号昵称,带货ID,带货费用类型,带货费用,带货佣金率,企微企业ID,企微工号,导购最近分享时间,企业微信加密id,"
    "企微备注,礼物单号,商品名称,商品编码(平台),商品编码(自定义),SKU编码(自定义),商品属性,商品价格(单件),商品实际价格(单件),商品实际价格(总共),"
    "是否预售,商品数量,商品发货,商品售后,商品已退款金额"
)
STATUS = {
    "unpaid": "待付款",
    "paid": "待发货",
    "partly_shipped": "部分发货",
    "shipped": "待收货",
    "completed": "已完成",
    "closed": "已取消",
}


def rows(orders: Sequence[Order], truth: Truth) -> Iterator[Row]:
    people = truth.person_by_no
    for order in orders:
        person = people[order.buyer_no]
        wecom = next((value for kind, value in order.identifiers if kind == "external_userid"), "")
        listed = sum(line.price * line.quantity for line in order.lines)
        common = {
            "订单号": order.order_no,
            "订单下单时间": clock(order.ordered_at),
            "订单发货时间": clock(order.shipped_at),
            "订单确认收货时间": clock(order.completed_at),
            "订单完成结算时间": clock(order.completed_at),
            "订单状态": STATUS[order.status],
            "发货方式": "快递",
            "收件人姓名": receiver(order, person.name),
            "收件人地址": person.address,
            "省": person.province,
            "市": person.city,
            "区": person.district,
            "收件人手机": order.phone_shown,
            "买家备注": order.note,
            "商品总价": yuan(listed),
            "订单实际支付金额": paid_total(order),
            "订单实际收款金额": paid_total(order),
            "订单运费": yuan(order.freight),
            "商品优惠": yuan(listed - order.goods_amount),
            "跨店优惠": "0.00",
            "积分抵扣": "0.00",
            "支付方式": "微信支付" if order.paid_at else "",
            "支付时间": clock(order.paid_at),
            "带货方式": "直播" if order.host else "",
            "带货账号类型": "视频号" if order.host else "",
            "带货账号昵称": order.host or "",
            "企微企业ID": "ww0000000000000000" if wecom else "",
            "企微工号": (order.guide or "") if wecom else "",
            "企业微信加密id": wecom,
        }
        for line in order.lines:
            refund = refund_of(order, line.line_key)
            yield common | {
                "商品名称": line.title,
                "商品编码(平台)": line.product_code or "",
                "商品编码(自定义)": line.product,
                "SKU编码(自定义)": line.sku,
                "商品属性": line.spec,
                "商品价格(单件)": yuan(line.price),
                "商品实际价格(单件)": yuan(line.amount // line.quantity),
                "商品实际价格(总共)": yuan(line.amount),
                "是否预售": "否",
                "商品数量": str(line.quantity),
                "商品发货": "已发货" if order.shipped_at else "未发货",
                "商品售后": "退款成功" if refund else "无售后",
                "商品已退款金额": yuan(refund),
            }
