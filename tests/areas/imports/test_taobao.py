"""Taobao's two reports: GBK, ids shielded as ="…", phones as '…, one report with the money, one with the lines."""

# ruff: noqa: E501 - rows of sample files stay on one line
from __future__ import annotations

from pathlib import Path

import pytest

from tests.areas.imports.files import brief, read_all, write, write_xlsx
from yutang.areas.imports.detect import detect
from yutang.areas.imports.errors import ImportFileError

ORDERS = (
    "订单编号,买家会员名,买家应付货款,买家应付邮费,总金额,买家实际支付金额,订单状态,收货人姓名,收货地址 ,联系手机,订单创建时间,"
    "订单付款时间 ,宝贝标题 ,宝贝种类 ,宝贝总数量,店铺名称,退款金额,确认收货时间,打款商家金额\r\n"
    '="1001",小鱼88,100.00,10.00,110.00,110.00,交易成功,张**,浙江省杭州市,\'13800138000,2026-01-02 03:04:05,'
    '2026-01-02 03:05:00,"茶,红茶",2,3,鱼塘旗舰店,0.00,2026-01-09 08:00:00,110.00元\r\n'
    '="1002",t**b,20.00,0.00,20.00,0.00,等待买家付款,李**,浙江省,\'138****8000,2026-01-03 03:04:05,'
    ",杯子,1,1,鱼塘旗舰店,,,0.00元\r\n"
    '="1003",小鱼88,50.00,0.00,50.00,50.00,交易关闭,张三,浙江省,13800138000-1234,2026-01-04 00:00:00,'
    "2026-01-04 00:01:00,壶,1,1,鱼塘旗舰店,50.00,,0.00元\r\n"
    "合计,,,,,160.00,,,,,,,,,,,,,\r\n"
)
OLD_ITEMS = (
    "订单编号,标题,价格,购买数量,外部系统编号,商品属性,套餐信息,备注,订单状态,商家编码\r\n"
    '="1001","茶",30.00,1,A1,颜色:红,,,交易成功,A1\r\n'
    '="1001","红茶",30.00,2,A2,,,,交易成功,A2\r\n'
    '="1003","壶",50.00,1,A3,,,,交易关闭,A3\r\n'
)
NEW_ITEMS = [
    ["子订单编号", "主订单编号", "商品标题", "商品价格", "购买数量", "外部系统编号", "商品属性", "订单状态", "商家编码",
     "买家实付金额", "退款状态", "退款金额", "订单创建时间", "订单付款时间", "商品ID"],
    ["1001-1", "1001", "茶", "30.00", 1, "A1", "颜色:红", "交易成功", "A1", "33.34", "没有申请退款", "无退款申请",
     "2026-01-02 03:04:05", "2026-01-02 03:05:00", "900"],
    ["1001-2", "1001", "红茶", "30.00", 2, "A2", "", "交易成功", "A2", "66.66", "退款成功", "6.66",
     "2026-01-02 03:04:05", "2026-01-02 03:05:00", "901"],
    ["1003-1", "1003", "壶", "50.00", 1, "A3", "", "交易关闭", "A3", "50.00", "退款成功", "50.00",
     "2026-01-04 00:00:00", "2026-01-04 00:01:00", "902"],
    ["1004-1", "1004", "碗", "8.00", 1, "A4", "", "交易成功", "A4", "7.50", "退款关闭", "7.50",
     "2026-01-05 00:00:00", "2026-01-05 00:01:00", "903"],
]  # fmt: skip


def test_the_order_report_is_known_and_asks_for_its_items(tmp_path: Path) -> None:
    found = detect(write(tmp_path, "ExportOrderList1.csv", ORDERS, "gb18030"))
    assert (found.kind, found.needs_companion, found.encoding) == ("taobao_orders", "taobao_items", "gb18030")
    assert detect(write(tmp_path, "d.csv", OLD_ITEMS, "gbk")).kind == "taobao_items"
    assert detect(write_xlsx(tmp_path, "d.xlsx", NEW_ITEMS)).kind == "taobao_items"


