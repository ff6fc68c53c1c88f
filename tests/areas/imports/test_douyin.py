"""Douyin: ids behind a tab in quotes, "-" for nothing, cipher text, and merged rows joined by semicolons."""

from __future__ import annotations

from pathlib import Path

from tests.areas.imports.files import brief, read_all, write
from yutang.areas.imports.detect import detect

HEAD = (
    "主订单编号,子订单编号,选购商品,商品规格,商品数量,商品ID,商家编码,商品单价,订单应付金额,运费,优惠总金额,收件人,收件人手机号,省,"
    "订单提交时间,订单完成时间,支付完成时间,订单状态,达人ID,达人昵称,售后状态,取消原因,流量体裁\r\n"
)
TEXT = (
    HEAD
    + '"\t69001","\t69001",茶,-,1,"\t3001",K1,100.00,95.00,5.00,10.00,##abc,$$def==$1$,浙江省,2026-01-02 03:04:05,-,'
    "2026-01-02 03:05:00,已发货,4411,小王直播,-,-,直播\r\n"
    + '"\t69001","\t69002",杯,红,2,"\t3002",K2,10.00,20.00,0.00,0.00,##abc,$$def==$1$,浙江省,2026-01-02 03:04:05,'
    "2026-01-08 00:00:00,2026-01-02 03:05:00,已完成,-,-,退款成功,-,商品卡\r\n"
    + '"\t69003","\t69003",壶,-,1,"\t3003",K3,10.00,10.00,0.00,0.00,王*,138****0000,浙江省,2026-01-03 03:04:05,-,-,'
    "已关闭,-,-,-,超时未付,-\r\n"
    + '"\t69004","\t69004",壶,-,1,"\t3003",K3,10.00,10.00,0.00,0.00,王*,138****0000,浙江省,2026-01-03 03:04:05,-,'
    "2026-01-03 03:05:00,已关闭,-,-,-,-,-\r\n"
)


def test_sub_orders(tmp_path: Path) -> None:
    path = write(tmp_path, "dy.csv", TEXT, "utf-8-sig")
    assert detect(path).kind == "douyin"
    rows, errors = read_all(path)
    assert errors == []
    assert brief(rows) == [
        ("69001", "69001", "goods", 1, 9000),
        ("69001", "69002", "goods", 2, 2000),
        ("69003", "69003", "goods", 1, 1000),
        ("69004", "69004", "goods", 1, 1000),
        ("69001", "#freight", "freight", 0, 500),
        ("69001", "69002#refund", "refund", 0, -2000),
        ("69004", "69004#refund", "refund", 0, -1000),
    ]
    assert [row["paid_at"] is None for row in rows[:4]] == [False, False, True, False]
    assert {(row["name"], row["phone"]) for row in rows} == {(None, None)}
    assert (rows[0]["host"], rows[1]["host"], rows[0]["spec"]) == ("小王直播", None, None)


def test_merged_rows_become_one_line_per_sub_order(tmp_path: Path) -> None:
    text = (
        HEAD + "69001,69001;69002,茶;杯,-;红,1;2,3001;3002,K1;K2,10.00;10.00,100.00,1.00,0.00,-,-,浙江省,"
        "2026-01-02 03:04:05,-,2026-01-02 03:05:00,已发货,-,-,-,-,-\r\n"
        "69005,69005;69006,茶;杯,-;红,1;2,3001;3002,K1;K2,10.00;10.00,10.00;20.00,0.00,0.00,-,-,浙江省,"
        "2026-01-02 03:04:05,-,2026-01-02 03:05:00,已发货,-,-,-,-,-\r\n"
    )
    rows, errors = read_all(write(tmp_path, "dy.csv", text))
    assert errors == []
    assert sum(row["amount"] for row in rows) == 13000
    assert [(r["order_no"], r["line_key"], r["quantity"], r["title"]) for r in rows if r["kind"] == "goods"] == [
        ("69001", "69001", 1, "茶"),
        ("69001", "69002", 2, "杯"),
        ("69005", "69005", 1, "茶"),
        ("69005", "69006", 2, "杯"),
    ]
    assert [row["amount"] for row in rows if row["order_no"] == "69005"] == [1000, 2000]
    assert [row["amount"] for row in rows if row["kind"] == "freight"] == [100]
