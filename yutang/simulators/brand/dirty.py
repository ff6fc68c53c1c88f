"""Small files with one good order and one row for each way a row can be bad, and what an importer must say about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .files import douyin, jd, pinduoduo, pos, shopify, taobao, weixin_shop, youzan
from .files.common import Row, write_csv
from .story import SHOPS
from .truth import Order, Truth

ID_CORRUPTED = "row.id_corrupted"
DATE_UNREADABLE = "row.date_unreadable"
STATUS_UNKNOWN = "row.status_unknown"
REQUIRED = "row.required"
NUMBER_UNREADABLE = "row.number_unreadable"


@dataclass(frozen=True, slots=True)
class ExpectedError:
    path: Path  # the order file or its companion
    row: int  # as a spreadsheet counts: the header is row 1
    column: str  # header without surrounding blanks
    code: str


@dataclass(frozen=True, slots=True)
class DirtyFile:
    source: str
    path: Path
    companion: Path | None
    mapping: Path | None
    good_orders: tuple[str, ...]  # order numbers that must still be imported
    errors: tuple[ExpectedError, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """Which columns of a file to spoil; "" leaves that spoiling out."""

    order_no: str
    ordered_at: str
    status: str
    quantity: str


_PLANS = {
    "jd": _Plan("订单号", "下单时间", "订单状态", "订购数量"),
    "pinduoduo": _Plan("订单号", "订单成交时间", "订单状态", "商品数量(件)"),
    "douyin": _Plan("主订单编号", "订单提交时间", "订单状态", "商品数量"),
    "weixin_shop": _Plan("订单号", "订单下单时间", "订单状态", "商品数量"),
    "shopify": _Plan("Name", "Created at", "Financial Status", "Lineitem quantity"),
    "pos": _Plan("流水号", "开单时间", "交易状态", "数量"),
    "taobao": _Plan("订单编号", "订单创建时间", "订单状态", ""),
    "youzan": _Plan("订单号", "订单创建时间", "订单状态", ""),
}
_SINGLE = {
    "jd": (jd.HEADERS, jd.rows, jd.ENCODING),
    "pinduoduo": (pinduoduo.HEADERS, pinduoduo.rows, pinduoduo.ENCODING),
    "douyin": (douyin.HEADERS, douyin.rows, douyin.ENCODING),
    "weixin_shop": (weixin_shop.HEADERS, weixin_shop.rows, weixin_shop.ENCODING),
    "shopify": (shopify.HEADERS, shopify.rows, shopify.ENCODING),
    "pos": (pos.HEADERS, pos.rows, pos.ENCODING),
}


def write_dirty_samples(truth: Truth, directory: Path) -> list[DirtyFile]:
    """One dirty file for each platform (a pair for Taobao and Youzan); the first and the last order are good."""
    directory.mkdir(parents=True, exist_ok=True)
    mapping = directory / "pos_mapping.toml"
    mapping.write_bytes((Path(pos.__file__).parent / "pos_mapping.toml").read_bytes())
    dirty = []
    for source, (headers, rows, encoding) in _SINGLE.items():
        orders = _sample(truth, source, 7)
        path = directory / f"dirty_{source}.csv"
        spoiled, errors = _spoil(path, list(rows(orders, truth)), _PLANS[source])
        write_csv(path, headers, spoiled, encoding=encoding)
        good = (orders[0].order_no, orders[6].order_no)
        dirty.append(DirtyFile(source, path, None, mapping if source == "pos" else None, good, tuple(errors)))
    dirty.append(_taobao(truth, directory))
    dirty.append(_youzan(truth, directory))
    return dirty


def _sample(truth: Truth, source: str, count: int, layout: str | None = None) -> list[Order]:
    """Plain paid orders cut down to their first line; those with a single line first."""
    found = [
        order
        for order in truth.orders
        if order.channel == source
        and order.shop != SHOPS["taobao"]
        and layout in {None, order.layout}
        and order.status in {"completed", "shipped"}
        and order.paid_at is not None
        and not order.refunds
        and not order.note
    ]
    found.sort(key=lambda order: len(order.lines))
    if len(found) < count:
        raise ValueError(f"too few {source} orders for the dirty samples; raise the scale")
    return [replace(order, lines=order.lines[:1]) for order in found[:count]]


def _spoil(path: Path, rows: Sequence[Row], plan: _Plan) -> tuple[list[Row], list[ExpectedError]]:
    """Spoils rows 3 to 7; rows 2 and 8 stay good."""
    spoiled = list(rows)
    errors = []
    wrong = (
        (plan.order_no, "1.23E+17", ID_CORRUPTED),
        (plan.ordered_at, "2026/13/45 25:61", DATE_UNREADABLE),
        (plan.status, "神秘状态", STATUS_UNKNOWN),
        (plan.order_no, "", REQUIRED),
        (plan.quantity, "两盒", NUMBER_UNREADABLE),
    )
    for index, (column, value, code) in enumerate(wrong, start=1):
        if not column:
            continue
        spoiled[index] = spoiled[index] | {column: value}
        errors.append(ExpectedError(path, index + 2, column, code))
    return spoiled, errors


def _taobao(truth: Truth, directory: Path) -> DirtyFile:
    orders = _sample(truth, "taobao", 7, "taobao_old")
    path, items = directory / "dirty_taobao.csv", directory / "dirty_taobao_items.csv"
    spoiled, errors = _spoil(path, list(taobao.order_rows(orders, truth)), _PLANS["taobao"])
    write_csv(path, taobao.ORDER_HEADERS, spoiled, encoding=taobao.ENCODING, quote_all=True)
    kept = [orders[0], orders[5], orders[6]]
    rows = list(taobao.old_item_rows(kept))
    rows[1] |= {"购买数量": "两盒"}
    errors.append(ExpectedError(items, 3, "购买数量", NUMBER_UNREADABLE))
    write_csv(items, taobao.OLD_ITEM_HEADERS, rows, encoding=taobao.ENCODING, quote_all=True)
    return DirtyFile("taobao", path, items, None, (orders[0].order_no, orders[6].order_no), tuple(errors))


def _youzan(truth: Truth, directory: Path) -> DirtyFile:
    orders = _sample(truth, "youzan", 7)
    path, items = directory / "dirty_youzan.csv", directory / "dirty_youzan_items.csv"
    spoiled, errors = _spoil(path, list(youzan.order_rows(orders, truth)), _PLANS["youzan"])
    write_csv(path, youzan.ORDER_HEADERS, spoiled, encoding=youzan.ENCODING)
    kept = [orders[0], orders[5], orders[6]]
    rows = list(youzan.item_rows(kept))
    rows[1] |= {"商品数量": "两盒"}
    errors.append(ExpectedError(items, 3, "商品数量", NUMBER_UNREADABLE))
    write_csv(items, youzan.ITEM_HEADERS, rows, encoding=youzan.ENCODING)
    return DirtyFile("youzan", path, items, None, (orders[0].order_no, orders[6].order_no), tuple(errors))
