"""Pinduoduo: one row per order, tabs on ids, thousands commas, either comma in the statuses, no buyer."""

# ruff: noqa: E501 - rows of sample files stay on one line
from __future__ import annotations

from pathlib import Path

from tests.areas.imports.files import brief, read_all, write, write_xlsx
from yutang.areas.imports.detect import detect

HEADERS = [
    "订单成交时间", "商品", "订单号", "订单状态", "商品数量（件）", "支付时间", "发货时间", "确认收货时间", "商品id", "商品规格", "样式ID",
    "商家编码-SKU维度", "售后状态", "商品总价(元)", "邮费(元)", "店铺优惠折扣(元)", "用户实付金额(元)", "商家实收金额(元)", "省", "市",
]  # fmt: skip
ROWS = [
    ["2026-01-02 03:04:05", "茶", "\t260102-001", "已发货，待收货", "2", "2026-01-02 03:05:00", "", "", "\t77", "大",
     "1", "K1", "无售后或售后取消", '"1,234.50"', "5.00", "0", '"1,239.50"', '"1,239.50"', "浙*", "杭州市"],
    ["", "杯", "260103-002", '"已发货,待收货"', "1", "2026-01-03 03:05:00", "", "", "78", "", "1", "", "退款成功",
     "10", "0", "1.5", "8.5", "8.5", "浙江省", "-"],
    ["", "壶", "260104-003", "已取消", "1", "", "", "", "79", "", "1", "", "-", "10", "0", "0", "10", "10", "浙江省", ""],
    ["", "壶", "260105-004", "已取消，退款成功", "1", "2026-01-05 00:00:00", "", "", "79", "", "1", "", "退款成功",
     "10", "2", "0", "12", "12", "浙江省", ""],
    ["", "壶", "无日期", "待发货", "1", "", "", "", "79", "", "1", "", "-", "10", "0", "0", "10", "10", "浙江省", ""],
]  # fmt: skip
LINES = [
    ("260102-001", "1", "goods", 2, 123450),
    ("260103-002", "1", "goods", 1, 850),
    ("260104-003", "1", "goods", 1, 1000),
    ("260105-004", "1", "goods", 1, 1000),
    ("260102-001", "#freight", "freight", 0, 500),
    ("260105-004", "#freight", "freight", 0, 200),
    ("260103-002", "#refund", "refund", 0, -850),
    ("260105-004", "#refund", "refund", 0, -1200),
]


def test_csv(tmp_path: Path) -> None:
    text = "\n".join(",".join(row) for row in [HEADERS, *ROWS])
    path = write(tmp_path, "pdd.csv", text, "utf-8-sig")
    assert detect(path).kind == "pinduoduo"
    rows, errors = read_all(path)
    assert brief(rows) == LINES
    assert [(e.row, e.column, e.code) for e in errors] == [(6, "订单成交时间", "row.required")]
    assert [row["status"] for row in rows[:4]] == ["shipped", "shipped", "closed", "closed"]
    assert [row["paid_at"] is None for row in rows[:4]] == [False, False, True, False]
    assert rows[1]["ordered_at"].isoformat() == "2026-01-02T16:00:00+00:00"  # the day in the number
    assert rows[2]["ordered_at"].isoformat() == "2026-01-03T16:00:00+00:00"  # from the order number
    assert (rows[0]["product_code"], rows[0]["sku_code"], rows[0]["spec"]) == ("77", "K1", "大")
    assert (rows[0]["province"], rows[0]["city"], rows[1]["city"]) == (None, "杭州市", None)


def test_the_same_as_a_workbook(tmp_path: Path) -> None:
    rows = [[cell.strip('"') for cell in row] for row in ROWS]
    lines, _ = read_all(write_xlsx(tmp_path, "pdd.xlsx", [HEADERS, *rows]))
    assert brief(lines) == LINES
