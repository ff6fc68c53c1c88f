"""The bill as the platform lays it out."""

from __future__ import annotations

import gzip
import hashlib
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yutang.connectors.wechatpay import bills
from yutang.connectors.wechatpay.errors import BrokenBill
from yutang.connectors.wechatpay.shapes import BillLine

HEADER = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,"
    "微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
PAID = (
    "`2026-11-21 10:00:01,`wx01,`1900000001,`0,`,`4200002611,`YT-1,`oA,`JSAPI,`SUCCESS,`OTHERS,`CNY,`19.90,`0.00,"
    "`0,`0,`0.00,`0.00,`,`,`全麦吐司,`shop=1,`0.12000,`0.60%,`19.90,`0.00,`"
)
REFUNDED = (
    "`2026-11-20 23:59:59,`wx01,`1900000001,`0,`,`4200002610,`YT-0,`oB,`NATIVE,`REFUND,`CMB_DEBIT,`CNY,`0.00,`0.00,"
    "`5030026,`R-1,`5.00,`0.00,`ORIGINAL,`SUCCESS,`可颂,`,`-0.03000,`0.60%,`0.00,`5.00,`"
)
SUMS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
SUM = "`2,`19.90,`5.00,`0.00,`0.09000,`19.90,`5.00"


def read(*lines: str, end: str = "\n", bom: str = "") -> list[BillLine]:
    return list(bills.read(io.BytesIO((bom + end.join(lines) + end).encode())))


@pytest.mark.parametrize(("end", "bom"), [("\n", ""), ("\r\n", "\ufeff")])
def test_payments_and_refunds(end, bom):
    paid, refunded = read(HEADER, PAID, REFUNDED, SUMS, SUM, end=end, bom=bom)
    assert paid == BillLine(
        traded_at=datetime(2026, 11, 21, 2, 0, 1, tzinfo=UTC),
        appid="wx01",
        mchid="1900000001",
        transaction_id="4200002611",
        out_trade_no="YT-1",
        openid="oA",
        trade_type="JSAPI",
        trade_state="SUCCESS",
        bank_type="OTHERS",
        currency="CNY",
        settlement_amount=1990,
        coupon_amount=0,
        order_amount=1990,
        refund_applied_at=None,
        refunded_at=None,
        refund_id="",
        out_refund_no="",
        refund_amount=0,
        refund_coupon_amount=0,
        refund_applied_amount=0,
        refund_type="",
        refund_status="",
        description="全麦吐司",
        attach="shop=1",
        fee=12,
        rate="0.60%",
    )
    assert (refunded.out_refund_no, refunded.refund_amount, refunded.refund_applied_amount) == ("R-1", 500, 500)
    assert (refunded.settlement_amount, refunded.order_amount, refunded.fee) == (0, 0, -3)
    assert refunded.traded_at == datetime(2026, 11, 20, 15, 59, 59, tzinfo=UTC)


def test_a_bill_of_refunds_has_columns_of_its_own():
    header = HEADER.replace("微信退款单号", "退款申请时间,退款成功时间,微信退款单号")
    row = REFUNDED.replace("`5030026", "`2026-11-21 09:00:00,`2026-11-21 09:00:04,`5030026")
    (line,) = read(header, row, SUMS, SUM)
    assert line.refund_applied_at == datetime(2026, 11, 21, 1, tzinfo=UTC)
    assert line.refunded_at == datetime(2026, 11, 21, 1, 0, 4, tzinfo=UTC)
    assert line.refund_id == "5030026"


def test_a_bill_of_payments_lacks_the_columns_of_refunds():
    header = (
        "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,"
        "代金券金额,商品名称,商户数据包,手续费,费率,订单金额,费率备注"
    )
    row = (
        "`2026-11-21 10:00:01,`wx01,`1900000001,`0,`,`42,`YT-1,`oA,`JSAPI,`SUCCESS,`OTHERS,`CNY,`19.90,`0.00,"
        "`全麦吐司,`,`0.12000,`0.60%,`19.90,`"
    )
    (line,) = read(header, row, SUMS, SUM)
    assert (line.order_amount, line.refund_amount, line.out_refund_no) == (1990, 0, "")


def test_names_may_hold_commas_and_even_the_separator():
    (line,) = read(HEADER, PAID.replace("全麦吐司", "吐司, 可颂,`贝果"), SUMS, SUM)
    assert (line.description, line.attach, line.order_amount) == ("吐司, 可颂,`贝果", "shop=1", 1990)


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (HEADER,),
        (HEADER, PAID),
        (HEADER, PAID, SUMS),
        (HEADER, PAID, SUMS, "nothing"),
        (HEADER.replace("手续费", "费"), PAID, SUMS, SUM),
        (HEADER, PAID.replace("`19.90", "`19.905"), SUMS, SUM),
        (HEADER, PAID.replace("`19.90", "`nineteen"), SUMS, SUM),
        (HEADER, PAID.replace("`19.90", "`1e999999"), SUMS, SUM),
        (HEADER, PAID.replace("`19.90", "`NaN"), SUMS, SUM),
        (HEADER, PAID.replace("2026-11-21 10:00:01", "0001-01-01 00:00:00"), SUMS, SUM),
        (HEADER, PAID.replace("4200002611", ""), SUMS, SUM),
        (HEADER, PAID.rpartition(",")[0], SUMS, SUM),
        (HEADER, PAID[1:], SUMS, SUM),
    ],
)
def test_a_bill_laid_out_otherwise_is_broken(lines):
    with pytest.raises(BrokenBill):
        read(*lines)


VALUES = st.sampled_from([*PAID[1:].split(bills.SEPARATOR), *REFUNDED[1:].split(bills.SEPARATOR)]) | st.text()
ROW = st.lists(VALUES, min_size=26, max_size=29).map(lambda values: "`" + bills.SEPARATOR.join(values))


@given(st.binary() | st.lists(st.text() | ROW).map(lambda rows: "\n".join([HEADER, *rows, SUMS, SUM]).encode()))
def test_any_bytes_are_a_bill_or_broken(raw):
    try:
        for line in bills.read(io.BytesIO(raw)):
            assert isinstance(line, BillLine)
    except BrokenBill:
        pass


@given(st.integers(-(10**12), 10**12), st.integers(0, 4))
def test_yuan_become_cents_exactly(cents, zeros):
    assert bills.cents(f"{Decimal(cents).scaleb(-2):.2f}" + "0" * zeros) == cents


def unpacked(packed: bytes, sha1: str, size: int = 7) -> bytes:
    target = io.BytesIO()
    bills.unpack((packed[at : at + size] for at in range(0, len(packed), size)), target, sha1)
    return target.read()


def test_a_file_is_unpacked_in_pieces_and_compared():
    plain = (HEADER * 50).encode()
    assert unpacked(gzip.compress(plain), hashlib.sha1(plain).hexdigest().upper()) == plain


@pytest.mark.parametrize(
    "damage",
    [
        lambda packed: packed[:-4],
        lambda packed: b"",
        lambda packed: b"<html>",
        lambda packed: packed[:20] + bytes([packed[20] ^ 1]) + packed[21:],
        lambda packed: gzip.compress(b"another file"),
    ],
)
def test_another_file_than_announced_is_broken(damage):
    plain = (HEADER * 50).encode()
    with pytest.raises(BrokenBill):
        unpacked(damage(gzip.compress(plain)), hashlib.sha1(plain).hexdigest())
