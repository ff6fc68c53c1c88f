"""Writes the brand's orders as the platforms' own export files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from importlib.resources import files as package_files
from pathlib import Path

from ..story import SHOPS
from ..truth import SHANGHAI, Order, Truth, snapshot
from . import douyin, jd, pinduoduo, pos, shopify, taobao, weixin_shop, youzan
from .common import ExportFile, write_csv, write_xlsx

__all__ = ["ExportFile", "write_files"]

_SETTLED = timedelta(days=60)  # long after a period's end nothing in it changes any more
_QUARTERLY = frozenset({"pos", "taobao", "youzan"})  # the others are exported once a year


@dataclass(frozen=True, slots=True)
class _Period:
    name: str  # 2026Q3 or 2026
    first: datetime
    end: datetime  # exclusive
    exported_at: datetime
    is_early: bool


def write_files(truth: Truth, directory: Path) -> list[ExportFile]:
    """Writes every export into `directory`; returns the manifest in the order of export, which is that of import.

    Every order is in exactly one settled file of its shop (or pair of files). The last whole quarter before
    `truth.as_of` was also exported on the day after it ended: those early files come first and show less.
    """
    directory.mkdir(parents=True, exist_ok=True)
    mapping = directory / "pos_mapping.toml"
    mapping.write_bytes((package_files(__package__) / "pos_mapping.toml").read_bytes())
    manifest = []
    for key, shop in SHOPS.items():
        source = "taobao" if key == "tmall" else key
        own = [order for order in truth.orders if order.channel == source and order.shop == shop]
        for period in _periods(truth, quarterly=source in _QUARTERLY):
            orders = [order for order in own if period.first <= order.ordered_at < period.end]
            if not orders:
                continue
            if period.is_early:
                orders = [snapshot(order, period.exported_at) for order in orders]
            # Platforms list the newest order first.
            orders.reverse()
            manifest.append(_write(source, key, period, orders, truth, directory, mapping))
    manifest.sort(key=lambda file: (file.exported_at, file.path.name))
    return manifest


def _write(
    source: str, key: str, period: _Period, orders: Sequence[Order], truth: Truth, directory: Path, mapping: Path
) -> ExportFile:
    name = f"{key}_{period.name}{'_early' if period.is_early else ''}"
    layout = orders[0].layout
    companion: Path | None = None
    companion_rows = 0
    if source == "taobao":
        path = directory / f"ExportOrderList_{name}.csv"
        new = layout == "taobao_new"
        headers = taobao.NEW_ORDER_HEADERS if new else taobao.ORDER_HEADERS
        count = write_csv(path, headers, taobao.order_rows(orders, truth), encoding=taobao.ENCODING, quote_all=True)
        encoding = taobao.ENCODING
        companion = directory / f"ExportOrderDetailList_{name}.{'xlsx' if new else 'csv'}"
        if new:
            companion_rows = write_xlsx(companion, taobao.NEW_ITEM_HEADERS, taobao.new_item_rows(orders))
        else:
            companion_rows = write_csv(
                companion, taobao.OLD_ITEM_HEADERS, taobao.old_item_rows(orders), encoding=encoding, quote_all=True
            )
    elif source == "youzan":
        path, encoding = directory / f"有赞订单_{name}.csv", youzan.ENCODING
        rows = youzan.order_rows(orders, truth)
        count = write_csv(path, youzan.ORDER_HEADERS, rows, encoding=encoding, footer=youzan.FOOTER)
        companion = directory / f"有赞商品_{name}.csv"
        companion_rows = write_csv(companion, youzan.ITEM_HEADERS, youzan.item_rows(orders), encoding=encoding)
    elif source == "pinduoduo":
        path, encoding = directory / f"orders_export_{name}.csv", pinduoduo.ENCODING
        headers = pinduoduo.OLD_HEADERS if period.first.year % 2 else pinduoduo.HEADERS
        footer = ("合计",) if not period.is_early else ()
        count = write_csv(path, headers, pinduoduo.rows(orders, truth), encoding=encoding, footer=footer)
    elif source == "pos":
        path, encoding = directory / f"门店流水_{name}.csv", pos.ENCODING
        count = write_csv(path, pos.HEADERS, pos.rows(orders, truth), encoding=encoding, footer=pos.FOOTER)
    else:
        writer = _PLAIN[source]
        path, encoding = directory / writer.file_name.format(name), writer.encoding
        count = write_csv(path, writer.headers, writer.rows(orders, truth), encoding=encoding)
    return ExportFile(
        path=path,
        source=source,
        layout=layout,
        shop=SHOPS[key],
        encoding=encoding,
        rows=count,
        companion=companion,
        companion_rows=companion_rows,
        mapping=mapping if source == "pos" else None,
        exported_at=period.exported_at,
        is_early=period.is_early,
    )


@dataclass(frozen=True, slots=True)
class _Plain:
    file_name: str
    encoding: str
    headers: Sequence[str]
    rows: Callable[[Sequence[Order], Truth], Iterator[dict[str, str]]]


_PLAIN = {
    "jd": _Plain("{}_订单.csv", jd.ENCODING, jd.HEADERS, jd.rows),
    "douyin": _Plain("{}_订单管理.csv", douyin.ENCODING, douyin.HEADERS, douyin.rows),
    "weixin_shop": _Plain("{}_订单.csv", weixin_shop.ENCODING, weixin_shop.HEADERS, weixin_shop.rows),
    "shopify": _Plain("orders_export_{}.csv", shopify.ENCODING, shopify.HEADERS, shopify.rows),
}


def _periods(truth: Truth, *, quarterly: bool) -> list[_Period]:
    """Calendar quarters or years of the history, and the early export of the last whole quarter."""
    now = _midnight(truth.as_of + timedelta(days=1))
    months = 3 if quarterly else 12
    periods = []
    first = date(truth.starts_on.year, (truth.starts_on.month - 1) // months * months + 1, 1)
    while first <= truth.as_of:
        end = _months_later(first, months)
        name = _quarter_name(first) if quarterly else str(first.year)
        periods.append(_Period(name, _midnight(first), _midnight(end), min(_midnight(end) + _SETTLED, now), False))
        first = end
    last = date(truth.as_of.year, (truth.as_of.month - 1) // 3 * 3 + 1, 1)  # the running quarter
    before = _months_later(last, -3)
    periods.append(_Period(_quarter_name(before), _midnight(before), _midnight(last), _midnight(last), True))
    return periods


def _quarter_name(first: date) -> str:
    return f"{first.year}Q{(first.month + 2) // 3}"


def _months_later(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