def test_the_order_report_alone_gives_one_line_per_order(tmp_path: Path) -> None:
    rows, errors = read_all(write(tmp_path, "o.csv", ORDERS, "gbk"))
    assert errors == []
    assert brief(rows) == [
        ("1001", "1", "goods", 3, 10000),
        ("1002", "1", "goods", 1, 0),
        ("1003", "1", "goods", 1, 5000),
        ("1001", "#freight", "freight", 0, 1000),
        ("1003", "#refund", "refund", 0, -5000),
    ]
    first, unpaid, closed = rows[:3]
    assert (first["buyer_id"], first["phone"], first["name"]) == ("小鱼88", "+8613800138000", None)
    assert (first["title"], first["status"], first["shop"]) == ("茶,红茶", "completed", "鱼塘旗舰店")
    assert first["ordered_at"].isoformat() == "2026-01-01T19:04:05+00:00"
    assert first["updated_at"] == first["completed_at"]
    assert (unpaid["buyer_id"], unpaid["phone"], unpaid["status"]) == (None, None, "unpaid")
    assert unpaid["paid_at"] is None
    assert (closed["phone"], closed["name"], closed["status"]) == (None, "张三", "closed")
    assert closed["paid_at"] is not None


def test_an_order_closed_after_payment_is_given_back_even_when_no_refund_is_printed(tmp_path: Path) -> None:
    text = ORDERS.replace("鱼塘旗舰店,50.00,", "鱼塘旗舰店,,")
    rows, errors = read_all(write(tmp_path, "o.csv", text, "gbk"))
    assert errors == []
    assert brief(rows)[-1] == ("1003", "#refund", "refund", 0, -5000)


def test_old_items_share_what_the_order_report_says_was_paid(tmp_path: Path) -> None:
    paths = [write(tmp_path, "o.csv", ORDERS, "gbk"), write(tmp_path, "d.csv", OLD_ITEMS, "gbk")]
    for order in (paths, paths[::-1]):
        rows, errors = read_all(*order)
        assert errors == []
        assert brief(rows) == [
            ("1001", "1", "goods", 1, 3333),
            ("1001", "2", "goods", 2, 6667),
            ("1003", "1", "goods", 1, 5000),
            ("1002", "1", "goods", 1, 0),
            ("1001", "#freight", "freight", 0, 1000),
            ("1003", "#refund", "refund", 0, -5000),
        ]
        assert [row["title"] for row in rows[:4]] == ["茶", "红茶", "壶", "杯子"]
        assert rows[1]["buyer_id"] == "小鱼88"


def test_new_items_bring_their_own_keys_money_and_refunds(tmp_path: Path) -> None:
    rows, errors = read_all(write(tmp_path, "o.csv", ORDERS, "gbk"), write_xlsx(tmp_path, "d.xlsx", NEW_ITEMS))
    assert errors == []
    assert brief(rows) == [
        ("1001", "1001-1", "goods", 1, 3334),
        ("1001", "1001-2", "goods", 2, 6666),
        ("1003", "1003-1", "goods", 1, 5000),
        ("1004", "1004-1", "goods", 1, 750),
        ("1002", "1", "goods", 1, 0),
        ("1001", "#freight", "freight", 0, 1000),
        ("1001", "1001-2#refund", "refund", 0, -666),
        ("1003", "1003-1#refund", "refund", 0, -5000),
    ]
    assert rows[3]["buyer_id"] is None
    refund = rows[6]
    assert refund["paid_at"] == refund["completed_at"] == rows[1]["completed_at"]
    assert refund["ordered_at"] == rows[1]["ordered_at"]


def test_items_alone_have_no_buyers(tmp_path: Path) -> None:
    rows, errors = read_all(write_xlsx(tmp_path, "d.xlsx", NEW_ITEMS))
    assert errors == []
    assert [row["amount"] for row in rows if row["kind"] == "goods"] == [3334, 6666, 5000, 750]
    assert {row["buyer_id"] for row in rows} == {None}


def test_old_items_alone_cannot_be_dated(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError) as caught:
        read_all(write(tmp_path, "d.csv", OLD_ITEMS, "gbk"))
    assert (caught.value.code, caught.value.detail) == ("file.companion_missing", "taobao_orders")


def test_an_id_that_excel_broke_is_reported_and_stops_no_other(tmp_path: Path) -> None:
    text = ORDERS.replace('="1002"', "1.23E+17")
    rows, errors = read_all(write(tmp_path, "o.csv", text, "gbk"))
    assert [(e.row, e.column, e.code, e.value) for e in errors] == [(3, "订单编号", "row.id_corrupted", "1.23E+17")]
    assert {row["order_no"] for row in rows} == {"1001", "1003"}


def test_of_two_months_that_overlap_the_later_file_wins(tmp_path: Path) -> None:
    first = write(tmp_path, "1.csv", ORDERS, "gbk")
    later = write(tmp_path, "2.csv", ORDERS.replace("等待买家付款", "卖家部分发货"), "gbk")
    rows, errors = read_all(first, later)
    assert errors == []
    assert [row["status"] for row in rows if row["order_no"] == "1002"] == ["partly_shipped"]
