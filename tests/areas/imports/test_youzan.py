"""Youzan: order file and item file; the header 分销员 stands twice; phones may be whole."""

# ruff: noqa: E501 - rows of sample files stay on one line
from __future__ import annotations

from pathlib import Path

from tests.areas.imports.files import brief, read_all, write
from yutang.areas.imports.detect import detect

ORDERS = (
    "订单号,销售渠道,归属店铺,订单状态,订单创建时间,买家付款时间,交易成功时间,商品金额合计,运费,订单实付金额,全部商品名称,收货人省份,"
    "收货人/提货人,收货人手机号/提货人手机号,买家昵称,买家手机号,下单网点,分销员,分销员,销售导购,订单已退款金额\n"
    "E20260102030405001,网店,鱼塘,交易完成,2026-01-02 03:04:05,2026-01-02 03:05:00,2026-01-09 00:00:00,30.00,5.00,35.00,茶;杯,"
    "浙江省,张三,138****8000,鱼,13900139000,西湖店,甲,乙,小李,3.00\n"
    "E20260103030405002,网店,鱼塘,待付款,2026-01-03 03:04:05,,,10.00,0.00,0.00,壶,浙江省,李四,13700137000,鱼二,136****0000,"
    "西湖店,,,,0.00\n"
)
ITEMS = (
    "订单号,外部订单号,订单商品状态,交易成功时间,商品名称,商品类目,商品规格,规格编码,商品编码,商品单价,商品数量,商品金额小计,"
    "店铺优惠（分摊）,商品实际成交金额,商品发货状态,商品已退款金额\n"
    "E20260102030405001,,交易完成,2026-01-09 00:00:00,茶,,,S1,P1,10.00,1,10.00,0.00,10.00,已发货,0.00\n"
    "E20260102030405001,,交易完成,2026-01-09 00:00:00,杯,,红,S2,P2,10.00,2,20.00,1.00,20.00,已发货,3.00\n"
    "E20260103030405002,,待付款,,壶,,,S3,P3,10.00,1,10.00,0.00,10.00,,0.00\n"
)


def test_joined(tmp_path: Path) -> None:
    orders, items = write(tmp_path, "o.csv", ORDERS), write(tmp_path, "i.csv", ITEMS)
    assert (detect(orders).kind, detect(items).kind) == ("youzan_orders", "youzan_items")
    rows, errors = read_all(orders, items)
    assert errors == []
    assert brief(rows) == [
        ("E20260102030405001", "1", "goods", 1, 1000),
        ("E20260102030405001", "2", "goods", 2, 2000),
        ("E20260103030405002", "1", "goods", 1, 1000),
        ("E20260102030405001", "#freight", "freight", 0, 500),
        ("E20260102030405001", "2#refund", "refund", 0, -300),
    ]
    first = rows[0]
    assert (first["phone"], first["name"], first["guide"], first["host"]) == ("+8613900139000", "鱼", "小李", "甲")
    assert (first["store_code"], first["shop"], first["sku_code"]) == ("西湖店", "鱼塘", "S1")
    assert rows[2]["phone"] == "+8613700137000"  # the buyer's is masked
    assert [row["status"] for row in rows[:3]] == ["completed", "completed", "unpaid"]


def test_orders_alone(tmp_path: Path) -> None:
    rows, errors = read_all(write(tmp_path, "o.csv", ORDERS))
    assert errors == []
    assert brief(rows) == [
        ("E20260102030405001", "1", "goods", 1, 3000),
        ("E20260103030405002", "1", "goods", 1, 0),
        ("E20260102030405001", "#freight", "freight", 0, 500),
        ("E20260102030405001", "#refund", "refund", 0, -300),
    ]


def test_items_alone_are_dated_by_their_order_number(tmp_path: Path) -> None:
    rows, errors = read_all(write(tmp_path, "i.csv", ITEMS))
    assert errors == []
    assert rows[0]["ordered_at"].isoformat() == "2026-01-01T19:04:05+00:00"
    assert [row["amount"] for row in rows] == [1000, 2000, 1000, -300]
