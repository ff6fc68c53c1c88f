from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulators.alipay import rig
from yutang.connectors.alipay import bills
from yutang.connectors.alipay import client as client_module
from yutang.connectors.alipay.errors import BrokenBill, NoBill, OutcomeUnknown
from yutang.connectors.alipay.shapes import BillKind, BillLine
from yutang.simulators.alipay import AnswerFault

DAY = date(2026, 3, 5)
# As the platform writes it: tabs behind texts, comments before and behind.
BILL = """#支付宝业务明细查询
#账号：[20880000000000010156]
#起始日期：[2026年03月05日 00:00:00]   终止日期：[2026年03月06日 00:00:00]
#-----------------------------------------业务明细列表----------------------------------------
支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,\
支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,\
退款批次号/请求号,服务费（元）,分润（元）,备注
2026030522001\t,T1\t,交易\t,"吐司, 两份",2026-03-05 10:55:16,2026-03-05 10:55:23,s\t,s\t,\t,\t,\
*某(138****0000)\t,20.00,19.50,0.00,0.00,0.00,0.50,0.00,,0.00\t,0.00,\t,-0.12,0.00,
2026030522001\t,T1\t,退款\t,吐司,2026-03-05 10:55:16,2026-03-05 10:56:48,s\t,s\t,\t,\t,\
*某(138****0000)\t,-5.00,-5.00,0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,R1\t,0.00,0.00,少一个
#-----------------------------------------业务明细列表结束------------------------------------
#交易合计：1笔，商家实收共19.50元，商家优惠共0.50元
#退款合计：1笔，商家实收退款共-5.00元，商家优惠退款共0.00元
#导出时间：[2026年03月06日 05:46:49]
"""


def packed(text: str = BILL, *, names: tuple[str, ...] = ("2088_20260305_details.csv",)) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, text.encode("gbk"))
    return file.getvalue()


def read(content: bytes) -> list[BillLine]:
    return list(bills.lines(io.BytesIO(content)))


def test_a_payment_and_a_refund():
    payment, refund = read(packed())
    assert payment == BillLine(
        trade_no="2026030522001", out_trade_no="T1", kind=BillKind.PAYMENT, out_request_no="", subject="吐司, 两份",
        created_at=datetime(2026, 3, 5, 2, 55, 16, tzinfo=UTC), finished_at=datetime(2026, 3, 5, 2, 55, 23, tzinfo=UTC),
        amount=2000, receipt_amount=1950, fee=-12, shared_amount=0, remark="",
    )  # fmt: skip
    assert (refund.kind, refund.out_request_no, refund.amount, refund.receipt_amount, refund.remark) == (
        BillKind.REFUND, "R1", -500, -500, "少一个",
    )  # fmt: skip


def test_the_summary_is_not_read():
    assert len(read(packed(names=("2088_业务明细.csv", "2088_业务明细(汇总).csv")))) == 2


def test_new_kinds_are_kept():
    assert read(packed(BILL.replace("退款\t", "其它\t")))[1].kind == "其它"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "cannot be read"),
        (b"PK\x03\x04 no zip", "cannot be read"),
        (packed(names=()), "0 tables"),
        (packed(names=("a.csv", "b.csv")), "2 tables"),
        (packed(""), "breaks off"),
        (packed(BILL[: BILL.index("#----", 200)]), "breaks off"),
        (packed(BILL.replace("支付宝交易号", "交易号")), "line 5: headers expected"),
        (packed(BILL.replace("服务费", "手续费")), "line 6: '服务费（元）'"),
        (packed(BILL.replace("-5.00,-5.00", "-5.001,-5.00")), "line 7: not an amount: '-5.001'"),
        (packed(BILL.replace(",少一个", ",少一个,又一个")), "line 7: 26 columns instead of 25"),
        (packed(BILL.replace("2026-03-05 10:56:48", "昨天")), "line 7: not a time"),
    ],
)
def test_a_broken_bill_says_where(content, message):
    with pytest.raises(BrokenBill, match=message):
        read(content)


def test_a_stray_quote_spoils_no_other_line():
    with pytest.raises(BrokenBill, match="line 7"):
        read(packed(BILL.replace("退款\t,吐司", '退款\t,"吐司')))


def test_a_changed_byte_is_noticed():
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        archive.writestr("a.csv", BILL.encode("gbk"))
    content = stored.getvalue().replace(b"19.50,", b"91.50,")
    with pytest.raises(BrokenBill, match="CRC"):
        read(content)


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_are_a_clear_error(content):
    with pytest.raises(BrokenBill):
        read(content)


@settings(deadline=None)
@given(st.data())
def test_any_damage_is_a_clear_error_or_none(data):
    content = bytearray(packed())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(BrokenBill):
        assert len(read(bytes(content))) == 2


@settings(deadline=None)
@given(st.lists(st.text(alphabet='#,"\t\r\n业务明细列表结束支付宝交易号0-:. ')))
def test_any_text_is_a_clear_error_or_lines(text):
    with suppress(BrokenBill):
        assert list(bills.rows(text)) == []


def test_the_bill_of_a_day(alipay, client, clock):
    for number, amount in (("T1", 1000), ("T2", 10_000)):
        client.precreate(rig.charge(number, amount))
        alipay.pay(number)
        clock.go(minutes=1)
    client.refund(out_trade_no="T1", out_request_no="R1", amount=300)
    with pytest.raises(NoBill):
        list(client.bill(date(2026, 3, 4)))
    clock.go(days=1)
    client.refund(out_trade_no="T2", out_request_no="R2", amount=1)
    found = [
        (line.out_trade_no, line.kind, line.out_request_no, line.amount, line.subject) for line in client.bill(DAY)
    ]
    assert found == [
        ("T1", BillKind.PAYMENT, "", 1000, "谷汀麦作 吐司/套餐"),
        ("T2", BillKind.PAYMENT, "", 10_000, "谷汀麦作 吐司/套餐"),
        ("T1", BillKind.REFUND, "R1", -300, "谷汀麦作 吐司/套餐"),
    ]
    clock.go(days=1)
    assert [line.out_request_no for line in client.bill(date(2026, 3, 6))] == ["R2"]


@pytest.mark.parametrize("fault", [AnswerFault.LOST, AnswerFault.DOWN])
def test_a_download_that_breaks(alipay, client, clock, fault):
    client.precreate(rig.charge())
    alipay.pay("T1")
    clock.go(days=1)
    alipay.inject("bill", fault)
    with pytest.raises(OutcomeUnknown, match="the bill's download"):
        list(client.bill(DAY))
    assert len(list(client.bill(DAY))) == 1


def test_sizes_have_limits(alipay, client, clock, monkeypatch):
    client.precreate(rig.charge())
    alipay.pay("T1")
    clock.go(days=1)
    monkeypatch.setattr(bills, "LARGEST", 100)
    with pytest.raises(BrokenBill, match="too large"):
        list(client.bill(DAY))
    monkeypatch.setattr(client_module, "LARGEST_DOWNLOAD", 100)
    with pytest.raises(BrokenBill, match="too large"):
        list(client.bill(DAY))
