"""Taobao and Tmall: the order report ExportOrderList (GB18030 CSV) and its item report, old (CSV) or new (XLSX)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..money import yuan
from ..truth import Order, Truth
from .common import Row, clock, columns, paid_total, receiver, refund_of

ENCODING = "gb18030"

ORDER_HEADERS = columns(
    "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,买家支付积分,总金额,返点积分,买家实际支付金额,买家实际支付积分,订单状态,"
    "买家留言,收货人姓名,收货地址 ,运送方式,联系电话 ,联系手机,订单创建时间,订单付款时间 ,"
    "宝贝标题 ,宝贝种类 ,物流单号 ,物流公司,订单备注,"
    "宝贝总数量,店铺Id,店铺名称,订单关闭原因,卖家服务费,买家服务费,发票抬头,是否手机订单,分阶段订单信息,特权订金订单id,是否上传合同照片,"
    "是否上传小票,是否代付,定金排名,修改后的sku,修改后的收货地址,异常信息,天猫卡券抵扣,集分宝抵扣,是否是O2O交易,新零售交易类型,"
    "新零售导购门店名称,新零售导购门店id,新零售发货门店名称,新零售发货门店id,退款金额,预约门店,确认收货时间,打款商家金额,"
    "含应开票给个人的个人红包,是否信用购,前N有礼,配送类型,直播返现状态,返现金额,预售订单,发货时间,商家备忘,主订单编号"
)
NEW_ORDER_HEADERS = [
    *[{"买家支付宝账号": "支付单号", "买家支付积分": "支付详情"}.get(header, header) for header in ORDER_HEADERS],
    "买家会员昵称",
    "虚拟号过期时间",
]
OLD_ITEM_HEADERS = columns("订单编号,标题,价格,购买数量,外部系统编号,商品属性,套餐信息,备注,订单状态,商家编码")
NEW_ITEM_HEADERS = columns(
    "子订单编号,主订单编号,商品标题,商品价格,购买数量,外部系统编号,商品属性,套餐信息,联系方式备注,订单状态,商家编码,支付单号,买家应付货款,"
    "买家实付金额,退款状态,退款金额,订单创建时间,订单付款时间,发货时间,应发货时间,商品ID,分阶段信息,备注标签,商家备注,主订单买家留言,物流单号,"
    "物流公司,是否主动赔付,主动赔付金额,主动赔付出账时间"
)
STATUS = {
    "unpaid": "等待买家付款",
    "paid": "买家已付款，等待卖家发货",
    "partly_shipped": "卖家部分发货",
    "shipped": "卖家已发货，等待买家确认",
    "completed": "交易成功",
    "closed": "交易关闭",
}


def order_rows(orders: Sequence[Order], truth: Truth) -> Iterator[Row]:
    people = truth.person_by_no
    for order in orders:
        person = people[order.buyer_no]
        new = order.layout == "taobao_new"
        number = f'="{order.order_no}"'
        row = {
            "订单编号": number,
            "买家会员名": order.account,
            "买家应付货款": yuan(order.goods_amount),
            "买家应付邮费": yuan(order.freight),
            "总金额": yuan(order.total),
            "返点积分": "0",
            "买家实际支付金额": paid_total(order),
            "买家实际支付积分": "0",
            "订单状态": STATUS[order.status],
            "买家留言": order.note,
            "收货人姓名": receiver(order, person.name),
            "收货地址": f"{person.province} {person.city} {person.district} {person.address}",
            "运送方式": "快递",
            "联系电话": "'null" if not new else "",
            "联系手机": f"'{order.phone_shown}",
            "订单创建时间": clock(order.ordered_at),
            "订单付款时间": clock(order.paid_at),
            "宝贝标题": "，".join(line.title for line in order.lines),
            "宝贝种类": str(len(order.lines)),
            "物流单号": f"No:SF{order.order_no[-12:]}" if order.shipped_at else "",
            "物流公司": "顺丰速运" if order.shipped_at else "",
            "宝贝总数量": str(sum(line.quantity for line in order.lines)),
            "店铺Id": "0",
            "店铺名称": order.shop,
            "订单关闭原因": _closing(order),
            "卖家服务费": "0",
            "买家服务费": "0元",
            "是否手机订单": "手机订单",
            "是否上传合同照片": "否",
            "是否上传小票": "否",
            "是否代付": "否",
            "退款金额": yuan(order.refunded),
            "确认收货时间": clock(order.completed_at),
            "打款商家金额": f"{yuan(max(0, order.total - order.refunded) if order.completed_at else 0)}元",
            "发货时间": clock(order.shipped_at),
            "主订单编号": number,
        }
        if new:
            row["支付单号"] = f"{order.order_no[::-1]}"
            row["支付详情"] = ""
            row["买家会员昵称"] = person.nickname
        else:
            row["买家支付宝账号"] = f"{person.phone[3:6]}****{person.phone[-2:]}"
            row["买家支付积分"] = "0"
        yield row


def _closing(order: Order) -> str:
    if order.status != "closed":
        return "订单未关闭"
    return "退款" if order.paid_at else "买家未付款"


def old_item_rows(orders: Sequence[Order]) -> Iterator[Row]:
    for order in orders:
        for line in order.lines:
            yield {
                "订单编号": f'="{order.order_no}"',
                "标题": line.title,
                "价格": yuan(line.price),
                "购买数量": str(line.quantity),
                "外部系统编号": line.sku,
                "商品属性": line.spec,
                "备注": "'null",
                "订单状态": STATUS[order.status],
                "商家编码": line.sku,
            }


def new_item_rows(orders: Sequence[Order]) -> Iterator[Row]:
    for order in orders:
        for line in order.lines:
            refund = refund_of(order, line.line_key)
            yield {
                "子订单编号": line.line_key,
                "主订单编号": order.order_no,
                "商品标题": line.title,
                "商品价格": yuan(line.price),
                "购买数量": str(line.quantity),
                "外部系统编号": line.sku,
                "商品属性": line.spec,
                "订单状态": STATUS[order.status],
                "商家编码": line.sku,
                "支付单号": order.order_no[::-1],
                "买家应付货款": yuan(line.amount),
                "买家实付金额": yuan(line.amount if order.is_sale else 0),
                "退款状态": "退款成功" if refund else "没有申请退款",
                "退款金额": yuan(refund) if refund else "无退款申请",
                "订单创建时间": clock(order.ordered_at),
                "订单付款时间": clock(order.paid_at),
                "发货时间": clock(order.shipped_at),
                "商品ID": line.product_code or "",
                "主订单买家留言": order.note,
                "是否主动赔付": "否",
            }
