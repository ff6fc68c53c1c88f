"""The brand's own till file 门店流水: GB18030 CSV, one row per article, read with the mapping beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..money import yuan
from ..truth import Order, Truth
from .common import Row, clock, columns, refund_of

ENCODING = "gb18030"
HEADERS = columns(
    "门店编码,门店名称,流水号,行号,开单时间,收款时间,交易状态,会员卡号,会员手机,会员姓名,会员生日,微信UnionID,商品编码,品名,规格,数量,零售价,实收金额,"
    "退款金额,收银员,导购,付款方式,备注"
)
STATUS = {"completed": "已完成", "closed": "已作废", "unpaid": "挂单"}
FOOTER = ("合计",)


def rows(orders: Sequence[Order], truth: Truth) -> Iterator[Row]:
    people, stores = truth.person_by_no, truth.store_by_code
    for order in orders:
        person = people[order.buyer_no]
        store = stores[order.store_code or ""]
        shown = dict(order.identifiers)
        member = bool(shown)
        common = {
            "门店编码": store.code,
            "门店名称": store.name,
            "流水号": order.order_no,
            "开单时间": clock(order.ordered_at),
            "收款时间": clock(order.paid_at),
            "交易状态": STATUS[order.status],
            "会员卡号": shown.get("member_card", ""),
            "会员手机": order.phone_shown,
            "会员姓名": person.name if member else "",
            "会员生日": person.birthday.isoformat() if member else "",
            "微信UnionID": shown.get("unionid", ""),
            "收银员": f"收银{int(order.order_no[-1]) % 4 + 1}号",
            "导购": order.guide or "",
            "付款方式": order.payment_method if order.paid_at else "",
            "备注": order.note,
        }
        for line in order.lines:
            refund = refund_of(order, line.line_key)
            yield common | {
                "行号": line.line_key,
                "商品编码": line.sku,
                "品名": line.title,
                "规格": line.spec,
                "数量": str(line.quantity),
                "零售价": yuan(line.price),
                "实收金额": yuan(line.amount),
                "退款金额": yuan(refund) if refund else "",
            }
