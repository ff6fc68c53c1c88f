"""The daily bill: unpacked, compared with its SHA-1, then read line by line from disk.

A file is lines of UTF-8: a header, details whose every value begins with a backtick, a header of sums, one row of sums.
Columns differ by kind of bill, so they are found by name. Amounts are yuan, times those of Shanghai.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import BinaryIO
from zoneinfo import ZoneInfo

from yutang.connectors.wechatpay.errors import BrokenBill
from yutang.connectors.wechatpay.shapes import BillLine

SHANGHAI = ZoneInfo("Asia/Shanghai")
TIME = "%Y-%m-%d %H:%M:%S"
SEPARATOR = ",`"
SUMS = "总交易单数,"
NAME = "商品名称"
YUAN = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,8})?")
GZIP = 31  # wbits: a gzip stream
LONGEST_LINE = 64 * 1024
# What every kind of bill has. The rest belongs to refunds.
REQUIRED = (
    "交易时间",
    "商户号",
    "微信订单号",
    "商户订单号",
    "交易状态",
    "货币种类",
    "应结订单金额",
    "订单金额",
    "手续费",
)


def unpack(chunks: Iterable[bytes], target: BinaryIO, sha1: str) -> None:
    """Writes the gzip stream `chunks` unpacked into `target`, which is good only when this returns:
    `sha1` is that of the unpacked file."""
    stream = zlib.decompressobj(GZIP)
    digest = hashlib.sha1(usedforsecurity=False)
    try:
        for chunk in chunks:
            plain = stream.decompress(chunk)
            digest.update(plain)
            target.write(plain)
    except zlib.error as error:
        raise BrokenBill("not a gzip file") from error
    if not stream.eof:
        raise BrokenBill("the file breaks off")
    if digest.hexdigest() != sha1.lower():
        raise BrokenBill("the file has another SHA-1 than announced")
    target.seek(0)


def read(file: BinaryIO) -> Iterator[BillLine]:
    """The details of an unpacked bill; `BrokenBill` names the line that cannot be read."""
    columns = _header(_line(file, 1, "utf-8-sig"))
    number = 2
    while not (line := _line(file, number)).startswith(SUMS):
        try:
            yield _detail(_values(line, columns), number)
        except (ValueError, OverflowError) as error:
            raise BrokenBill(f"line {number} cannot be read") from error
        number += 1
    if not _line(file, number + 1).startswith("`"):
        raise BrokenBill(f"line {number + 1} should hold the sums")


def cents(text: str) -> int:
    """`12.30`, `-0.02000` → 分. `ValueError` for what is no whole number of 分."""
    if not YUAN.fullmatch(text):
        raise ValueError("no amount in yuan")
    value = Decimal(text).scaleb(2)
    if value != value.to_integral_value():
        raise ValueError("no whole number of 分")
    return int(value)


def _line(file: BinaryIO, number: int, encoding: str = "utf-8") -> str:
    raw = file.readline(LONGEST_LINE)
    if not raw:
        raise BrokenBill(f"the file ends before line {number}")
    try:
        return raw.decode(encoding).rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise BrokenBill(f"line {number} is not UTF-8") from error


def _header(line: str) -> list[str]:
    columns = line.split(",")
    if missing := [name for name in REQUIRED if name not in columns]:
        raise BrokenBill("columns are missing: " + ", ".join(missing))
    return columns


def _values(line: str, columns: list[str]) -> Callable[[str], str]:
    """Value by column name; empty where the bill lacks the column."""
    if not line.startswith("`"):
        raise ValueError("a detail begins with a backtick")
    values = line[1:].split(SEPARATOR)
    surplus = len(values) - len(columns)
    if surplus > 0 and NAME in columns:
        # Nothing is escaped: a product's name may hold the separator itself.
        at = columns.index(NAME)
        values[at : at + surplus + 1] = [SEPARATOR.join(values[at : at + surplus + 1])]
    row = dict(zip(columns, values, strict=True))
    return lambda name: row.get(name, "")


def _detail(value: Callable[[str], str], number: int) -> BillLine:
    def money(name: str) -> int:
        return cents(value(name) or "0")

    def moment(name: str) -> datetime | None:
        return _moment(value(name)) if value(name) else None

    if not (value("微信订单号") and value("商户订单号")):
        raise BrokenBill(f"line {number} has no order number")
    return BillLine(
        traded_at=_moment(value("交易时间")),
        appid=value("公众账号ID"),
        mchid=value("商户号"),
        transaction_id=value("微信订单号"),
        out_trade_no=value("商户订单号"),
        openid=value("用户标识"),
        trade_type=value("交易类型"),
        trade_state=value("交易状态"),
        bank_type=value("付款银行"),
        currency=value("货币种类"),
        settlement_amount=money("应结订单金额"),
        coupon_amount=money("代金券金额"),
        order_amount=money("订单金额"),
        refund_applied_at=moment("退款申请时间"),
        refunded_at=moment("退款成功时间"),
        refund_id=_number(value("微信退款单号")),
        out_refund_no=_number(value("商户退款单号")),
        refund_amount=money("退款金额"),
        refund_coupon_amount=money("充值券退款金额"),
        refund_applied_amount=money("申请退款金额"),
        refund_type=value("退款类型"),
        refund_status=value("退款状态"),
        description=value(NAME),
        attach=value("商户数据包"),
        fee=money("手续费"),
        rate=value("费率"),
    )


def _moment(text: str) -> datetime:
    return datetime.strptime(text, TIME).replace(tzinfo=SHANGHAI).astimezone(UTC)


def _number(text: str) -> str:
    """A payment's line says `0` for the numbers of a refund."""
    return "" if text == "0" else text
