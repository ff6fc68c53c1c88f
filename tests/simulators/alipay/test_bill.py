"""Bills lie out exactly as the platform's."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal

from tests.simulators.alipay import rig
from yutang.simulators.alipay import AlipaySimulator

DETAILS = """#支付宝业务明细查询
#账号：[20880000000000010156]
#起始日期：[2026年03月05日 00:00:00]   终止日期：[2026年03月06日 00:00:00]
#-----------------------------------------业务明细列表----------------------------------------
支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,\
支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,\
退款批次号/请求号,服务费（元）,分润（元）,备注
2026030522001000000000000000\t,T1\t,交易\t,"吐司, ""两""份",2026-03-05 12:00:00,2026-03-05 12:00:00,\t,\t,\t,\t,\
*某(138****0000)\t,10.00,10.00,0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,\t,-0.06,0.00,早餐
2026030522001000000000000000\t,T1\t,退款\t,"吐司, ""两""份",2026-03-05 12:00:00,2026-03-05 12:01:00,\t,\t,\t,\t,\
*某(138****0000)\t,-3.00,-3.00,0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,R1\t,0.00,0.00,早餐
#-----------------------------------------业务明细列表结束------------------------------------
#交易合计：1笔，商家实收共10.00元，商家优惠共0.00元
#退款合计：1笔，商家实收退款共-3.00元，商家优惠退款共0.00元
#导出时间：[2026年03月05日 12:01:00]
"""
SUMMARY = """#支付宝业务汇总查询
#账号：[20880000000000010156]
#起始日期：[2026年03月05日 00:00:00]   终止日期：[2026年03月06日 00:00:00]
#-----------------------------------------业务汇总列表----------------------------------------
门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,卡消费金额（元）,\
服务费（元）,分润（元）,实收净额（元）
合计\t,\t,1,1,7.00,7.00,0.00,0.00,0.00,-0.06,0.00,6.94
#----------------------------------------业务汇总列表结束-------------------------------------
#导出时间：[2026年03月05日 12:01:00]
"""


def test_two_tables_in_gbk_under_gbk_names(http, clock):
    with AlipaySimulator(rig.account(), now=clock, fee_rate=Decimal("0.006")) as alipay:
        alipay.book.place(rig.charge(amount=1000, subject='吐司, "两"份', body="早餐", notify_url=""))
        trade = alipay.pay("T1")
        clock.go(minutes=1)
        alipay.book.refund(trade, "R1", 300)
        content = http.get(f"{alipay.url}/bill/2026-03-05.csv.zip").content
    with zipfile.ZipFile(io.BytesIO(content), metadata_encoding="gbk") as archive:
        names = archive.namelist()
        texts = [archive.read(name).decode("gbk") for name in names]
        assert [found.flag_bits & 0x800 for found in archive.infolist()] == [0, 0]
    assert names == [
        "20880000000000010156_20260305_业务明细.csv", "20880000000000010156_20260305_业务明细(汇总).csv",
    ]  # fmt: skip
    assert texts == [DETAILS.replace("\n", "\r\n"), SUMMARY.replace("\n", "\r\n")]
    assert "业务明细".encode("gbk") in content


def test_days_are_those_of_shanghai(alipay, clock):
    alipay.book.place(rig.charge(notify_url=""))
    clock.go(hours=11, minutes=59)
    alipay.pay("T1")
    clock.go(minutes=1)
    alipay.book.refund(alipay.book.find(out_trade_no="T1"), "R1", 1)

    def kinds(day: int) -> list[bool]:
        with zipfile.ZipFile(io.BytesIO(alipay.bill(date(2026, 3, day))), metadata_encoding="gbk") as archive:
            text = archive.read(archive.namelist()[0]).decode("gbk")
        return [word in text for word in (",交易\t", ",退款\t")]

    assert [kinds(5), kinds(6), kinds(7)] == [[True, False], [False, True], [False, False]]


def test_a_letter_that_gbk_lacks(alipay):
    alipay.book.place(rig.charge(subject="吐司🍞", notify_url=""))
    alipay.pay("T1")
    with zipfile.ZipFile(io.BytesIO(alipay.bill(date(2026, 3, 5)))) as archive:
        assert "吐司?," in archive.read(archive.namelist()[0]).decode("gbk")
