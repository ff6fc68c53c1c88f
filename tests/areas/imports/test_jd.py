"""JD: the order's amounts repeat on each SKU row and count once."""

# ruff: noqa: E501 - rows of sample files stay on one line
from __future__ import annotations

from pathlib import Path

from tests.areas.imports.files import brief, read_all, write
from yutang.areas.imports.detect import detect

HEAD = (
    "订单号,商品ID,商品名称,订购数量,支付方式,下单时间,京东价,订单金额,结算金额,余额支付,应付金额,订单状态,下单帐号,客户姓名,"
    "客户地址,联系电话,运费金额,付款确认时间,货号,订单完成时间\r\n"
)
TEXT = (
    HEAD
    + "5001,11,茶,1,在线支付,2026-01-01 10:00:00,10.00,106.00,106.00,6.00,100.00,完成,jd_fish,王五,北京,13800138000,6.00,"
    "2026-01-01 10:01:00,K1,2026-01-05 10:00:00\r\n"
    "5002,11,茶,1,在线支付,2026-01-02 10:00:00,10.00,10.00,10.00,0.00,10.00,(删除)等待出库,jd_fish,王五,北京,,0.00,"
    "2026-01-02 10:01:00,K1,\r\n"
    # another row of the first order, not next to it
    "5001,12,杯,2,在线支付,2026-01-01 10:00:00,10.00,106.00,106.00,6.00,100.00,完成,jd_fish,王五,北京,13800138000,6.00,"
    "2026-01-01 10:01:00,K2,2026-01-05 10:00:00\r\n"
    "5003,11,茶,1,在线支付,2026-01-02 10:00:00,10.00,10.00,10.00,0.00,10.00,等待付款,jd_x,赵六,北京,,0.00,,K1,\r\n"
    "5004,11,茶,1,在线支付,2026-01-02 10:00:00,10.00,10.00,10.00,0.00,10.00,在路上,jd_x,赵六,北京,,0.00,,K1,\r\n"
    "5005,11,茶,1,在线支付,2026-01-02 10:00:00,10.00,10.00,10.00,0.00,很多,完成,jd_x,赵六,北京,,0.00,,K1,\r\n"
)


def test_order_amounts_count_once(tmp_path: Path) -> None:
    path = write(tmp_path, "jd.csv", TEXT, "gbk")
    assert detect(path).kind == "jd"
    rows, errors = read_all(path)
    assert brief(rows) == [
        ("5001", "1", "goods", 1, 3333),
        ("5002", "1", "goods", 1, 1000),
        ("5001", "2", "goods", 2, 6667),
        ("5003", "1", "goods", 1, 1000),
        ("5001", "#freight", "freight", 0, 600),
        ("5002", "#refund", "refund", 0, -1000),
    ]
    assert [(e.row, e.column, e.code, e.value) for e in errors] == [
        (7, "应付金额", "row.number_unreadable", "很多"),
        (6, "订单状态", "row.status_unknown", "在路上"),
    ]
    assert [row["status"] for row in rows[:4]] == ["completed", "closed", "completed", "unpaid"]
    assert (rows[0]["buyer_id"], rows[0]["phone"], rows[0]["sku_code"]) == ("jd_fish", "+8613800138000", "K1")
    assert rows[1]["raw_status"] == "(删除)等待出库"


def test_account_may_be_written_with_its_twin(tmp_path: Path) -> None:
    rows, _ = read_all(write(tmp_path, "jd.csv", TEXT.replace("下单帐号", "下单账号 "), "gbk"))
    assert rows[0]["buyer_id"] == "jd_fish"
