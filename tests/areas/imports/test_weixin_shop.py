"""微信小店: one row per product; the guide and the WeCom customer are named."""

# ruff: noqa: E501 - rows of sample files stay on one line
from __future__ import annotations

from pathlib import Path

from tests.areas.imports.files import brief, read_all, write
from yutang.areas.imports.detect import detect

TEXT = (
    "订单号,订单下单时间,订单发货时间,订单确认收货时间,订单状态,收件人姓名,收件人手机,商品总价,订单实际支付金额,订单运费,支付时间,带货账号昵称,"
    "企微工号,企业微信加密id,商品名称,商品编码(平台),SKU编码(自定义),商品实际价格(单件),商品实际价格(总共),商品数量,商品已退款金额\n"
    "`37001,2026-01-02 03:04:05,2026-01-03 00:00:00,2026-01-09 00:00:00,已完成,张三,13800138000,30,35,5,2026-01-02 03:05:00,"
    "小红,lisi,wmAAA,茶,900,K1,10,10,1,\n"
    # order-level cells of the second product may be blank
    "`37001,,,,,,,,,,,,,,杯,901,K2,10,20,2,20\n"
    "`37002,2026-01-02 03:04:05,,,已取消,李四,13700137000转1234,10,0,0,,,,,壶,902,K3,10,10,1,\n"
)


def test_products(tmp_path: Path) -> None:
    path = write(tmp_path, "wx.csv", TEXT)
    assert detect(path).kind == "weixin_shop"
    rows, errors = read_all(path)
    assert errors == []
    assert brief(rows) == [
        ("37001", "1", "goods", 1, 1000),
        ("37001", "2", "goods", 2, 2000),
        ("37002", "1", "goods", 1, 1000),
        ("37001", "#freight", "freight", 0, 500),
        ("37001", "2#refund", "refund", 0, -2000),
    ]
    second = rows[1]
    assert (second["guide"], second["external_userid"], second["host"]) == ("lisi", "wmAAA", "小红")
    assert (second["phone"], rows[2]["phone"]) == ("+8613800138000", None)
    assert (rows[2]["status"], rows[2]["paid_at"]) == ("closed", None)
