"""A first guess at the mapping of an unknown file, by its headers and by what stands under them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from . import headers as names
from .mapping import Mapping
from .schema import OrderStatus

# Headers as people write them; the first field that fits takes the column.
_HEADERS: dict[str, str] = {
    "order_no": "订单号|订单编号|单号|流水号|小票号|交易号|销售单号"
    "|order|orderno|ordernumber|orderid|invoice|invoiceno|receipt|name",
    "line_key": "行号|子订单号|子订单编号|明细号|序号|line|lineno|lineid|itemid",
    "status": "订单状态|状态|交易状态|status|orderstatus|state|financialstatus",
    "ordered_at": "下单时间|订单时间|创建时间|订单创建时间|开单时间|日期|销售日期|交易时间|时间"
    "|date|orderdate|orderedat|createdat|time|invoicedate",
    "paid_at": "付款时间|支付时间|收款时间|paidat|paymentdate",
    "shipped_at": "发货时间|shippedat|fulfilledat",
    "completed_at": "完成时间|成交时间|确认收货时间|completedat",
    "updated_at": "更新时间|修改时间|updatedat|modified",
    "amount": "实收金额|实付金额|成交金额|金额|小计|实收|实付|amount|linetotal|total|net|sales",
    "order_amount": "订单金额|订单实付金额|应付金额|总金额|合计金额|ordertotal|orderamount|grandtotal",
    "price": "单价|售价|价格|零售价|price|unitprice",
    "quantity": "数量|件数|销售数量|购买数量|quantity|qty|pieces|units",
    "discount": "优惠|优惠金额|折扣金额|discount",
    "refund": "退款金额|退货金额|refund|refundedamount",
    "freight": "运费|邮费|配送费|freight|shipping|shippingfee",
    "title": "商品名称|品名|商品|名称|菜品|产品名称|product|productname|title|description|item",
    "spec": "规格|商品规格|spec|variant|option",
    "sku_code": "商家编码|货号|sku|skucode|条码|barcode|stockcode",
    "product_code": "商品编码|商品编号|商品id|productid|productcode",
    "phone": "手机|手机号|手机号码|电话|联系电话|会员手机|联系方式|phone|mobile|tel|telephone",
    "email": "邮箱|电子邮箱|email|e-mail|mail",
    "member_card": "会员卡号|会员号|会员编号|卡号|membercard|cardno|memberid|card",
    "buyer_id": "买家|买家昵称|买家id|客户编号|客户号|用户id|customerid|customer|buyer|buyerid|userid",
    "unionid": "unionid|微信unionid",
    "openid": "openid",
    "external_userid": "企业微信加密id|externaluserid|external_userid",
    "name": "姓名|客户姓名|会员姓名|顾客|昵称|customername|fullname|buyername",
    "receiver": "收货人|收件人|收货人姓名|receiver|recipient",
    "province": "省|省份|province|region",
    "city": "市|城市|city",
    "district": "区|区县|district",
    "address": "地址|收货地址|详细地址|address",
    "country": "国家|country",
    "birthday": "生日|会员生日|出生日期|birthday|dob",
    "store_code": "门店编码|门店编号|门店代码|店号|storecode|storeid|store",
    "shop": "店铺|店铺名称|shop|channel",
    "guide": "导购|导购员|店员|收银员|guide|staff|employee|cashier",
    "host": "主播|达人|host",
    "note": "备注|买家留言|note|notes|remark|comment",
}  # fmt: skip
_BY_HEADER = {names.key(word): field for field, words in reversed(_HEADERS.items()) for word in words.split("|")}
_DATE = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}.*|\d{1,2}[/.]\d{1,2}[/.]\d{4}.*|20\d{6}(\d{6})?")
_BY_CONTENT: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("phone", re.compile(r"(\+?86)?1[3-9]\d{9}")),
    ("email", re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.IGNORECASE)),
    ("ordered_at", _DATE),
)
_STATUSES: tuple[tuple[str, OrderStatus], ...] = (
    ("部分发货|partial", OrderStatus.PARTLY_SHIPPED),
    ("待付|未付|待支付|未支付|挂单|unpaid|pending|open", OrderStatus.UNPAID),
    ("关闭|取消|作废|退款成功|已退|cancel|closed|void|refunded", OrderStatus.CLOSED),
    ("待发|待出库|待接单|已付|已支付|paid|processing|unfulfilled", OrderStatus.PAID),
    ("已发|待收|配送|shipped|fulfilled|delivering", OrderStatus.SHIPPED),
    ("完成|成功|已收货|签收|complete|done|success|delivered", OrderStatus.COMPLETED),
)
_DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/\d{4}(.*)")


def mapping(shown: Sequence[str], sample: Sequence[Sequence[str]]) -> Mapping:
    """What the columns probably are. It may lack something a mapping needs: it is a beginning, not yet valid."""
    columns: dict[str, tuple[str, ...]] = {}
    taken: set[int] = set()
    for place, header in enumerate(shown):
        field = _BY_HEADER.get(names.key(header))
        if field is not None and field not in columns:
            columns[field] = (header,)
            taken.add(place)
    for place, header in enumerate(shown):
        cells = [row[place].strip() for row in sample if place < len(row) and row[place].strip()]
        if place in taken or not header or not cells:
            continue
        for field, pattern in _BY_CONTENT:
            if field not in columns and all(pattern.fullmatch(cell.strip("'\"=\t")) for cell in cells):
                columns[field] = (header,)
                break
    constants = {} if "status" in columns else {"status": "completed"}
    return Mapping(
        columns=columns,
        constants=constants,
        date_formats=_date_formats(columns, shown, sample),
        amount=_amount(columns),
    )


def status(word: str) -> str:
    """Our status for a word of the file, or nothing."""
    plain = names.key(word)
    return next((str(value) for words, value in _STATUSES if any(w in plain for w in words.split("|"))), "")


def _amount(columns: dict[str, tuple[str, ...]]) -> str:
    if "amount" in columns:
        return "amount"
    if "order_amount" in columns:
        return "order_amount"
    return "quantity*price" if {"quantity", "price"} <= set(columns) else "amount"


def _date_formats(
    columns: dict[str, tuple[str, ...]], shown: Sequence[str], sample: Sequence[Sequence[str]]
) -> tuple[str, ...]:
    """05/01/2026 says nothing about its order; another row with a 13 or more does."""
    header = next((columns[name][0] for name in ("ordered_at", "paid_at") if name in columns), None)
    if header is None:
        return ()
    place = list(shown).index(header)
    found = [m for row in sample if place < len(row) and (m := _DAY_FIRST.fullmatch(row[place].strip()))]
    if not found:
        return ()
    is_month_first = any(int(match[2]) > 12 for match in found)
    day = "%m/%d/%Y" if is_month_first else "%d/%m/%Y"
    times = {"": "", " 0:00": " %H:%M", " 0:00:00": " %H:%M:%S"}
    return (day + times.get(re.sub(r"\d+", "0", found[0][3]).replace(":0", ":00"), ""),)
